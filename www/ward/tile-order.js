import { URGENT_RANK } from "../model/severity.js";

/** The order of a ward's tiles. Pure: instants are arguments. */

/** By severity no more often than this: a tile must not move from under a finger. */
export const CALM_MS = 4_000;

export class TileOrder {
  #ids = [];
  #changedAt = -Infinity;
  #urgent = new Set();

  /**
   * @param tiles `[{id, rank}]` in the order of beds: of one rank they stay in it; ranks as severity.js has them
   * @returns `{ids, waitMs}`; `waitMs`: how long until an order that is due may come, null when none is
   */
  next(tiles, now) {
    const wanted = tiles.toSorted((a, b) => b.rank - a.rank).map(({ id }) => id);
    const urgent = new Set(tiles.filter((tile) => tile.rank >= URGENT_RANK).map(({ id }) => id));
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
