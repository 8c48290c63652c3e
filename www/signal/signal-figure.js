import { i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { exactTime, number } from "../kit/format.js";
import { svg } from "../kit/svg.js";
import { causeOf, momentOf, shapeOf } from "../model/signal-trace.js";

/** The drawing's own units; it is stretched over the place it gets, its lines keep their width. */
const BOX = { width: 800, height: 100 };
let drawn = 0;

/** A strip of the recorded signal as a figure: what it is and of when, the curve, its seconds. Nothing of it moves: it is a record. */
export function signalFigure(trace, alert) {
  const shape = shapeOf(trace, BOX);
  const name = trace.name ?? t("devices.number", { id: trace.device });
  const moment = t(`signal.${momentOf(trace, causeOf(alert))}`);
  const when = exactTime(trace.to, i18n.language);
  const swing = number(shape.swing, shape.swing < 1 ? 2 : 1, i18n.language);
  const missing = Math.round(100 * shape.missing);
  const facts = t(missing ? "signal.facts.missing" : "signal.facts", { swing, missing });
  return el("figure", { class: "signal-figure" },
    el("figcaption", {}, el("strong", { text: moment }), " ", el("span", { text: t("signal.until", { time: when, name }) })),
    drawing(shape, t("signal.label", { moment, time: when, name, seconds: Math.round((trace.to - trace.from) / 1_000), facts })),
    el("div", { class: "seconds", "aria-hidden": "true" }, ...shape.ticks.map(tick)),
    el("p", { class: "facts", text: `${t("signal.what")} ${facts}` }));
}

function tick({ second, at }) {
  const label = el("span", { text: second === 0 ? t("signal.end") : t("signal.second", { second: number(second, 0, i18n.language) }) });
  label.style.left = `${(100 * at).toFixed(1)}%`;
  return label;
}

function drawing({ lines, gaps, ticks }, label) {
  const hatch = `signal-hatch-${++drawn}`;
  return svg("svg", { viewBox: `0 0 ${BOX.width} ${BOX.height}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    svg("defs", {}, svg("pattern", { id: hatch, width: 10, height: 10, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { d: "M0,0V10", class: "hatch" }))),
    ...ticks.map(({ at }) => svg("line", { class: "tick", x1: at * BOX.width, x2: at * BOX.width, y1: 0, y2: BOX.height })),
    ...gaps.map(({ x, width }) => svg("rect", { class: "gap", x, y: 0, width, height: BOX.height, fill: `url(#${hatch})` })),
    ...lines.map((d) => svg("path", { class: "line", d })));
}
