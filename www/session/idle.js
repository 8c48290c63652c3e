/**
 * Whether anybody is still there, over all tabs of this browser. No DOM and no timer: who looks at it once a second is told.
 * It compares clocks instead of counting, because timers stand still while a laptop is closed.
 */

/** So long before the end it is asked whether anybody is there. */
const WARNING_MS = 60_000;
/** A moving pointer is written down no more often. */
const THROTTLE_MS = 2_000;
const REMEMBERED_AS = "fajma.activite";

export class Idle {
  #limitMs = null;
  #touchedAt = null;

  /**
   * @param now the page's clock, in ms
   * @param memory what all tabs share (`getItem`, `setItem`, `removeItem`)
   */
  constructor(now, memory) {
    this.now = now;
    this.memory = memory;
  }

  /** Watches a session that ends after so many seconds without a hand; null: it never does (a display on the wall). */
  watch(limitSeconds) {
    this.#limitMs = limitSeconds == null ? null : limitSeconds * 1000;
    if (this.#limitMs === null) this.#forget();
    else if (this.#lastTouch === null) this.#write();
  }

  /** Somebody has just logged in. */
  begin(limitSeconds) {
    if (limitSeconds != null) this.#write();
    this.watch(limitSeconds);
  }

  /** The session is over. What is written down stays: a page that is loaded again, the server not having heard of it, must know. */
  end() { this.#limitMs = null; }

  /**
   * A key, a pointer, a touch. Too late once the time is over: at the wake-up of a laptop the first movement may come
   * before anybody has looked.
   */
  touch() {
    if (this.#limitMs === null || this.look().state === "over") return;
    const now = this.now();
    if (now < this.#touchedAt || now - this.#touchedAt >= THROTTLE_MS) this.#write();
  }

  /** `{state: "active"|"warning"|"over", leftMs}`; `leftMs` is null when the session has no such end. */
  look() {
    if (this.#limitMs === null) return { state: "active", leftMs: null };
    const leftMs = this.#limitMs - this.#idleMs;
    if (leftMs <= 0) return { state: "over", leftMs: 0 };
    return { state: leftMs <= this.#warningMs ? "warning" : "active", leftMs };
  }

  /** How long ago the session's time was over, in ms; 0: it is not. */
  get overMs() { return this.#limitMs === null ? 0 : Math.max(0, this.#idleMs - this.#limitMs); }

  /** Whole seconds since the last touch in any tab; null when none is known. */
  get seconds() { return this.#lastTouch === null ? null : Math.floor(this.#idleMs / 1000); }

  // A limit of a minute must not begin with the warning.
  get #warningMs() { return Math.min(WARNING_MS, this.#limitMs / 2); }

  get #idleMs() {
    // A clock that was set back says nothing about the hand: it counts from now.
    if (this.#lastTouch > this.now()) this.#write();
    return this.now() - this.#lastTouch;
  }

  get #lastTouch() { return Number(this.memory.getItem(REMEMBERED_AS)) || this.#touchedAt; }

  #forget() {
    this.#touchedAt = null;
    this.memory.removeItem(REMEMBERED_AS);
  }

  #write() {
    this.#touchedAt = this.now();
    this.memory.setItem(REMEMBERED_AS, String(this.#touchedAt));
  }
}
