// A screen on a wall: goes from view to view, keeps the screen awake, and shows
// the time of day.

import { timeOfDay } from './clock.js';

const $ = (id) => document.getElementById(id);
const views = [...document.querySelectorAll('#wall-views a')];
const each = Number(document.body.dataset.seconds) * 1000;
let shown = Math.max(0, views.findIndex((v) => v.ariaCurrent === 'true'));

function next() {
  // A board that is not live stays: it says since when.
  if ($('main').hasAttribute('data-stale')) return;
  views[shown].ariaCurrent = 'false';
  shown = (shown + 1) % views.length;
  views[shown].ariaCurrent = 'true';
  $('wall-name').textContent = views[shown].ariaLabel;
  views[shown].click(); // the board follows it like any filter
}
if (views.length > 1) setInterval(next, each);

const clock = () => { $('wall-clock').textContent = timeOfDay(Date.now(), $('main').dataset.zone).slice(0, 5); };
setInterval(clock, 1000);
clock();

let lock = null;
async function wake() {
  if (document.hidden || (lock && !lock.released)) return;
  lock = await navigator.wakeLock?.request('screen').catch(() => null);
}
document.addEventListener('visibilitychange', wake);
wake();

document.addEventListener('click', (e) => {
  if (e.isTrusted && !document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
});
