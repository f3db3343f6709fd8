// The sounds of alerts, made here. Browsers keep a page silent until somebody
// has touched it, and do not say so by themselves.

const NOTES = { warn: [587], breach: [880, 698, 880] }; // Hz
const LOUD = [0, 0.06, 0.2, 0.5]; // by volume
const NOTE = 0.16; // seconds

export class Sound {
  #context = null;
  #changed;

  /** @param {() => void} changed the state is another */
  constructor(changed) {
    this.#changed = changed;
    for (const gesture of ['pointerdown', 'keydown']) document.addEventListener(gesture, () => this.allow());
  }

  /** Makes ready to sound, as far as the browser lets it. */
  start() {
    if (this.#context) return;
    this.#context = new AudioContext();
    this.#context.onstatechange = this.#changed;
  }

  /** off, ready or blocked. */
  get state() {
    if (!this.#context) return 'off';
    return this.#context.state === 'running' ? 'ready' : 'blocked';
  }

  /**
   * Asks the browser to let it sound, which works while somebody touches the
   * page. The promise is kept when it does, which may be never.
   */
  async allow() { if (this.state === 'blocked') await this.#context.resume(); }

  /** Sounds, if it may. */
  play(level, volume) {
    if (this.state !== 'ready') return;
    const [tone, gain] = [this.#context.createOscillator(), this.#context.createGain()];
    const start = this.#context.currentTime;
    gain.gain.value = 0;
    NOTES[level].forEach((pitch, i) => {
      const at = start + i * NOTE * 1.2;
      tone.frequency.setValueAtTime(pitch, at);
      gain.gain.setTargetAtTime(LOUD[volume], at, 0.01);
      gain.gain.setTargetAtTime(0, at + NOTE * 0.6, 0.03);
    });
    tone.connect(gain).connect(this.#context.destination);
    tone.start(start);
    tone.stop(start + NOTES[level].length * NOTE * 1.2 + 0.2);
  }
}
