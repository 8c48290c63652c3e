import { keepTrying } from "../kit/retry.js";

/** The same readings are asked for no more often: a device that sends what it kept tells of older readings again and again. */
export const PAUSE_MS = 3_000;

/**
 * Fetches the readings that the socket did not bring, a patient's or a whole ward's, one after the other, until they are there. It asks
 * only after the socket is there: what is measured while the answer is on its way comes by the socket. Event "failure" {error}: a refusal.
 */
export class Backfill extends EventTarget {
  #fetch;
  #signal;
  #since = new Map();
  #askedAt = new Map();
  #timer = 0;
  #running = false;

  /**
   * @param fetch (whose, since) => a promise that is kept once the readings since then, by the server's clock, are taken in
   * @param signal aborts when the page goes
   */
  constructor(fetch, signal) {
    super();
    this.#fetch = fetch;
    this.#signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** What was measured since then may be missing; `whose` is whatever `fetch` understands. */
  need(whose, since) {
    this.#since.set(whose, Math.min(since, this.#since.get(whose) ?? Infinity));
    this.#run();
  }

  forget(whose) { this.#since.delete(whose); }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#timer);
    for (let next = this.#due(); next !== undefined && !this.#signal.aborted; next = this.#due()) await this.#fill(next);
    this.#running = false;
    if (this.#since.size && !this.#signal.aborted) this.#timer = setTimeout(() => this.#run(), PAUSE_MS);
  }

  #due() { return [...this.#since.keys()].find((whose) => Date.now() - (this.#askedAt.get(whose) ?? -Infinity) >= PAUSE_MS); }

  async #fill(whose) {
    const since = this.#since.get(whose);
    this.#since.delete(whose);
    this.#askedAt.set(whose, Date.now());
    try {
      await keepTrying(() => this.#fetch(whose, since), this.#signal);
    } catch (error) {
      if (!this.#signal.aborted) this.dispatchEvent(new CustomEvent("failure", { detail: { error } }));
    }
  }
}
