// Plays a past moment on: asks for the board of the next one, again and again,
// and puts it in place. Between two answers the clocks tick as fast as it plays.

import { tick } from './clock.js';
import { morph } from './morph.js';
import { word } from './words.js';

const $ = (id) => document.getElementById(id);
const EVERY = 1_000; // milliseconds between two moments

let playing = false;
let at = Date.parse($('main').dataset.asOf); // the moment that is shown
let since = 0; // when it was put there
let timer = 0;

const speed = () => Number($('speed').value);
const shown = () => at + (performance.now() - since) * speed();

function address(moment) {
  const to = new URL(location.href);
  to.searchParams.delete('known');
  to.searchParams.set('at', new Date(moment).toISOString());
  return to;
}

async function step() {
  const next = at + EVERY * speed();
  if (next > Date.now()) {
    location.assign(document.querySelector('#moment > a.button:last-of-type').href); // the past has caught up
    return;
  }
  const to = address(next);
  const answer = await fetch(to, { cache: 'no-store' }).catch(() => null);
  if (!playing) return;
  if (answer?.redirected) return location.assign(to); // signed out
  if (!answer?.ok) {
    $('say').textContent = word('This moment could not be read. Trying again…');
    timer = setTimeout(step, EVERY);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (!playing) return;
  const late = Math.max(0, EVERY - (performance.now() - since));
  timer = setTimeout(() => put(page, next, to), late);
}

function put(page, moment, to) {
  const chosen = $('speed').value;
  for (const id of ['filters', 'tiles', 'queues', 'moment', 'learned', 'lost']) morph($(id), page.getElementById(id));
  for (const list of page.querySelectorAll('[data-list]')) morph($(list.id), list);
  $('speed').value = chosen;
  [at, since] = [moment, performance.now()];
  $('main').dataset.asOf = new Date(moment).toISOString();
  history.replaceState(null, '', to);
  say();
  step();
}

function say() {
  $('play').setAttribute('aria-pressed', String(playing));
  $('play-text').textContent = word(playing ? 'Stop' : 'Play');
}

document.addEventListener('click', (e) => {
  if (!e.target.closest('#play')) return;
  playing = !playing;
  clearTimeout(timer);
  say();
  if (!playing) return;
  since = performance.now();
  step();
});
$('speed').addEventListener('change', () => { at = Math.min(shown(), Date.now()); since = performance.now(); });
setInterval(() => playing && tick($('main'), shown()), 100);
