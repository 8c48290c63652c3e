/**
 * At least so long between two paintings. Each frame costs the layout and drawing of a whole page, however little is new on it, and a ward
 * of thirty has something new thirty times a second.
 */
export const REST_MS = 500;

/** Paints together what changed: at the next frame after a rest, else when the rest is over; never while the page is hidden. */
export class PaintScheduler {
  #due = new Set();
  #waits = false;
  #restsUntil = -Infinity;

  /**
   * @param atNextFrame runs a function at the next frame (`requestAnimationFrame`)
   * @param after runs a function after some milliseconds (`setTimeout`)
   */
  constructor(atNextFrame, after, now) {
    this.atNextFrame = atNextFrame;
    this.after = after;
    this.now = now;
  }

  /** Calls `paint` once with the next painting, however often it is asked for; unless `cancel` takes it back. */
  soon(paint) {
    this.#due.add(paint);
    if (this.#waits) return;
    this.#waits = true;
    const rest = this.#restsUntil - this.now();
    if (rest > 0) this.after(() => this.atNextFrame(() => this.#run()), rest);
    else this.atNextFrame(() => this.#run());
  }

  cancel(paint) { this.#due.delete(paint); }

  #run() {
    this.#restsUntil = this.now() + REST_MS;
    this.#waits = false;
    const due = [...this.#due];
    this.#due.clear();
    for (const paint of due) {
      try {
        paint();
      } catch (error) {
        queueMicrotask(() => { throw error; });  // seen like any other, without taking the rest along
      }
    }
  }
}
