import { OFTEN_BY_HAND, TAKEN_BY_HAND } from "./vitals.js";

/** When a value may still be shown as current. Times are milliseconds. */

/** A value is current for three of its periods, and at least this long. */
export const SHORTEST_FRESH_MS = 10_000;
/** However slow its device, a measured value is not current after this long (the early warning score's own limit). */
const LONGEST_FRESH_MS = 300_000;
/** A value taken by hand has no period; it counts until the next round could have replaced it. */
const BY_HAND_FRESH_MS = 12 * 3_600_000;
/** Measured farther apart than this, such a vital is taken at rounds. */
const ROUNDS_MS = 600_000;
/** So many of the newest intervals tell the period. */
const INTERVALS = 8;

/** The period of ascending instants: the median interval, which one outage does not move. Null for fewer than three. */
export function period(instants) {
  const last = instants.slice(-(INTERVALS + 1));
  if (last.length < 3) return null;
  const intervals = last.slice(1).map((at, i) => at - last[i]).sort((a, b) => a - b);
  return intervals[Math.floor((intervals.length - 1) / 2)];
}

/**
 * Whether a vital is taken by hand: always, or while no device sends it again and again. The wire does not say who measured.
 * `counted`: the early warning score counts the very value, which it does with a skin sensor's only where the ward says so.
 */
export function isByHand(vital, periodMs, counted = false) {
  if (TAKEN_BY_HAND.includes(vital)) return true;
  if (!OFTEN_BY_HAND.includes(vital)) return false;
  return periodMs === null ? vital === "respiratory_rate" || counted : periodMs > ROUNDS_MS;
}

/** How old a value of this vital may be and still be current. */
export function freshFor(vital, periodMs, byHand = isByHand(vital, periodMs)) {
  if (byHand) return BY_HAND_FRESH_MS;
  return Math.min(LONGEST_FRESH_MS, Math.max(SHORTEST_FRESH_MS, 3 * (periodMs ?? 0)));
}

/**
 * The age of a value. Also counts from its arrival, so that a device whose clock runs ahead cannot keep a value young.
 * `now` and `at` are by the server's clock, `sinceArrival` is a duration.
 */
export const age = (now, at, sinceArrival) => Math.max(0, now - at, sinceArrival);
