// Tells of those who wait too long, by a sound and, while the board is hidden,
// by the browser: of each wait once, and never of one that has ended.

import { clockText, levelAt, timeOfDay } from './clock.js';
import { morph } from './morph.js';
import { Sound } from './sound.js';
import { Told } from './told.js';
import { word } from './words.js';

const AGAIN = 60_000; // between looks at what was chosen elsewhere

const $ = (id) => document.getElementById(id);

export class Alerts {
  #board; #told; #sound;
  #form = $('alerts');
  #telling = false;
  #saving = Promise.resolve();
  #notices = new Map(); // key → notification
  #others = new BroadcastChannel('alerts');
  #askedAt = performance.now();

  /**
   * @param {object} board
   * @param {() => boolean} board.live whether what it shows can be trusted
   * @param {() => Iterable<Element>} board.waiting the rows of who waits, as sent last
   * @param {() => number} board.now the server's time
   * @param {() => string} board.zone
   */
  constructor(board) {
    this.#board = board;
    this.#told = new Told(document.body.dataset.user);
    this.#sound = new Sound(() => this.#render());
    this.#form.addEventListener('submit', (e) => {
      e.preventDefault();
      this.#save(e.submitter);
    });
    this.#form.addEventListener('change', () => this.#save());
    // The form is made anew by what the server answers, its buttons included.
    this.#form.addEventListener('click', (e) => {
      if (e.target.closest('#test-sound')) this.#test();
      if (e.target.closest('#ask-permission')) this.#ask();
    });
    $('blocked').addEventListener('click', () => this.#sound.allow());
    this.#others.onmessage = () => this.#refresh();
    document.addEventListener('visibilitychange', () => document.hidden || this.#refresh());
    this.#render();
  }

  get #chosen() {
    const { sound, notify, level, volume } = this.#form.elements;
    const { muted, until } = this.#form.dataset;
    return {
      sound: sound.checked, notify: notify.checked, warn: level.value === 'warn', volume: Number(volume.value),
      muted: muted !== undefined, snoozed: until && Date.parse(until) > this.#board.now() ? Date.parse(until) : 0,
    };
  }

  /** Looks whom to tell of. Called once a second and after each message. */
  look() {
    this.#render();
    const { sound, notify } = this.#chosen;
    if ((sound || notify) && performance.now() - this.#askedAt > AGAIN) this.#refresh(); // muted elsewhere?
    if (!this.#board.live()) return;
    const over = this.#over();
    for (const [key, notice] of this.#notices) {
      if (!over.some((o) => o.key === key)) {
        notice.close();
        this.#notices.delete(key);
      }
    }
    if (over.some(({ key }) => !this.#told.has(key))) this.#tell(over);
  }

  // Those who wait too long and whom nobody has seen, the longest first.
  #over() {
    const { warn } = this.#chosen;
    const now = this.#board.now();
    return [...this.#board.waiting()]
      .map((row) => ({ row, level: levelAt(row, now), since: row.querySelector('time[data-tick]')?.dateTime }))
      .filter(({ row, level }) => (level === 'breach' || (warn && level === 'warn')) && row.dataset.seen === undefined)
      .map((o) => ({ ...o, key: `${o.row.id} ${o.since} ${o.level}` }))
      .sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
  }

  async #tell(over) {
    const { sound, notify, muted, snoozed, volume } = this.#chosen;
    const audible = sound && this.#sound.state === 'ready';
    const visible = notify && permission() === 'granted';
    if (this.#telling || muted || snoozed || !(audible || visible)) return;
    this.#telling = true;
    try {
      const mine = new Set(await this.#told.claim(over.map(({ key }) => key)));
      const still = this.#over().filter(({ key }) => mine.has(key)); // some may have gone meanwhile
      if (still.length === 0) return;
      if (audible) this.#sound.play(still.some(({ level }) => level === 'breach') ? 'breach' : 'warn', volume);
      if (visible && document.hidden) this.#notify(still);
    } finally {
      this.#telling = false;
    }
  }

  #notify(over) {
    const [{ row, level, since, key }] = over;
    const name = level === 'breach' ? word('Breach') : word('Warning');
    const lines = over.slice(0, 3).map((o) => `${caseOf(o.row)} · ${o.row.querySelector('.queue').textContent} · ${clockText(this.#board.now() - Date.parse(o.since))}`);
    const title = over.length === 1 ? `${name} · ${caseOf(row)}` : `${name} · ${word('%d enquiries', over.length)}`;
    let notice;
    try {
      notice = new Notification(title, { body: lines.join('\n'), tag: key, silent: true, lang: document.documentElement.lang, timestamp: Date.parse(since) });
    } catch {
      return; // some browsers, on phones, have none for pages
    }
    this.#notices.set(key, notice);
    notice.onclick = () => {
      window.focus();
      notice.close();
      document.getElementById(row.id)?.querySelector('.case a').focus();
    };
  }

  #test() {
    this.#sound.start();
    this.#sound.allow().then(() => this.#sound.play('breach', this.#chosen.volume));
  }

  async #ask() {
    await Notification.requestPermission();
    this.#render();
  }

  async #save(button) {
    // What is chosen counts here at once, whatever becomes of the request.
    this.#render();
    // One after the other, for each is joined with what the server has. It is
    // sent also when one leaves the page at once.
    const body = new URLSearchParams(new FormData(this.#form, button));
    const answer = await (this.#saving = this.#saving.then(() => fetch('/alerts', { method: 'POST', keepalive: true, body }).catch(() => null)));
    await this.#take(answer, word('This could not be saved. It counts for this page only.'));
    if (answer?.ok) this.#others.postMessage('chosen');
  }

  // Somebody may have chosen otherwise elsewhere.
  async #refresh() {
    this.#askedAt = performance.now();
    if (this.#form.contains(document.activeElement)) return;
    await this.#take(await fetch('/alerts').catch(() => null), '');
  }

  async #take(answer, wrong) {
    if (answer?.ok) {
      const template = document.createElement('template');
      template.innerHTML = await answer.text();
      const panel = template.content.querySelector('#alerts');
      if (panel) morph(this.#form, panel);
      wrong = '';
    }
    $('alerts-wrong').textContent = wrong;
    $('alerts-wrong').hidden = wrong === '';
    this.#render();
  }

  // Says how one is told, also where the browser keeps it from being so.
  #render() {
    const { sound, notify, muted, snoozed } = this.#chosen;
    if (sound) this.#sound.start();
    $('blocked').hidden = !sound || this.#sound.state !== 'blocked' || muted || Boolean(snoozed);
    const asked = permission();
    $('permission').hidden = !notify || asked === 'granted';
    set($('permission'), asked === 'default' ? word('This browser has not been asked yet.') : word('This browser refuses notifications. Allow them in its settings for this site.'));
    $('ask-permission').hidden = !notify || asked !== 'default';
    const on = sound || notify;
    const state = !on ? 'off' : muted ? 'muted' : snoozed ? 'snoozed' : 'on';
    $('alerts-menu').dataset.state = state;
    set($('alerts-state'), {
      off: word('Alerts off'), muted: word('Muted'), on: word('Alerts on'),
      snoozed: snoozed && word('Snoozed until %s', timeOfDay(snoozed, this.#board.zone()).slice(0, 5)),
    }[state]);
  }
}

const permission = () => (window.Notification && window.isSecureContext ? Notification.permission : 'denied');

const caseOf = (row) => row.querySelector('.case a').textContent;

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
