// The live board: takes what /live says and puts it in place. What it puts
// there is rendered by the server; here are only clocks, order and patience.

import './acknowledge.js';
import { Alerts } from './alerts.js';
import { ServerClock, levelAt, tick, timeOfDay } from './clock.js';
import { Feed, SILENCE } from './feed.js';
import { List } from './list.js';
import { morph } from './morph.js';
import { Speaker } from './speak.js';
import { word } from './words.js';

const $ = (id) => document.getElementById(id);
const main = $('main');
const FEED = document.body.dataset.feed ?? '/live';
const clock = new ServerClock();
const speaker = new Speaker($('say'));
const say = (text) => speaker.say(text);
const lists = new Map();
for (const section of main.querySelectorAll('[data-list]')) {
  lists.set(section.dataset.list, new List(section, tooLong, () => paused || stale || show()));
}

const parts = new Map(); // id → what takes its place, when it is shown next
const changed = new Set(); // ids of rows that changed while the board was paused
let paused = false;
let stale = false;
let heard = false;
let askedAt = -Infinity;

const feed = new Feed(
  () => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${FEED}${location.search}`,
  take,
  askWhy,
);

function take(text, first) {
  const template = document.createElement('template');
  template.innerHTML = text;
  const message = template.content.firstElementChild;
  const whole = message.dataset.message === 'snapshot';
  if (message.dataset.version !== main.dataset.version && !paused && mayReload()) return location.reload();
  clock.hear(Date.parse(message.dataset.asOf), first);
  if (age(message) >= SILENCE) return feed.restart(); // it was long on its way, and so are those behind it
  for (const name of ['seq', 'last', 'zone', 'asOf', 'problem']) main.dataset[name] = message.dataset[name];
  $('problem').hidden = !message.dataset.problem;
  $('problem-text').textContent = message.dataset.problem;
  $('zone').textContent = message.dataset.zoneText;
  heard = true;
  stale = false;
  store(message, whole);
  if (!paused) show();
  beat();
}

// Replicas of two versions, that answer by turns, must not make it flicker.
function mayReload() {
  const again = Date.now() - Number(sessionStorage.getItem('reloaded')) > 60_000;
  if (again) sessionStorage.setItem('reloaded', Date.now());
  return again;
}

// Whether a row's wait is in breach now.
function tooLong(row) { return heard && levelAt(row, clock.now()) === 'breach'; }

// How long ago the moment was that a message, or the page, shows.
const age = ({ dataset }) => clock.now() - Date.parse(dataset.asOf);

// Keeps what a message says, to be shown now or when the board goes on.
function store(message, whole) {
  for (const id of ['filters', 'tiles', 'figures', 'queues', 'lost', 'alive']) {
    const part = message.querySelector(`#${id}`);
    if (part) parts.set(id, part);
  }
  for (const section of message.querySelectorAll('[data-list]')) {
    for (const id of lists.get(section.dataset.list).take(section, whole)) {
      changed.add(id);
      for (const [name, list] of lists) if (name !== section.dataset.list) list.drop(id);
    }
    parts.set(`head-${section.dataset.list}`, section.querySelector('header'));
    parts.set(`foot-${section.dataset.list}`, section.querySelector('footer'));
    parts.set(section.id, section);
  }
  for (const { dataset } of message.querySelectorAll('[data-gone]')) {
    for (const list of lists.values()) if (list.drop(dataset.gone)) changed.add(dataset.gone);
  }
}

function show() {
  for (const [id, part] of parts) {
    if (id.startsWith('list-')) $(id).hidden = part.hidden;
    else morph($(id), part);
  }
  parts.clear();
  changed.clear();
  for (const list of lists.values()) list.show();
  tick(main, clock.now());
  delete main.dataset.busy;
  const waiting = $('tiles').dataset.waiting;
  document.title = [waiting !== '0' && word('%s waiting', waiting), word('Board'), 'Enquiryboard'].filter(Boolean).join(' · ');
}

// Once a second, and after each message: says how live the board is, and of
// whom waits too long.
function beat() {
  live();
  alerts?.look();
}

