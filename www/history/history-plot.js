import { hospitalZone } from "../kit/hospital-zone.js";
import { ticksBetween } from "../kit/zone.js";

/** The drawing of a vital's history: a dygraph with what it cannot draw by itself, the limits and what alerts lasted. */

const PIXELS = { axis: 46, label: 84, line: 1.8 };
const DASHES = { error: [9, 4], warning: [4, 4], info: [2, 4] };
const FAINT = 0.12, CHOSEN = 0.3;

export class HistoryPlot {
  #graph;
  #shown;

  /**
   * @param Dygraph the library's class; @param place an empty element with a size
   * @param words `{time(ms, wide), value(number)}`: how axes are labelled
   * @param told `{zoomed(from, to), drawn(toX), pointed({at, low, mean, high} | null), home()}`
   */
  constructor(Dygraph, place, shown, words, told) {
    this.#shown = shown;
    const { touchstart, touchmove, touchend, ...mouse } = Dygraph.defaultInteractionModel;  // a finger scrolls the page; buttons zoom
    this.#graph = new Dygraph(place, ...this.#data(), {
      ...this.#options(), labels: ["t", "v"], customBars: true, legend: "never", showLabelsOnHighlight: false,
      strokeWidth: PIXELS.line, fillAlpha: 0.22, highlightCircleSize: 4, axisLabelWidth: PIXELS.axis, xRangePad: 0, drawGapEdgePoints: true, pointSize: 1.5,
      interactionModel: { ...mouse, dblclick: () => told.home() },
      axes: {
        x: { ticker: (from, to, pixels) => ticksBetween(from, to, pixels / PIXELS.label, hospitalZone()).map((at) => ({ v: at, label: words.time(at, to - from) })), axisLabelWidth: PIXELS.label - 8 },
        y: { axisLabelFormatter: (value) => words.value(value), pixelsPerLabel: 28 },
      },
      zoomCallback: (from, to) => told.zoomed(from, to),
      drawCallback: (graph) => told.drawn((at) => graph.toDomXCoord(at)),
      highlightCallback: (event, at) => told.pointed(this.#at(at)),
      unhighlightCallback: () => told.pointed(null),
      underlayCallback: (pen, area, graph) => this.#underlay(pen, area, graph),
    });
  }

  /** @param shown `{line, from, to, range, lines, marks, chosen, colors}`; `chosen`: the alert that somebody looks at, about this vital or not, or null */
  update(shown) {
    this.#shown = shown;
    const [file] = this.#data();
    this.#graph.updateOptions({ file, ...this.#options() });
  }

  resize() { this.#graph.resize(); }
  destroy() { this.#graph.destroy(); }

  #data() {
    const { line, from, to } = this.#shown;
    // dygraphs cannot draw nothing at all.
    const rows = line.length ? line : [[from, null], [to, null]];
    return [rows.map(([at, values]) => [new Date(at), values])];
  }

  #options() {
    const { from, to, range, colors } = this.#shown;
    return { dateWindow: [from, to], valueRange: range, colors: [colors.line], gridLineColor: colors.grid, axisLineColor: colors.grid };
  }

  #at(at) {
    const found = this.#shown.line.find(([instant, values]) => instant === at && values);
    return found ? { at, low: found[1][0], mean: found[1][1], high: found[1][2] } : null;
  }

  #underlay(pen, area, graph) {
    const { marks, chosen } = this.#shown;
    for (const mark of marks) if (mark.id !== chosen?.id) this.#stretch(pen, area, graph, mark, FAINT);
    if (chosen) this.#stretch(pen, area, graph, chosen, CHOSEN);
    this.#limits(pen, area, graph);
  }

  /** How long an alert lasted. The chosen one has edges that also a black-and-white eye sees. */
  #stretch(pen, { x, y, w, h }, graph, { at, endedAt, severity }, alpha) {
    const { colors, from, to } = this.#shown;
    if (at > to || (endedAt ?? to) < from) return;
    const left = Math.max(x, graph.toDomXCoord(at));
    const right = Math.min(x + w, graph.toDomXCoord(endedAt ?? to));
    pen.fillStyle = colors[severity];
    pen.globalAlpha = alpha;
    pen.fillRect(left, y, Math.max(1, right - left), h);
    pen.globalAlpha = alpha === CHOSEN ? 1 : 0.7;
    const edge = alpha === CHOSEN ? 2.5 : 1.5;
    if (at >= from) pen.fillRect(left, y, edge, h);
    if (alpha === CHOSEN && endedAt !== null && endedAt <= to) pen.fillRect(right, y, edge, h);
    pen.globalAlpha = 1;
  }

  #limits(pen, { x, w }, graph) {
    const { lines, colors } = this.#shown;
    pen.lineWidth = 1.5;
    for (const { niveau_gravite: severity, seuil: limit } of lines) {
      const at = Math.round(graph.toDomYCoord(limit)) + 0.5;
      pen.strokeStyle = colors[severity];
      pen.setLineDash(DASHES[severity]);
      pen.beginPath();
      pen.moveTo(x, at);
      pen.lineTo(x + w, at);
      pen.stroke();
    }
    pen.setLineDash([]);
  }
}
