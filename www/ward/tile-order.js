import { urgency } from "../model/alerts.js";

/** The order of a ward's tiles. Pure: instants are arguments. */

/** By severity no more often than this: a tile must not move from under a finger. */
export const CALM_MS = 4_000;
/** The rank of a patient with an error that nobody has acknowledged and that lasts. */
const WORST = 5;

/** How much a patient wants somebody: 0 for nobody's alarm; greater is worse. `worst`: the worst open alert, if any. */
export const rank = (worst) => (worst ? urgency(worst) : 0);

export class TileOrder {
  #ids = [];
  #changedAt = -Infinity;
  #urgent = new Set();

  /**
   * @param tiles `[{id, rank}]` in the order of beds: of one rank they stay in it
   * @returns `{ids, waitMs}`; `waitMs`: how long until an order that is due may come, null when none is
   */
  next(tiles, now) {
    const wanted = tiles.toSorted((a, b) => b.rank - a.rank).map(({ id }) => id);
    const urgent = new Set(tiles.filter((tile) => tile.rank >= WORST).map(({ id }) => id));
    const isNews = [...urgent].some((id) => !this.#urgent.has(id));
    this.#urgent = urgent;
    if (wanted.join() === this.#ids.join()) return { ids: wanted, waitMs: null };
    const others = wanted.length !== this.#ids.length || wanted.some((id) => !this.#ids.includes(id));
    const waitMs = this.#changedAt + CALM_MS - now;
    if (!isNews && !others && waitMs > 0) return { ids: this.#ids, waitMs };
    this.#ids = wanted;
    this.#changedAt = now;
    return { ids: wanted, waitMs: null };
  }
}
