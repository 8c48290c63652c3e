/** Strips of a device's optical signal that were kept with an alert: reading them, and their geometry. Pure. */

/** A strip that swings less (percent of the level) is drawn flat, not blown up until noise looks like a pulse. */
const LEAST_RANGE = 0.1;
/** Room above and below the curve, in parts of the range. */
const MARGIN = 0.08;
const SECOND = 1_000;

const instant = (wire) => (typeof wire === "string" ? Date.parse(wire) || null : null);
const words = (list) => (Array.isArray(list) ? list.filter((word) => typeof word === "string") : []);

/** A strip of the wire in the page's words, or null when it is none. */
function readTrace(wire) {
  const from = instant(wire?.debut), to = instant(wire?.fin);
  if (from === null || to === null || to < from || !Array.isArray(wire.points)) return null;
  const points = wire.points.map((point) => (Number.isFinite(point) ? point : null));
  if (points.every((point) => point === null)) return null;
  return { device: wire.dispositif ?? null, name: wire.nom ?? null, begun: words(wire.levees), ended: words(wire.terminees), from, to, points };
}

/** Those of an answer that can be drawn, oldest first. */
export const readTraces = (wire) => (Array.isArray(wire) ? wire : []).map(readTrace).filter((trace) => trace !== null);

/**
 * `{lines, gaps, ticks, low, high, swing, missing}` within a box of `width` and `height`: `lines` paths, one a stretch without a gap, upwards for more blood,
 * which is less light; `ticks` the whole even seconds before the end, `at` in parts of the width; `swing` in percent of the level; `missing` in parts of all points.
 */
export function shapeOf({ points, from, to }, { width, height }) {
  const measured = points.filter((point) => point !== null);
  const least = -Math.max(...measured), most = -Math.min(...measured);
  const middle = (least + most) / 2, half = Math.max(most - least, LEAST_RANGE) * (0.5 + MARGIN);
  const [low, high] = [middle - half, middle + half];
  const step = width / Math.max(1, points.length - 1);
  const round = (place) => Math.round(place * 10) / 10;
  const x = (index) => round(index * step);
  const y = (point) => round(height * (high + point) / (high - low));
  const lines = [], gaps = [];
  let line = "", gapFrom = null;
  points.forEach((point, index) => {
    if (point === null) {
      gapFrom ??= Math.max(0, index - 1);
      if (line) lines.push(line);
      line = "";
      return;
    }
    if (gapFrom !== null) gaps.push({ x: x(gapFrom), width: round(x(index) - x(gapFrom)) });
    gapFrom = null;
    line += `${line ? "L" : "M"}${x(index)},${y(point)}`;
  });
  if (line) lines.push(line);
  if (gapFrom !== null) gaps.push({ x: x(gapFrom), width: round(width - x(gapFrom)) });
  const seconds = (to - from) / SECOND;
  const ticks = Array.from({ length: Math.floor(seconds / 2 + 0.05) + 1 }, (_, i) => ({ second: -2 * i, at: Math.max(0, 1 - 2 * i / Math.max(seconds, 1)) })).reverse();
  return { lines, gaps, ticks, swing: most - least, missing: (points.length - measured.length) / points.length };
}

/** Which of an alert's moments a strip shows: "begun" also where it only grew worse. */
export const momentOf = (trace, cause) => (cause !== null && trace.ended.includes(cause) && !trace.begun.includes(cause) ? "ended" : "begun");

/** By which word the strips of an alert name it. */
export const causeOf = (alert) => alert.vital ?? alert.kind;
