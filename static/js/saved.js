// The board's filter changes without the page: what is saved is the one that
// is shown, and the menu closes when a view is chosen.

const form = document.getElementById('save-view');
form?.addEventListener('submit', () => { form.elements.query.value = location.search.slice(1); });

const menu = document.getElementById('saved-menu');
menu?.addEventListener('click', (e) => {
  if (!e.target.closest('a[data-filter]')) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
