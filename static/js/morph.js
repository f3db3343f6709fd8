// Makes elements equal to fresh ones without replacing them, so that focus,
// selection, scroll and open menus stay.

/** Makes old equal to fresh. Children that have an id or a data-key keep to it. */
export function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  attributes(old, fresh);
  children(old, fresh);
}

function attributes(old, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of old.getAttributeNames()) {
    const theirs = name === 'open' || name === 'data-done'; // the reader's and the page's own
    if (!theirs && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  if (old instanceof HTMLInputElement) old.checked = fresh.hasAttribute('checked');
}

function children(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const key = keyOf(child);
    const match = key ? keyed.get(key) : alike(at, child);
    if (!match) {
      old.insertBefore(child, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    morph(match, child);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const alike = (node, fresh) => (node && !keyOf(node) && node.nodeName === fresh.nodeName ? node : null);

const keyOf = (node) => node.id || node.dataset?.key;
