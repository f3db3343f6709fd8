// What is said to those who listen to the board: politely, and not all the time.

export const EVERY = 10_000; // at most

export class Speaker {
  #region; #now; #after;
  #spokeAt = -Infinity;
  #next = null;
  #counts = '';

  /**
   * @param {Element} region a polite live region
   * @param {{ now: () => number, after: (f: () => void, ms: number) => void }} time
   */
  constructor(region, time = { now: () => performance.now(), after: (f, ms) => setTimeout(f, ms) }) {
    [this.#region, this.#now, this.#after] = [region, time.now, time.after];
  }

  /** Says a text as soon as it may; a later one takes its place. */
  say(text) {
    const waits = this.#next !== null;
    this.#next = text;
    if (!waits) this.#after(() => this.#speak(), Math.max(0, this.#spokeAt + EVERY - this.#now()));
  }

  /** Says how it stands, if the counts are others than when that was said last. */
  sum(counts, text) {
    if (counts === this.#counts) return;
    this.#counts = counts;
    this.say(text);
  }

  #speak() {
    this.#spokeAt = this.#now();
    this.#region.textContent = this.#next;
    this.#next = null;
  }
}
