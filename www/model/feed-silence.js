import { freshFor, period, SHORTEST_FRESH_MS } from "./freshness.js";
import { TAKEN_BY_HAND } from "./vitals.js";

/** So many arrivals of a vital are remembered: they tell its period. */
const REMEMBERED = 9;

/**
 * Whether the feeds of a ward fell silent all at once, as they do when the server hangs while the connection stands: then no
 * alarm arrives either. Keeps no value, only when some arrived. Pure; times are by the page's clock.
 */
export class FeedSilence {
  #feeds = new Map();
  /** When the server last told of a lost signal, or everything it knows: it knows of the silence, so it did not hang. */
  #explainedAt = -Infinity;

  /** Readings of a patient arrived, measured at `at`; those of the past tell nothing about the feed. */
  hear(patient, readings, serverNow, localNow) {
    const feed = this.#feeds.get(patient) ?? new Map();
    this.#feeds.set(patient, feed);
    for (const { vital, at } of readings) {
      if (TAKEN_BY_HAND.includes(vital) || serverNow - at > SHORTEST_FRESH_MS) continue;
      feed.set(vital, [...(feed.get(vital) ?? []), localNow].slice(-REMEMBERED));
    }
  }

  explain(localNow) { this.#explainedAt = localNow; }
  forget(patient) { this.#feeds.delete(patient); }
  clear() {
    this.#feeds.clear();
    this.#explainedAt = -Infinity;
  }

  /** More than one feed had a rhythm, those that still ran when the last of them was heard are all over their freshness, and nobody told why. */
  areSilent(localNow) {
    const feeds = [...this.#feeds.values()].map(lastOf).filter(Boolean);
    const heardAt = Math.max(...feeds.map(({ at }) => at));
    const ran = feeds.filter(({ freshUntil }) => freshUntil >= heardAt);
    return ran.length > 1 && ran.every(({ freshUntil }) => localNow > freshUntil) && this.#explainedAt < heardAt;
  }
}

/** When a feed was last heard, and until when that may be; null for one without a rhythm, such as values taken by hand. */
function lastOf(feed) {
  const rhythms = [...feed].map(([vital, instants]) => ({ at: instants.at(-1), periodMs: period(instants), vital })).filter(({ periodMs }) => periodMs !== null);
  if (!rhythms.length) return null;
  return { at: Math.max(...rhythms.map(({ at }) => at)), freshUntil: Math.max(...rhythms.map(({ at, vital, periodMs }) => at + freshFor(vital, periodMs))) };
}
