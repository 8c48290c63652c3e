import { instantsOf, offsetText, skippedAt, wallTime } from "./zone.js";

/** What a person says of an instant in a field that gives minutes of the hospital's clocks. Pure; instants are milliseconds. */

const MINUTE = 60_000;
/** Clocks are set back by no more than this. */
const MOST_SET_BACK = 3 * 60 * MINUTE;

/** The text of a field that shows an instant; empty for none. */
export const fieldText = (at, zone) => (Number.isFinite(at) ? wallTime(at, zone) : "");

/** The latest wall time up to an instant: just after clocks were set back that is a time before it. */
export function latestText(at, zone) {
  let latest = wallTime(at, zone);
  for (let before = at - 15 * MINUTE; before >= at - MOST_SET_BACK; before -= 15 * MINUTE) {
    const text = wallTime(before, zone);
    if (text > latest) latest = text;
  }
  return latest;
}

/** Between which a person must choose: `[{at, offset}]`, both instants of a wall time that exists twice, else none. */
export function choicesOf(text, zone) {
  const instants = instantsOf(text, zone);
  return instants.length > 1 ? instants.map((at) => ({ at, offset: offsetText(at, zone) })) : [];
}

/**
 * The instant of a field's text as `{at}`, or `{fault}`: "none" with `from` and `to` (the clocks skip it), "twice" (nobody has said which),
 * "unreadable". Empty text: `{at: null}`.
 * @param {string} text @param {string} zone
 * @param {{chosen?: number | null, proposed?: number | null}} known `chosen`: which of two; `proposed`: the instant that the field showed: untouched, it keeps its seconds
 * @returns {{at?: number | null, fault?: string, from?: string, to?: string}}
 */
export function readMoment(text, zone, { chosen = null, proposed = null } = {}) {
  if (text === "") return { at: null };
  const instants = instantsOf(text, zone);
  const skipped = skippedAt(text, zone);
  if (skipped) return { fault: "none", from: skipped.from.slice(11), to: skipped.to.slice(11) };
  if (!instants.length) return { fault: "unreadable" };
  const at = instants.length === 1 ? instants[0] : instants.find((instant) => instant === chosen);
  if (at === undefined) return { fault: "twice" };
  return { at: proposed !== null && Math.floor(proposed / MINUTE) * MINUTE === at ? proposed : at };
}
