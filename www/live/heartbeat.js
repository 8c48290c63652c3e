/** Whether a socket is still heard. Pure: the page's clock is an argument; room-socket.js looks again when it is told to. */

/** Nothing was heard for so long: the server is asked for a pulse. A busy ward never asks. */
export const ASK_MS = 1_500;
/** Nothing was heard for so long, though it was asked for: the page is blind. */
export const BLIND_MS = 4_000;
/** And after so long the connection is given up for another. */
export const DEAD_MS = 10_000;
/** A look that comes so much later than planned: the page slept, or its clock was set. */
const LATE_MS = 1_500;
/** A page that sleeps a minute between two looks is blind when so many questions in a row had no answer. */
const UNANSWERED = 2;

export class Heartbeat {
  #since;
  #lookAt;
  #asked = 0;

  constructor(now) { this.#since = this.#lookAt = now; }

  /** Any message arrived. */
  heard(now) {
    this.#since = now;
    this.#asked = 0;
  }

  /** The page was hidden, asleep or has just connected: what was not heard until now says nothing; the server is asked at once. */
  doubt(now) {
    this.#since = now - ASK_MS;
    this.#asked += 1;
    return this.#next("ask", now, BLIND_MS - ASK_MS);
  }

  /** `{action, waitMs}`: "ask", "silent" (blind), "dead" (hang up) or null, and after how long to look again. */
  look(now) {
    if (Math.abs(now - this.#lookAt) > LATE_MS && this.#asked < UNANSWERED) return this.doubt(now);
    const silence = now - this.#since;
    if (silence < ASK_MS) return this.#next(null, now, ASK_MS - silence);
    if (!this.#asked) {
      this.#asked = 1;
      return this.#next("ask", now, BLIND_MS - silence);
    }
    if (silence < BLIND_MS) return this.#next(null, now, BLIND_MS - silence);
    if (silence < DEAD_MS) return this.#next("silent", now, DEAD_MS - silence);
    return this.#next("dead", now, 0);
  }

  #next(action, now, waitMs) {
    this.#lookAt = now + waitMs;
    return { action, waitMs };
  }
}
