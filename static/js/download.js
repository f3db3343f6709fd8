// Downloads that show how far they are, can be cancelled, and are saved only
// when they are whole. A browser shows scripts no trailers, so the count of
// rows, the bytes and the SHA-256 are held against the file's manifest.

import { word } from './words.js';

const MOST = 2_000_000; // rows; a longer file is the browser's own to download
const PIECE = 8 << 20; // bytes that are held by the script before the browser has them
const LF = 10, QUOTE = 34;

const menu = document.querySelector('.menu.files');
const panel = document.querySelector('.download');
const number = new Intl.NumberFormat(document.documentElement.lang);

menu.addEventListener('toggle', countAll);
countAll(); // it may have been opened before this came

function countAll() {
  if (menu.open) for (const section of menu.querySelectorAll('[data-counted]')) count(section);
}

/** Says once how many rows a file will have. */
async function count(section) {
  const url = section.dataset.counted;
  if (!url) return;
  delete section.dataset.counted;
  const label = section.querySelector('.rows');
  label.textContent = '…';
  const expected = await fetch(url, { method: 'HEAD' }).then(expectedOf, () => null);
  label.textContent = expected ? rowsText(expected) : '';
  if (expected?.rows > MOST) section.dataset.long = '';
}

/** What a file's head says of its rows. */
function expectedOf(response) {
  const [, rows, about] = response.headers.get('Enquiryboard-Expected-Rows')?.match(/^(\d+)(;about)?$/) ?? [];
  return response.ok && rows ? { rows: Number(rows), about: Boolean(about) } : null;
}

const rowsText = ({ rows, about }) =>
  rows === 1 ? word('one row') : word(about ? 'about %s rows' : '%s rows', number.format(rows));

menu.addEventListener('click', (e) => {
  const link = e.target.closest('a');
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey || link.closest('[data-long]')) return;
  e.preventDefault();
  menu.open = false;
  download(link);
});

/** The download under way, if there is one. */
let controller;

async function download(link) {
  controller?.abort();
  controller = new AbortController();
  const { signal } = controller;
  const title = `${link.closest('section').querySelector('h2').firstChild.textContent.trim()} · ${link.textContent}`;
  show('begun', word('Downloading…'), title);
  panel.querySelector('.cancel').focus();
  panel.querySelector('.again').onclick = () => download(link);
  try {
    const file = await whole(link.href, signal);
    save(file);
    show('done', word('Saved. It is whole: its rows and its SHA-256 are those that were sent.'));
  } catch (e) {
    if (signal.aborted && signal !== controller.signal) return; // another took its place
    show(signal.aborted ? 'cancelled' : 'failed', signal.aborted ? word('Cancelled. Nothing was saved.') : e.said ?? word('It broke off. Nothing was saved.'));
  }
}

panel.querySelector('.cancel').addEventListener('click', () => controller.abort());
panel.querySelector('.close').addEventListener('click', () => {
  panel.hidden = true;
  menu.querySelector('summary').focus();
});

/** Shows what state the download is in. */
function show(state, said, title) {
  panel.hidden = false;
  panel.dataset.state = state;
  panel.querySelector('[role="status"]').textContent = said;
  if (title !== undefined) {
    panel.querySelector('strong').textContent = title;
    panel.querySelector('.figures').textContent = '';
    panel.querySelector('progress').removeAttribute('value');
  }
  if (state !== 'begun' && panel.contains(document.activeElement)) {
    panel.querySelector(state === 'done' ? '.close' : '.again').focus();
  }
}

/** Gives a file once all of it is there, or fails. */
async function whole(href, signal) {
  const { sha256 } = await import('./noble-hashes/sha2.js');
  const url = new URL(href);
  url.searchParams.set('count', '1');
  const response = await fetch(url, { signal });
  if (!response.ok) throw await refusal(response);
  const hash = sha256.create(), tally = tallyOf(url), kept = new Kept();
  const figures = figuresOf(expectedOf(response));
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    hash.update(value);
    tally.add(value);
    kept.add(value);
    figures(tally.rows, kept.bytes);
  }
  figures(tally.rows, kept.bytes, true);
  const manifest = await fetch(response.headers.get('Enquiryboard-Manifest'), { signal }).then((r) => r.json());
  const hex = [...hash.digest()].map((b) => b.toString(16).padStart(2, '0')).join('');
  if (manifest.rows !== tally.rows || manifest.bytes !== kept.bytes || manifest.sha256 !== hex) throw new Error('not what was sent');
  return { name: manifest.file, content: kept.blob(response.headers.get('Content-Type')) };
}

/** An error with what the server said. */
async function refusal(response) {
  const said = await response.json().then((answer) => answer.error.message, () => undefined);
  return Object.assign(new Error(response.statusText), { said });
}

/** Counts a file's rows as they come: a line break within quotes ends none. */
function tallyOf(url) {
  const csv = url.pathname.endsWith('.csv');
  let quoted = false;
  return {
    rows: csv ? -1 : 0, // the header is none
    add(bytes) {
      for (const byte of bytes) {
        if (byte === LF && !quoted) this.rows++;
        else if (byte === QUOTE && csv) quoted = !quoted;
      }
    },
  };
}

/** What has come, given to the browser piece by piece: it keeps large ones on disk. */
class Kept {
  bytes = 0;
  #pieces = [];
  #fresh = [];
  #freshBytes = 0;

  add(chunk) {
    this.bytes += chunk.length;
    this.#fresh.push(chunk);
    this.#freshBytes += chunk.length;
    if (this.#freshBytes >= PIECE) this.#pass();
  }

  #pass() {
    this.#pieces.push(new Blob(this.#fresh));
    this.#fresh = [];
    this.#freshBytes = 0;
  }

  blob(type) {
    this.#pass();
    return new Blob(this.#pieces, { type });
  }
}

/** Shows rows and bytes, at most ten times a second. */
function figuresOf(expected) {
  const bar = panel.querySelector('progress'), text = panel.querySelector('.figures');
  let shown = -Infinity;
  return (rows, bytes, last) => {
    const now = performance.now();
    if (!last && now - shown < 100) return;
    shown = now;
    rows = Math.max(rows, 0);
    const size = sizeText(bytes);
    if (last || !expected) text.textContent = `${rowsText({ rows })} · ${size}`;
    else text.textContent = word(expected.about ? '%s of about %s rows · %s' : '%s of %s rows · %s', number.format(rows), number.format(expected.rows), size);
    if (expected) {
      bar.max = Math.max(expected.rows, 1);
      bar.value = last ? bar.max : rows;
    }
  };
}

function sizeText(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit: units[unit], maximumFractionDigits: unit ? 1 : 0 }).format(bytes);
}

function save({ name, content }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
