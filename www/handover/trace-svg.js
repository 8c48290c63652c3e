import { hospitalZone } from "../kit/hospital-zone.js";
import { marksBetween } from "../kit/zone.js";
import { gapOf, lineOf, marksOf, valueRange } from "../history/history.js";
import { linesOf } from "../model/limits.js";
import { vitalIn } from "../model/limit-profiles.js";
import { coverage, gapsOf } from "./handover.js";

/** The geometry of a vital's trace on a handover sheet, in units of a tenth of a millimetre. Pure. */

export const WIDTH = 1_900;
/** Where the curve lies: beside it the values' axis and the limits, above it the alerts, below it the hours. */
export const AREA = { left: 70, right: 1_800, top: 30 };
/** Below the curve: room for the hours, or for half a label. */
export const FOOT = { hours: 30, none: 10 };
const HOUR = 3_600_000;
const LABEL_HEIGHT = 24;
/** So many labels of hours fit. */
const MOST_LABELS = 13;

/**
 * `height`: the curve's own. `{bottom, band, mean, dots, gaps, marks, limits, hours, values, coverage}`: `band` and `mean` lists of paths, one a stretch without a gap. A limit that is
 * far from all values would flatten the curve: it is left to the table.
 */
export function traceOf({ vital, profile, buckets, bucketMs, alerts, limits, from, to, height }) {
  const entry = vitalIn(vital, profile);
  const span = { from, to }, bottom = AREA.top + height;
  const lines = nearLines(linesOf(limits, vital), buckets);
  const [low, high] = valueRange(buckets, lines, buckets.length ? null : entry.normal);
  const x = (at) => Math.round(AREA.left + (AREA.right - AREA.left) * Math.min(1, Math.max(0, (at - from) / (to - from))));
  const y = (value) => Math.round(bottom - height * (value - low) / (high - low));
  const stretches = stretchesOf(lineOf(buckets, gapOf(buckets, bucketMs, vital)));
  const gaps = gapsOf(buckets, bucketMs, vital, span);
  return {
    bottom,
    band: stretches.map((points) => path([...points.map(([at, [, , most]]) => [x(at), y(most)]), ...points.toReversed().map(([at, [least]]) => [x(at), y(least)])])),
    mean: stretches.map((points) => path(points.map(([at, [, mean]]) => [x(at), y(mean)]))),
    dots: stretches.filter((points) => points.length === 1).map(([[at, [, mean]]]) => ({ x: x(at), y: y(mean) })),
    gaps: gaps.map((gap) => ({ x: x(gap.from), width: Math.max(2, x(gap.to) - x(gap.from)) })),
    marks: marksOf(alerts, vital, span).map(({ at, severity }) => ({ x: x(at), severity })),
    limits: spread(lines.map((rule) => ({ rule, y: y(rule.seuil) })), bottom),
    hours: hoursOf(span).map((at) => ({ at, x: x(at) })),
    values: buckets.length ? ends(buckets, y) : null,
    coverage: coverage(gaps, span),
  };
}

/** Where the labels of lines stand (`textY`): at them, but not over one another. */
function spread(lines, bottom) {
  const sorted = lines.sort((a, b) => a.y - b.y);
  const least = (i) => bottom - (sorted.length - 1 - i) * LABEL_HEIGHT;
  sorted.forEach((line, i) => { line.textY = Math.min(least(i), Math.max(line.y, i ? sorted[i - 1].textY + LABEL_HEIGHT : 0)); });
  return sorted;
}

/** The lowest and the highest value with the places of their labels, which do not overlap. */
function ends(buckets, y) {
  const low = Math.min(...buckets.map((bucket) => bucket[1])), high = Math.max(...buckets.map((bucket) => bucket[3]));
  const [lowY, highY] = [y(low), y(high)];
  const apart = Math.max(0, LABEL_HEIGHT - (lowY - highY)) / 2;
  return { low, high, lowY: lowY + apart, highY: highY - apart };
}

/** Limits within half the values' own range of them, so that the curve keeps most of the height. */
function nearLines(lines, buckets) {
  if (!buckets.length) return lines;
  const low = Math.min(...buckets.map((bucket) => bucket[1])), high = Math.max(...buckets.map((bucket) => bucket[3]));
  const reach = Math.max(0.75 * (high - low), 3);
  return lines.filter(({ seuil: limit }) => limit > low - reach && limit < high + reach);
}

function stretchesOf(line) {
  const all = [[]];
  for (const [at, values] of line) {
    if (values) all.at(-1).push([at, values]);
    else all.push([]);
  }
  return all.filter((points) => points.length);
}

/** "M70,12L71,13…": points of one column as one, the curve being no finer than the printer. */
function path(points) {
  const kept = points.filter(([px, py], i) => i === 0 || px !== points[i - 1][0] || py !== points[i - 1][1]);
  return kept.map(([px, py], i) => `${i ? "L" : "M"}${px},${py}`).join("");
}

/** The whole hours by the hospital's clocks, as many as have room. */
export function hoursOf({ from, to }) {
  const step = Math.ceil((to - from) / HOUR / MOST_LABELS);
  return marksBetween(from + 1, to - 1, 60 * step, hospitalZone());
}
