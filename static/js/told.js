// What this browser has told its user of, over all tabs and reloads, so that
// one long wait is told of once.

const MOST = 2_000; // the oldest are forgotten

export class Told {
  #name;
  #here = new Set(); // by this page, also where nothing can be stored

  /** @param {string} user whose browser it is */
  constructor(user) { this.#name = `told:${user}`; }

  /** False: it has surely not been told of by this page. */
  has(key) { return this.#here.has(key); }

  /** Takes keys for this page to tell of: those that no page has told of yet. */
  claim(keys) {
    const take = () => this.#take(keys);
    // Where there are no locks, two pages may take the same in the same instant.
    return navigator.locks ? navigator.locks.request(this.#name, take) : Promise.resolve(take());
  }

  #take(keys) {
    const told = this.#read();
    const fresh = keys.filter((key) => !told.includes(key) && !this.#here.has(key));
    for (const key of keys) this.#here.add(key);
    this.#write([...told.filter((key) => !keys.includes(key)), ...keys].slice(-MOST));
    return fresh;
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.#name)) ?? [];
    } catch {
      return []; // storage is forbidden, or somebody else's words are in it
    }
  }

  #write(keys) {
    try {
      localStorage.setItem(this.#name, JSON.stringify(keys));
    } catch {
      // storage is forbidden or full: this page still knows what it has told
    }
  }
}
