/**
 * The `Idempotency-Key` of each POST: one per action. An action that failed without the server's decision (no answer, or a 5xx) keeps its key
 * while the same request is sent again; so it is carried out once, also if only the answer was lost. Pure but for its randomness.
 */

/** A person who does the same later means it again: a pause that has ended, an alert that came back. */
const KEPT_MS = 120_000;
/** Requests whose outcome is not known. */
const MAX_OPEN = 50;

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class RequestKeys {
  #open = new Map();
  #now;
  #make;

  constructor(now = Date.now, make = random) {
    this.#now = now;
    this.#make = make;
  }

  /** The key of a request, `body` as JSON. */
  keyOf(path, body) {
    const id = this.#id(path, body);
    const known = this.#open.get(id);
    if (known && this.#now() - known.at < KEPT_MS) return known.key;
    const key = this.#make();
    this.#open.delete(id);
    this.#open.set(id, { key, at: this.#now() });
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value);
    return key;
  }

  /** The server has answered with this status; 0: it has not. */
  settle(path, body, status) {
    if (status > 0 && status < 500 && status !== 401) this.#open.delete(this.#id(path, body));
  }

  #id(path, body) { return `${path}\n${body ?? ""}`; }
}
