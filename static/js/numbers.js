// The numbers of a list come after it: the page does not wait for them.

const place = document.getElementById('sum');
if (place?.dataset.from) draw(place.dataset.from);

/** Puts the count and the numbers where they belong, or says that it could not. */
async function draw(from) {
  const answer = await fetch(from).catch(() => null);
  if (!answer?.ok) {
    const said = document.createElement('p');
    said.className = 'hint';
    said.textContent = place.dataset.broken;
    place.replaceChildren(said);
    return;
  }
  const part = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.getElementById('count').textContent = part.getElementById('count').textContent;
  place.replaceChildren(...part.getElementById('sum').childNodes);
}

place?.addEventListener('click', (e) => {
  const link = e.target.closest('a[data-numbers]');
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const said = link.parentElement;
  said.setAttribute('aria-busy', 'true');
  link.remove();
  said.append('…');
  draw(link.dataset.numbers);
});
