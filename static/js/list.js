// One of the four lists. It knows what it should show, and brings the page
// there when that disturbs nobody: while the pointer is over it, no row moves.

import { morph } from './morph.js';
import { word } from './words.js';

const IDLE = 15_000; // a pointer that lies still for as long is nobody's

export class List {
  #section; #ol; #button;
  #first;
  #rows = new Map(); // what it should show: id → element as last sent
  #shown = new Map(); // what it does show: id → { row, fresh, sent }
  #movedAt = -Infinity;
  #over = false;
  #settle;

  /**
   * @param {(row: Element) => boolean} first says which rows stand before all others
   * @param {() => void} settle shows the list again, once it may move
   */
  constructor(section, first, settle) {
    this.#first = first;
    this.#section = section;
    this.#ol = section.querySelector('ol');
    this.#button = section.querySelector('.held');
    this.#settle = settle;
    for (const row of this.#ol.children) {
      this.#rows.set(row.id, row.cloneNode(true));
      this.#shown.set(row.id, { row, sent: row.outerHTML });
    }
    this.#ol.addEventListener('pointermove', () => this.#touch(true));
    this.#ol.addEventListener('pointerdown', () => this.#touch(true));
    section.addEventListener('pointerleave', () => this.#touch(false));
    this.#button.addEventListener('click', () => this.#touch(false));
  }

  #touch(over) {
    this.#over = over;
    this.#movedAt = performance.now();
    if (!over) this.#settle();
  }

  /** True while its rows must stay where they are. */
  get held() { return this.#over && performance.now() - this.#movedAt < IDLE; }

  /** The rows that it should show, as they were sent last. */
  get rows() { return this.#rows.values(); }

  /** Lets rows move again. */
  release() { this.#over = false; }

  /**
   * Takes what a message says: the whole list, or the rows that changed.
   * Gives the ids of those that are not as they were.
   */
  take(section, whole) {
    const before = this.#rows;
    if (whole) this.#rows = new Map();
    const ids = [];
    for (const row of section.querySelectorAll('ol > li')) {
      if (before.get(row.id)?.outerHTML !== row.outerHTML) ids.push(row.id);
      this.#rows.set(row.id, row);
    }
    if (whole) ids.push(...[...before.keys()].filter((id) => !this.#rows.has(id)));
    return ids;
  }

  /** Takes a row away, if it has it. */
  drop(id) { return this.#rows.delete(id); }

  /** Brings the page to what the list should show, as far as it may. */
  show() {
    for (const [id, fresh] of this.#rows) this.#refresh(id, fresh);
    if (this.held) {
      this.#hold();
      return;
    }
    this.#remove();
    this.#place();
    this.#button.hidden = true;
  }

  #refresh(id, fresh) {
    const shown = this.#shown.get(id);
    if (!shown) return;
    delete shown.row.dataset.leaving;
    if (shown.fresh === fresh) return; // the same element, not only an equal one
    shown.fresh = fresh;
    if (shown.sent === fresh.outerHTML) return;
    shown.sent = fresh.outerHTML;
    morph(shown.row, fresh.cloneNode(true));
  }

  #hold() {
    let gone = 0;
    for (const [id, { row }] of this.#shown) {
      if (this.#rows.has(id)) continue;
      row.dataset.leaving = '';
      gone++;
    }
    let fresh = 0;
    for (const id of this.#rows.keys()) if (!this.#shown.has(id)) fresh++;
    this.#button.hidden = gone + fresh === 0;
    this.#button.textContent = [fresh && word('%d new', fresh), gone && word('%d gone', gone)].filter(Boolean).join(word(', '));
  }

  #remove() {
    for (const [id, { row }] of this.#shown) {
      if (this.#rows.has(id)) continue;
      const heir = row.contains(document.activeElement) && (row.nextElementSibling ?? row.previousElementSibling ?? this.#section.querySelector('footer'));
      row.remove();
      this.#shown.delete(id);
      if (heir) heir.querySelector('a')?.focus({ preventScroll: true });
    }
  }

  #place() {
    const order = [...this.#rows.values()]
      .map((row) => ({ row, last: this.#first(row) ? 0 : 1 }))
      .sort((a, b) => a.last - b.last || compare(a.row.dataset.sort, b.row.dataset.sort) || compare(a.row.id, b.row.id));
    let at = this.#ol.firstElementChild;
    for (const { row: fresh } of order) {
      const row = this.#shown.get(fresh.id)?.row ?? this.#add(fresh);
      if (row === at) at = at.nextElementSibling;
      else move(this.#ol, row, at);
    }
  }

  #add(fresh) {
    const row = fresh.cloneNode(true);
    this.#shown.set(row.id, { row, fresh, sent: fresh.outerHTML });
    return row;
  }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// Moves a row without taking the focus from it.
function move(parent, row, before) {
  const focused = row.contains(document.activeElement) && document.activeElement;
  parent.insertBefore(row, before);
  if (focused) focused.focus({ preventScroll: true });
}
