import { isAbout } from "../model/alerts.js";
import { freshFor } from "../model/freshness.js";

/** What the history shows: which stretch of time, where nothing was measured, which alerts. Pure; times are milliseconds. */

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** What is chosen with one press. */
export const SPANS = { "1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY };
/** Nearer than this single readings would be too far apart, farther away the days too near. */
export const LEAST_MS = 5 * MINUTE, MOST_MS = 31 * DAY;
/** The server's most buckets. */
export const MAX_BUCKETS = 1_500;

/** A view is `{span, end}`; `end` null: it ends now and moves on. */
export const bounds = ({ span, end }, now) => ({ from: (end ?? now) - span, to: end ?? now });

const clamped = (span) => Math.min(MOST_MS, Math.max(LEAST_MS, span));

/** Whether what somebody asks for is as long as a view may be. */
export const isShowable = (from, to) => to - from >= LEAST_MS && to - from <= MOST_MS;

/** The view from one instant to another; the future is none. */
export function between(from, to, now) {
  const end = to >= now ? null : to;
  return { span: clamped((end ?? now) - from), end };
}

/** `factor` under 1 goes nearer: to the end where that is now, else to the middle. */
export function zoomed(view, factor, now) {
  const span = clamped(view.span * factor);
  if (view.end === null) return { span, end: null };
  const end = view.end - view.span / 2 + span / 2;
  return { span, end: end >= now ? null : end };
}

/** Moves on by a part of what is shown; backwards when it is negative. */
export function moved({ span, end }, part, now) {
  const next = (end ?? now) + part * span;
  return { span, end: next >= now ? null : next };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];

/** How far apart readings are, or null where there are too few. `buckets` as the server answers: `[[ms, min, avg, max, n], …]`. */
export function periodOf(buckets) {
  const periods = buckets.slice(1).map(([at], i) => (at - buckets[i][0]) / buckets[i][4]);
  return periods.length ? median(periods) : null;
}

/** How wide the server makes buckets: whole seconds, and whole minutes over half of one (HistoryGrid in Sources/Store). */
export function bucketWidth(spanMs, points) {
  const width = spanMs / (points - 1);
  const unit = width < 1_000 ? 1 : width <= MINUTE / 2 ? 1_000 : MINUTE;
  return Math.ceil(width / unit) * unit;
}

/** So many buckets tell how wide they are: the server may have made them wider still. */
const TELLING = 20;
export function widthOf(buckets, askedMs) {
  if (buckets.length < TELLING) return askedMs;
  return Math.max(askedMs, Math.min(...buckets.slice(1).map(([at], i) => at - buckets[i][0])));
}

/** Longer between two buckets than this, and nothing was measured. `askedMs`: as wide as buckets were asked to be. */
export const gapOf = (buckets, askedMs, vital) => Math.max(1.5 * widthOf(buckets, askedMs), freshFor(vital, periodOf(buckets)));

/** `[ms, [min, avg, max]]`, with a `[ms, null]` wherever the line must not go on. */
export function lineOf(buckets, gapMs) {
  return buckets.flatMap(([at, low, mean, high], i) => {
    const point = [at, [low, mean, high]];
    return i > 0 && at - buckets[i - 1][0] > gapMs ? [[(at + buckets[i - 1][0]) / 2, null], point] : [point];
  });
}

/** The lowest and highest value that must be seen, with some air. `lines`: the limits. */
export function valueRange(buckets, lines, normal) {
  const values = [...buckets.flatMap(([, low, , high]) => [low, high]), ...lines.map(({ seuil: limit }) => limit), ...(normal ?? [])];
  if (!values.length) return [0, 1];
  const low = Math.min(...values), high = Math.max(...values);
  const air = Math.max(0.07 * (high - low), 0.5);
  return [low - air, high + air];
}

/** The alerts (as `readAlert` gives them) that were there between two instants, oldest first. */
export const within = (alerts, { from, to }) => alerts.filter((alert) => alert.at <= to && (alert.endedAt ?? to) >= from).sort((a, b) => a.at - b.at);

/** Those of them about a vital. */
export const marksOf = (alerts, vital, span) => within(alerts, span).filter((alert) => isAbout(alert, vital));

/** Those about none of the vitals that can be chosen: a device's, or what somebody wrote. */
export const othersOf = (alerts, vitals, span) => within(alerts, span).filter((alert) => !vitals.some((vital) => isAbout(alert, vital)));

/** The history as `count` rows of a table: `{from, to, low, mean, high, n, marks}`; nulls where nothing was measured. */
export function rowsOf(buckets, marks, { from, to }, count) {
  const width = (to - from) / count;
  const slot = (at) => Math.min(count - 1, Math.max(0, Math.floor((at - from) / width)));
  const rows = Array.from({ length: count }, (_, i) => ({ from: from + i * width, to: from + (i + 1) * width, low: null, mean: null, high: null, n: 0, marks: [] }));
  for (const [at, low, mean, high, n] of buckets) {
    const row = rows[slot(at)];
    row.low = Math.min(row.low ?? low, low);
    row.high = Math.max(row.high ?? high, high);
    row.mean = ((row.mean ?? 0) * row.n + mean * n) / (row.n + n);
    row.n += n;
  }
  for (const mark of marks) if (mark.at >= from) rows[slot(mark.at)].marks.push(mark);
  return rows;
}
