/** The server's clock, learned from its pulses: the page's own may be minutes off. */

/** So many of the newest pulses are believed. */
const REMEMBERED = 6;

export class ServerClock {
  #offsets = [];
  #rough = 0;

  /**
   * A pulse written at `serverAt` arrived at `localAt`. The one that travelled fastest is nearest to the truth. One that was asked for,
   * at `askedAt`, was written no earlier than that: what was learned contradicts it where the page's clock has been set meanwhile.
   */
  hear(serverAt, localAt, askedAt = null) {
    if (askedAt !== null && this.offset > serverAt - askedAt) this.#offsets = [];
    this.#offsets.push(serverAt - localAt);
    if (this.#offsets.length > REMEMBERED) this.#offsets.shift();
  }

  /** A `Date` header: whole seconds only, so it serves until the first pulse, and only against a clock that is clearly off. */
  hearRoughly(serverAt, localAt) {
    const offset = serverAt + 500 - localAt;
    this.#rough = Math.abs(offset) > 2_000 ? offset : 0;
  }

  /** Milliseconds to add to the page's clock. */
  get offset() { return this.#offsets.length ? Math.max(...this.#offsets) : this.#rough; }

  now(localNow = Date.now()) { return localNow + this.offset; }
}
