// The server's clock, and the durations on the page that tick by it.

import { word } from './words.js';

const HOUR = 3_600_000, DAY = 24 * HOUR;

/** A duration as views.Clock writes it: 0:05, 2:41, 1:02:41, 2 d 03:04. */
export function clockText(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const [days, h, m, s] = [Math.floor(all / 86400), Math.floor(all / 3600) % 24, Math.floor(all / 60) % 60, all % 60];
  if (days > 0) return word('%s d %s', days.toLocaleString('en'), `${two(h)}:${two(m)}`);
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const WINDOW = 5 * 60_000; // clocks drift apart

/** The server's clock, told from the moments that its messages bear. */
export class ServerClock {
  // How far it is ahead of performance.now(), by messages of the last minutes:
  // the best one, the best of those after that, and so on.
  #best = [];

  /** Takes the moment of a message that has just come; the first of a connection begins afresh. */
  hear(moment, first) {
    const at = performance.now(), ahead = moment - at;
    if (first) this.#best = [];
    while (this.#best.at(-1)?.ahead <= ahead) this.#best.pop();
    this.#best.push({ at, ahead });
    while (this.#best[0].at < at - WINDOW) this.#best.shift();
  }

  /** The one that travelled fastest is nearest to the truth. */
  now() { return performance.now() + this.#best[0].ahead; }
}

/** Brings every ticking duration below root to now, and how far it has gone. */
export function tick(root, now) {
  for (const time of root.querySelectorAll('time[data-tick]')) {
    const lasts = now - Date.parse(time.dateTime);
    const text = clockText(lasts);
    if (time.textContent !== text) time.textContent = text;
    time.toggleAttribute('data-hours', lasts >= HOUR);
    time.toggleAttribute('data-days', lasts >= DAY);
    if (!time.dataset.warn) continue;
    const around = time.closest('[data-level]');
    const level = levelOf(lasts / 1000, time.dataset);
    if (around && around.dataset.level !== level) around.dataset.level = level;
  }
}

/** How far the wait of a row has gone by now: '', 'warn' or 'breach'. */
export function levelAt(row, now) {
  const time = row.querySelector('time[data-warn]');
  return time ? levelOf((now - Date.parse(time.dateTime)) / 1000, time.dataset) : '';
}

function levelOf(seconds, { warn, breach }) {
  if (seconds >= Number(breach)) return 'breach';
  return seconds >= Number(warn) ? 'warn' : '';
}

/** A time of day in a zone. */
export function timeOfDay(moment, zone) {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: zone }).format(moment);
}
