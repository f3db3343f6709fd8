// Small manners of every page.

import { word } from './words.js';

// A menu closes when one goes elsewhere.
document.addEventListener('click', (e) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(e.target)) menu.open = false;
  }
});

document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]');
    if (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  } else if (e.key === '/' && !e.target.closest('input, select, textarea') && !e.metaKey && !e.ctrlKey && !e.altKey) {
    const find = document.querySelector('.find input');
    if (find) {
      e.preventDefault();
      find.focus();
      find.select();
    }
  }
});

// Copy buttons.
document.addEventListener('click', async (e) => {
  const button = e.target.closest('[data-copy]');
  if (!button) return;
  await copy(button.dataset.copy);
  const label = button.ariaLabel;
  button.dataset.done = '';
  button.ariaLabel = word('Copied');
  setTimeout(() => {
    delete button.dataset.done;
    button.ariaLabel = label;
  }, 1500);
});

// Browsers give pages without TLS no clipboard, but obey an old command.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

// Forms that search send only what was filled in.
for (const form of document.querySelectorAll('form[method="get"]')) {
  form.addEventListener('formdata', (e) => {
    for (const [name, value] of [...e.formData]) {
      if (value === '' && !form.elements[name]?.checked) e.formData.delete(name);
    }
  });
}

// Downloads.
if (document.querySelector('.menu.files')) import('./download.js');
if (document.querySelector('[data-awaits]')) import('./await.js');