function live() {
  const silent = heard ? Math.max(feed.silence, age(main)) : feed.silence;
  if (silent >= SILENCE && !stale) lose();
  if (stale) return;
  main.toggleAttribute('data-stale', false);
  $('stale').hidden = true;
  if (!heard) return;
  const state = paused ? 'paused' : 'live';
  if ($('live').dataset.state === 'stale') say(word('Live again.'));
  $('live').dataset.state = state;
  $('live-text').textContent = paused ? word('Paused') : word('Live · %d s', Math.floor(silent / 1000));
  $('live-last').textContent = word('Last event %s', main.dataset.last ? timeOfDay(Date.parse(main.dataset.last), main.dataset.zone) : '–');
  $('pause-text').textContent = paused ? word('Resume · %d changes', changed.size) : word('Pause');
  if (paused) return;
  for (const list of lists.values()) if (!list.held) list.show();
  tick(main, clock.now());
  sum();
}

// For those who listen: how many wait, how long, and how many too long.
function sum() {
  if ($('list-Opened').hidden) return; // the filter leaves them out
  const { waiting } = $('tiles').dataset;
  const breaches = [...lists.get('Opened').rows].filter(tooLong).length;
  const longest = document.querySelector('.tile.wait time')?.textContent;
  const text = longest ? word('%s waiting, longest %s, %s', waiting, longest, word('%d in breach', breaches)) : word('Nobody is waiting.');
  speaker.sum(`${waiting} ${breaches}`, text);
}

function lose() {
  stale = true;
  const text = word('Not live since %s', timeOfDay(Date.parse(main.dataset.asOf), main.dataset.zone));
  main.toggleAttribute('data-stale', true);
  $('live').dataset.state = 'stale';
  $('live-text').textContent = word('Not live');
  $('stale').hidden = false;
  $('stale-text').textContent = word('%s. Connecting again…', text);
  say(text);
}

// The server takes no socket: is it away, are we signed out, or is the wall’s link revoked?
async function askWhy() {
  if (performance.now() - askedAt < 2_000) return;
  askedAt = performance.now();
  const answer = await fetch(`${FEED}${location.search}`, { cache: 'no-store', redirect: 'manual' }).catch(() => null);
  if (answer?.status !== 401 && answer?.type !== 'opaqueredirect') return;
  feed.stop();
  if (!stale) lose();
  for (const part of main.querySelectorAll('#tiles, #figures, #queues, [data-list]')) {
    part.replaceChildren(); // not for who sits here now
    part.hidden = true;
  }
  document.title = 'Enquiryboard';
  if (FEED.startsWith('/wall/')) {
    $('stale-text').textContent = word('This wall link is not valid, or no longer. Ask an administrator for another.');
    return;
  }
  const link = document.createElement('a');
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = word('Sign in again');
  $('stale-text').replaceChildren(word('You are signed out, so this board is no longer live.'), ' ', link);
}

// Another view: its address first, then all of it by a new connection.
function go(address, keep) {
  if (keep) history[keep](null, '', address);
  main.dataset.busy = '';
  parts.clear();
  if (paused) $('pause').click();
  for (const list of lists.values()) list.release();
  feed.restart();
}

document.addEventListener('click', (e) => {
  const link = e.target.closest('a[data-filter]');
  if (!link || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  go(link.href, 'wall' in document.body.dataset ? 'replaceState' : 'pushState');
});

const form = $('filters');
form.addEventListener('submit', (e) => e.preventDefault());
form.addEventListener('change', () => {
  const query = new URLSearchParams(new FormData(form)).toString();
  go(query ? `/?${query}` : '/', 'pushState');
});
addEventListener('popstate', () => go(location.href));

$('pause').addEventListener('click', () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  changed.clear();
  if (!paused && !stale) show();
  beat();
});

const alerts = $('alerts') && new Alerts({
  live: () => heard && !stale && feed.fresh && !main.dataset.problem,
  waiting: () => lists.get('Opened').rows,
  now: () => clock.now(),
  zone: () => main.dataset.zone,
});

$('live-text').textContent = word('Connecting…');
setInterval(beat, 1000);
feed.restart();
