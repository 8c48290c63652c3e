import { SHAPES } from "../alarms/alert-mark.js";
import { i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { axisTime, number } from "../kit/format.js";
import { svg } from "../kit/svg.js";
import { limitText } from "../model/limit-text.js";
import { vital as entryOf } from "../model/vitals.js";
import { AREA, FOOT, traceOf, WIDTH } from "./trace-svg.js";

/** Alerts' marks lie in a line above the curve. */
const MARK = { y: 15, size: 13 };
let drawn = 0;

/** A vital's trace as a figure: minimum to maximum as a band, the mean as a line, gaps hatched, alerts marked, limits dashed. `what`: as `traceOf` has it; one axis of hours below all of them is enough. */
export function traceFigure(what, { hasHours }) {
  const trace = traceOf(what);
  const entry = entryOf(what.vital);
  const name = t(`vital.${what.vital}`);
  const measured = trace.values ? t("handover.trace.measured", { percent: Math.round(100 * trace.coverage), range: measuredRange(trace.values, entry) })
    : t("handover.trace.nothing");
  return el("figure", { class: "trace", "data-traced": what.vital },
    el("figcaption", {}, el("strong", { text: name }), " ", el("span", { text: measured })),
    drawing(trace, entry, `${name}, ${measured}`, hasHours));
}

/** "de 94 à 98 %"; where both read the same, that one. */
function measuredRange({ low, high }, { decimals, unit }) {
  const [from, to] = [low, high].map((value) => number(value, decimals, i18n.language));
  const whole = unit ? `${to}\u00a0${unit}` : to;
  return from === to ? whole : t("range.of", { low: from, high: whole });
}

function drawing(trace, entry, label, hasHours) {
  const hatch = `hatch-${++drawn}`;
  const { left, right, top } = AREA, { bottom } = trace;
  const end = bottom + (hasHours ? FOOT.hours : FOOT.none);
  const place = { x1: left, x2: right };
  const value = (at) => number(at, entry.decimals, i18n.language);
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${end}`, role: "img", "aria-label": label },
    svg("defs", {}, svg("pattern", { id: hatch, width: 10, height: 10, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { d: "M0,0V10", class: "hatch" }))),
    svg("rect", { class: "area", x: left, y: top, width: right - left, height: bottom - top }),
    ...trace.hours.flatMap(({ at, x }) => [svg("line", { class: "hour", x1: x, x2: x, y1: top, y2: bottom }),
      hasHours ? svg("text", { class: "time", x, y: end - 4, "text-anchor": "middle", text: axisTime(at, 0, i18n.language) }) : null]),
    ...trace.gaps.map(({ x, width }) => svg("rect", { class: "gap", x, y: top, width, height: bottom - top, fill: `url(#${hatch})` })),
    ...trace.band.map((d) => svg("path", { class: "band", d })),
    ...trace.limits.flatMap(({ rule, y, textY }) => [svg("line", { class: "limit", "data-severity": rule.niveau_gravite, ...place, y1: y, y2: y }),
      svg("text", { class: "limit-text", x: right + 8, y: textY + 9, text: limitText(rule, i18n).replace(`\u00a0${entry.unit}`, "") })]),
    ...trace.mean.map((d) => svg("path", { class: "mean", d })),
    ...trace.dots.map(({ x, y }) => svg("circle", { class: "dot", cx: x, cy: y, r: 4 })),
    ...(trace.values ? [[trace.values.high, trace.values.highY], [trace.values.low, trace.values.lowY]].map(([at, y]) => svg("text", { class: "value", x: left - 8, y: y + 8, "text-anchor": "end", text: value(at) })) : []),
    ...trace.marks.map(mark));
}

/** The same shapes as everywhere: octagon, triangle, ring. */
function mark({ x, severity }) {
  const shape = SHAPES[severity];
  const points = shape?.map(([dx, dy]) => `${x + dx * MARK.size},${MARK.y + dy * MARK.size}`).join(" ");
  return shape ? svg("polygon", { class: "mark", "data-severity": severity, points })
    : svg("circle", { class: "mark", "data-severity": severity, cx: x, cy: MARK.y, r: MARK.size * 0.75 });
}
