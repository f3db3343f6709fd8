// The button on a row whose wait is too long: its user has seen it, and says so
// to all others. The row then comes anew from the server.

import { word } from './words.js';

document.addEventListener('click', async (e) => {
  const button = e.target.closest('button.ack');
  if (!button) return;
  e.preventDefault();
  const answer = await fetch(button.formAction, { method: 'POST', redirect: 'manual' }).catch(() => null);
  const over = answer?.status === 409; // it had ended just before
  if (answer?.type === 'opaqueredirect' || over) {
    if (button.contains(document.activeElement)) button.closest('.row').querySelector('.case a').focus({ preventScroll: true }); // the button goes
  } else {
    button.lastChild.data = word('Try again');
  }
});
