/**
 * Wall time and instants in a time zone. Pure: instants are milliseconds, zones IANA names, a wall time is a text as `datetime-local` has it,
 * "2026-10-25T02:30". `Intl` is the only source.
 */

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
/** Zones change at whole quarters of an hour. */
const SLOT = 15 * MINUTE;
/** So many offsets are remembered: to ask `Intl` for one takes long. */
const MOST_OFFSETS = 20_000;
const WALL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;

const clocks = new Map();
const offsets = new Map();

function clockOf(zone) {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-US", { timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  clocks.set(zone, clock);
  return clock;
}

/** Whether the browser knows a zone. */
export function isZone(zone) {
  try {
    return Boolean(clockOf(zone));
  } catch {
    return false;
  }
}

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
export function offsetAt(at, zone) {
  const slot = Math.floor(at / SLOT), key = `${zone} ${slot}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(clockOf(zone).formatToParts(slot * SLOT).map(({ type, value }) => [type, Number(value)]));
  const offset = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - slot * SLOT;
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/** What the clocks of a zone show, as milliseconds of a zone without an offset. */
const shownAt = (at, zone) => at + offsetAt(at, zone);

const textOf = (shown) => new Date(shown).toISOString().slice(0, 16);

/** "2026-10-25T02:30": what the clocks of a zone show at an instant. */
export const wallTime = (at, zone) => textOf(shownAt(at, zone));

/** "2026-10-25": the day of an instant in a zone. */
export const dayOf = (at, zone) => wallTime(at, zone).slice(0, 10);

/** A wall time as milliseconds of a zone without an offset, or null: the thirtieth of February is none. */
function read(wall) {
  const [, ...numbers] = WALL.exec(wall) ?? [];
  if (!numbers.length) return null;
  const [year, month, day, hour, minute] = numbers.map(Number);
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  return textOf(shown) === wall ? shown : null;
}

/** The instants at which the clocks of a zone show a wall time, in order: one, two where they are set back, none where they are set forward or the text is no time. */
export function instantsOf(wall, zone) {
  const shown = read(wall);
  if (shown === null) return [];
  const possible = new Set([offsetAt(shown - DAY, zone), offsetAt(shown + DAY, zone)]);
  return [...possible].map((offset) => shown - offset).filter((at) => shownAt(at, zone) === shown).sort((a, b) => a - b);
}

/** Whether the clocks of a zone show the minute of this instant a second time, before or after. */
export function isTwice(at, zone) {
  const here = offsetAt(at, zone), before = offsetAt(at - DAY, zone), after = offsetAt(at + DAY, zone);
  if (before === here && after === here) return false;
  return instantsOf(wallTime(at, zone), zone).length > 1;
}

/** Between which wall times the clocks of a zone are set forward, `{from, to}`, where that skips `wall`; null where it does not. */
export function skippedAt(wall, zone) {
  const shown = read(wall);
  if (shown === null || instantsOf(wall, zone).length) return null;
  let [before, after] = [shown - DAY, shown + DAY];
  const was = offsetAt(before, zone);
  while (after - before > SLOT) {
    const middle = SLOT * Math.floor((before + after) / 2 / SLOT);
    if (middle <= before) break;
    if (offsetAt(middle, zone) === was) before = middle;
    else after = middle;
  }
  const change = SLOT * Math.floor(after / SLOT);
  return { from: textOf(change + was), to: wallTime(change, zone) };
}

/** "UTC+1", "UTC−3:30", "UTC": an offset as people read it. */
export function offsetText(at, zone) {
  const minutes = Math.round(offsetAt(at, zone) / MINUTE);
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "\u2212" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/** "2026-10-25T02:30:15+01:00": an instant for a file, by the clocks of a zone and with their offset (RFC 3339). */
export function stamp(at, zone) {
  const offset = offsetAt(at, zone), minutes = Math.abs(offset) / MINUTE;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${new Date(at + offset).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Whether the clocks of two zones show the same, now and half a year from now. */
export const areAlike = (zone, other, now) => [now, now + 182 * DAY].every((at) => offsetAt(at, zone) === offsetAt(at, other));

/** The instants between two others at which the clocks of a zone show a whole multiple of so many minutes since midnight, in order. */
export function marksBetween(from, to, stepMinutes, zone) {
  const step = stepMinutes * MINUTE;
  const marks = [];
  for (let shown = Math.floor((shownAt(from, zone) - 3 * HOUR) / step) * step; shown <= shownAt(to, zone) + 3 * HOUR; shown += step) {
    marks.push(...instantsOf(textOf(shown), zone));
  }
  return marks.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
}

/** How far apart the ticks of an axis may be, in minutes. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2 * 1_440, 7 * 1_440];

/** The ticks of an axis: as close together as `most` of them allow, at whole times of a zone's clocks. */
export function ticksBetween(from, to, most, zone) {
  const step = STEPS.find((minutes) => (to - from) / (minutes * MINUTE) <= Math.max(1, most)) ?? STEPS.at(-1);
  return marksBetween(from, to, step, zone);
}
