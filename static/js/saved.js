// The board's filter changes without the page: what is saved, and what stays when
// a view is removed, is the one that is shown. The menu closes when a view is chosen.

const menu = document.getElementById('saved-menu');
menu?.addEventListener('submit', ({ target }) => { target.elements.query.value = location.search.slice(1); });
menu?.addEventListener('click', (e) => {
  if (!e.target.closest('a[data-filter]')) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
