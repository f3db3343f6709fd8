// What scripts say, in the page's language. English stands in the code, and
// views/say.go lists it.

const words = JSON.parse(document.getElementById('words')?.textContent ?? '{}');

/** Says a text; each %d and %s in it stands for an argument. */
export function word(text, ...args) {
  const said = words[text] ?? text;
  const form = Array.isArray(said) ? said[args[0] === 1 ? 0 : 1] : said;
  return form.replace(/%[ds]/g, () => String(args.shift()));
}
