// The board's filter changes without the page: what is saved is the one that
// is shown.

const form = document.getElementById('save-view');
form?.addEventListener('submit', () => { form.elements.query.value = location.search.slice(1); });
