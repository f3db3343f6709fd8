// The button on a row whose wait is too long: its user has seen it, and says so
// to all others. The row then comes anew from the server.

import { word } from './words.js';

/** @param {(text: string) => void} say */
export function acknowledge(say) {
  document.addEventListener('click', async (e) => {
    const button = e.target.closest('button.ack');
    if (!button) return;
    e.preventDefault();
    button.closest('.row').querySelector('.case a').focus({ preventScroll: true }); // the button will be gone
    const answer = await fetch(button.formAction, { method: 'POST', redirect: 'manual' }).catch(() => null);
    const over = answer?.status === 409; // it had ended just before
    if (answer?.type !== 'opaqueredirect' && !over) say(word('This could not be acknowledged. Try again.'));
  });
}
