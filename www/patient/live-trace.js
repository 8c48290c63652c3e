import { paintMark } from "../alarms/alert-mark.js";
import { i18n, paintScheduler, state, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { number } from "../kit/format.js";
import { onThemeChange } from "../kit/theme.js";
import { freshFor } from "../model/freshness.js";
import { TRACE_MS } from "../model/patient-record.js";
import { vitalIn } from "../model/limit-profiles.js";
import { onSite } from "../model/vitals.js";
import { axis, stretches } from "./trace-shape.js";

/**
 * The last two minutes of a vital on a canvas: the normal range shaded, gaps shown as gaps, a dot where it is now, a mark where an alert
 * began.
 * Properties: `patient`, `vital` (its name), `small` (the line alone). Colours come from live-trace.css.
 */
export class LiveTrace extends FajmaElement {
  patient = null;
  vital = null;
  small = false;
  #canvas = el("canvas", { role: "img" });
  #paintedAt = 0;
  #style = null;
  #size = { width: 0, height: 0 };
  #repaint = () => this.#paint();

  start() {
    const resized = new ResizeObserver(([{ contentRect: { width, height } }]) => {
      this.#size = { width: Math.round(width), height: Math.round(height) };
      this.#style = null;
      this.#soon();
    });
    resized.observe(this.#canvas);
    this.signal.addEventListener("abort", () => { resized.disconnect(); paintScheduler.cancel(this.#repaint); });
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && this.#soon());
    // A small trace moves by less than a pixel a second: it is drawn every other one, whatever comes.
    this.listen(state, "readings", ({ detail }) => !this.small && detail.patient === this.patient && this.#soon());
    // The trace moves on also when nothing comes; while readings come, they move it.
    this.everySecond(() => Date.now() - this.#paintedAt > 1_500 && this.#soon());
    onThemeChange(() => { this.#style = null; this.#soon(); }, this.signal);
  }

  draw() {
    this.replaceChildren(this.#canvas);
    if (!this.small) {
      this.append(el("span", { class: "axis", "aria-hidden": "true" },
        el("span", { text: t("trace.start") }), el("span", { text: t("trace.middle") }), el("span", { text: t("trace.end") })));
      this.#label(vitalIn(this.vital, state.record(this.patient).profile), this.samples);  // a canvas that is not shown yet is not painted either
    }
    this.#soon();
  }

  #soon() { paintScheduler.soon(this.#repaint); }

  #paint() {
    this.#paintedAt = Date.now();
    const { width, height } = this.#size;  // asking the canvas would have the whole page laid out between two drawings
    if (width === 0) return;
    const scale = window.devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * scale) || this.#canvas.height !== Math.round(height * scale)) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }
    const pen = this.#canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const entry = onSite(vitalIn(this.vital, state.record(this.patient).profile), state.record(this.patient).value(this.vital)?.onSkin);
    const now = state.now();
    const { samples } = this;
    if (!this.small) this.#label(entry, samples);
    const shown = axis(samples, entry.normal);
    if (!shown) return;
    const place = {
      x: (at) => Math.min(width - 5, (width - 5) * (1 - (now - at) / TRACE_MS)),
      y: (value) => height * (1 - (value - shown.low) / (shown.high - shown.low)),
    };
    this.#paintGround(pen, entry, place, width, height);
    this.#paintLine(pen, samples, place);
    const alerts = state.record(this.patient).alertsAbout(this.vital, now - TRACE_MS);
    const size = (this.small ? 4 : 6) * this.#palette.unit;
    for (const alert of alerts) paintMark(pen, this.#palette[alert.severity], alert.severity, place.x(alert.at), height, size, !this.small);
  }

  #paintGround(pen, { normal }, { y }, width, height) {
    pen.fillStyle = this.#palette.normal;
    if (normal) pen.fillRect(0, y(normal[1]), width, y(normal[0]) - y(normal[1]));
    if (this.small) return;
    pen.fillStyle = this.#palette.grid;
    for (const part of [0.25, 0.5, 0.75]) pen.fillRect(Math.round((width - 5) * part), 0, 1, height);
  }

  #paintLine(pen, samples, { x, y }) {
    const gap = freshFor(this.vital, state.record(this.patient).period(this.vital));
    const stale = state.freshness(this.patient, this.vital)?.stale ?? true;
    pen.strokeStyle = pen.fillStyle = stale ? this.#palette.stale : this.#palette.line;
    pen.lineWidth = (this.small ? 1.5 : 2) * this.#palette.unit;
    pen.lineJoin = pen.lineCap = "round";
    for (const stretch of stretches(samples, gap)) {
      pen.beginPath();
      for (const { at, value } of stretch) pen.lineTo(x(at), y(value));
      if (stretch.length === 1) pen.lineTo(x(stretch[0].at) + 1, y(stretch[0].value));
      pen.stroke();
    }
    const last = samples.at(-1);
    if (!last || stale) return;
    pen.beginPath();
    pen.arc(x(last.at), y(last.value), (this.small ? 2 : 3.5) * this.#palette.unit, 0, 2 * Math.PI);
    pen.fill();
  }

  /** The pen's colours, and its width's unit: a screen read from afar has larger letters. Asked for once a theme and size: asking costs more than drawing. */
  get #palette() {
    if (this.#style) return this.#style;
    const style = getComputedStyle(this.#canvas);
    const { color, caretColor, outlineColor, borderTopColor, fontSize } = style;
    this.#style = { line: color, stale: caretColor, normal: outlineColor, grid: borderTopColor, unit: parseFloat(fontSize) / 16,
      error: style.borderRightColor, warning: style.borderBottomColor, info: style.borderLeftColor };
    return this.#style;
  }

  /** What it shows: ascending `{at, value}` of the last two minutes. */
  get samples() { return state.record(this.patient).samples(this.vital).filter(({ at }) => at > state.now() - TRACE_MS); }

  #label(entry, samples) {
    const values = samples.map((sample) => sample.value);
    const text = (value) => number(value, entry.decimals, i18n.language);
    const name = t(`vital.${entry.name}`);
    const label = values.length
      ? t("trace.label", { name, low: text(Math.min(...values)), high: text(Math.max(...values)), unit: entry.unit })
      : t("trace.label.none", { name });
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
  }
}
