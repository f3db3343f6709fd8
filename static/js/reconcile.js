// Reconciles a lost enquiry without leaving the board, which hears of it as of
// any other change.

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-reconcile]')) return;
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' }).catch(() => null);
  if (answer?.type !== 'opaqueredirect') form.submit(); // the page says what is wrong
});
