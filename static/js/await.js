// While Settings › CINNOX waits for a first delivery, it looks every few seconds
// whether that has come; and so it says so by itself.

import { morph } from './morph.js';

const EVERY = 4000;
const parts = ['cinnox-state', 'cinnox-move', 'cinnox-seen'];

const later = () => document.querySelector('[data-awaits]') && setTimeout(look, EVERY);

async function look() {
  try {
    if (document.visibilityState === 'visible') await renew();
  } finally {
    later(); // also after an answer that was cut off
  }
}

async function renew() {
  const answer = await fetch('/settings/cinnox').catch(() => null);
  if (!answer?.ok || answer.redirected) return; // away, or signed out: what was said stays
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const id of parts) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh) morph(old, fresh);
  }
}

later();
