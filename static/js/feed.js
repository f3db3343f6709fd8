// A websocket that comes back by itself. Each connection begins with the whole
// view, so there is nothing to repair after one was lost.

export const SILENCE = 10_000; // a socket that says nothing for as long is dead
const LATE = 6_500; // longer than the server ever says nothing
const HEDGE = 2_000; // an attempt that has not spoken by then gets company
const SOONEST = 200, LATEST = 1_500; // between attempts
const AT_MOST = 4; // attempts at a time

// Two clocks: one is set now and then, and the other may stand still in sleep.
const now = () => [Date.now(), performance.now()];

export class Feed {
  #address; #message; #refused;
  #attempts = new Set();
  #current = null;
  #timer = 0;
  #failures = 0;
  #heardAt = now();
  #looked = Date.now();

  /**
   * @param {() => string} address where to connect to
   * @param {(text: string, first: boolean) => void} message
   * @param {() => void} refused an attempt ended without a word
   */
  constructor(address, message, refused) {
    [this.#address, this.#message, this.#refused] = [address, message, refused];
    addEventListener('online', () => this.restart());
    addEventListener('pageshow', (e) => e.persisted && this.restart());
    addEventListener('pagehide', () => this.#drop());
    document.addEventListener('visibilitychange', () => document.hidden || this.#doubt());
    setInterval(() => this.#look(), 1000);
  }

  /** Milliseconds since the last word. */
  get silence() { return Math.max(...now().map((clock, i) => clock - this.#heardAt[i])); }

  /** True while nothing can be amiss: a word has come when one was due. */
  get fresh() { return Boolean(this.#current) && this.silence < LATE; }

  /** Drops what there is and connects at once. */
  restart() {
    this.#drop();
    this.#failures = 0;
    this.#attempt();
  }

  /** Gives up for good. */
  stop() {
    this.#drop();
    this.#attempt = () => {};
  }

  #drop() {
    clearTimeout(this.#timer);
    for (const socket of this.#attempts) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#attempts.clear();
    this.#current = null;
  }

  #look() {
    const asleep = Date.now() - this.#looked > 5_000;
    this.#looked = Date.now();
    if (asleep && !document.hidden) this.#doubt();
    if (this.#current && this.silence >= SILENCE) this.restart();
  }

  // The page has been away: is the connection still there?
  #doubt() {
    if (!this.#current || this.silence > LATE) this.restart();
  }

  #attempt = () => {
    clearTimeout(this.#timer);
    if (this.#attempts.size >= AT_MOST) this.#drop();
    const socket = new WebSocket(this.#address());
    this.#attempts.add(socket);
    socket.onmessage = (e) => this.#hear(socket, e.data);
    socket.onclose = () => this.#lose(socket);
    this.#timer = setTimeout(() => this.#attempt(), HEDGE);
  };

  #hear(socket, text) {
    const first = this.#current !== socket;
    if (first) {
      this.#attempts.delete(socket);
      this.#drop(); // it was the first of them to speak
      this.#attempts.add(socket);
      this.#current = socket;
    }
    this.#heardAt = now();
    this.#failures = 0;
    this.#message(text, first);
  }

  #lose(socket) {
    this.#attempts.delete(socket);
    const spoke = this.#current === socket;
    if (spoke) this.#current = null;
    if (this.#current || this.#attempts.size > 0) return;
    clearTimeout(this.#timer);
    const wait = Math.min(LATEST, SOONEST * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#attempt(), wait * (0.7 + Math.random() * 0.3));
    if (!spoke) this.#refused();
  }
}
