import { i18n, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { problemText } from "../kit/form.js";
import { axisTime, clockTime, number, weekdayTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { vitalIn } from "../model/limit-profiles.js";
import { limitText } from "../model/limit-text.js";
import { linesOf } from "../model/limits.js";
import { SEVERITIES } from "../model/severity.js";
import { vital as entryOf } from "../model/vitals.js";
import { loadDygraph } from "./dygraphs.js";
import { HistoryPlot } from "./history-plot.js";
import { markText, pointText } from "./history-text.js";
import { gapOf, lineOf, marksOf, valueRange } from "./history.js";

const DAY = 86_400_000;

/**
 * One vital of the history: its curve, its limits, its alerts. Properties: `vital`, `limits` (a LevelLimits). `show` says what.
 * Events "zoomed" {from, to}, "home", "chosen" {id}, "pointed" {at}: all curves of a history go together.
 */
export class VitalHistory extends FajmaElement {
  vital = null;
  limits = null;
  #shown = null;
  #plot = null;
  #toX = null;

  start() {
    const resized = new ResizeObserver(() => this.#plot?.resize());
    resized.observe(this);
    this.signal.addEventListener("abort", () => { resized.disconnect(); this.#drop(); });
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** @param shown `{from, to, bucketMs, buckets, failure, alerts, others, chosen}`, or null while nothing is known; `others`: alerts about no vital, to be marked here too */
  show(shown) {
    this.#shown = shown;
    this.#update();
  }

  draw() {
    this.#drop();
    this.dataset.vital = this.vital;
    this.replaceChildren(
      el("header", {}, el("h3", {}, icon(this.vital), el("span", { text: t(`vital.${this.vital}`) })), el("ul", { class: "legend" }), el("p", { class: "readout" })),
      el("div", { class: "plot-area" }, el("div", { class: "plot", "aria-hidden": "true" }), el("div", { class: "marks", "aria-hidden": "true" }),
        el("span", { class: "hairline", hidden: true }), el("p", { class: "notice", hidden: true })));
    this.#update();
  }

  get #lines() { return linesOf(this.limits.current, this.vital); }
  get #marks() { return this.#shown ? marksOf(this.#shown.alerts, this.vital, this.#shown) : []; }

  async #update() {
    const notice = this.querySelector(".notice");
    if (!notice) return;
    const { buckets = [], failure } = this.#shown ?? {};
    notice.hidden = buckets.length > 0 && !failure;
    setText(notice, failure ? problemText(failure) : this.#shown ? t("history.nothing") : t("loading"));
    this.#showLegend();
    this.pointAt(null);
    if (!this.#shown) return;
    try {
      const Dygraph = await loadDygraph();
      if (!this.signal.aborted && this.#shown) this.#paint(Dygraph);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      notice.hidden = false;
      setText(notice, t("history.no_library"));
    }
  }

  #paint(Dygraph) {
    const { buckets = [], from, to, bucketMs, chosen } = this.#shown;
    const shown = { line: lineOf(buckets, gapOf(buckets, bucketMs, this.vital)), from, to, lines: this.#lines, marks: this.#marks, chosen,
      range: valueRange(buckets, this.#lines, vitalIn(this.vital, this.limits.current?.profil).normal), colors: this.#colors() };
    if (this.#plot) return this.#plot.update(shown);
    const tell = (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail }));
    this.#plot = new HistoryPlot(Dygraph, this.querySelector(".plot"), shown, { time: (at, wide) => axisTime(at, wide, i18n.language), value: (value) => number(value, Number.isInteger(value) ? 0 : 1, i18n.language) }, {
      zoomed: (start, end) => tell("zoomed", { from: start, to: end }),
      home: () => tell("home"),
      drawn: (toX) => { this.#toX = toX; this.#placeMarks(); },
      pointed: (point) => tell("pointed", { at: point?.at ?? null }),
    });
  }

  /** A canvas knows no style sheet: its colours are those of the legend. */
  #colors() {
    const color = (selector) => getComputedStyle(this.querySelector(selector)).color;
    return { line: color("h3 .icon"), grid: getComputedStyle(this.querySelector(".plot-area")).borderTopColor,
      ...Object.fromEntries(SEVERITIES.map((severity) => [severity, color(`.sample-${severity}`)])) };
  }

  #placeMarks() {
    const { from, to, chosen, others } = this.#shown;
    this.querySelector(".marks").replaceChildren(...[...this.#marks, ...others].filter(({ at }) => at >= from && at <= to).map((mark) => {
      const node = el("span", { class: mark.id === chosen?.id ? "mark chosen" : "mark", "data-severity": mark.severity, "data-alert": mark.id, title: markText(mark, i18n),
        on: { click: () => this.dispatchEvent(new CustomEvent("chosen", { detail: { id: mark.id } })) } }, icon(mark.severity));
      node.style.left = `${this.#toX(mark.at)}px`;
      return node;
    }));
  }

  #showLegend() {
    const dash = (severity) => el("span", { class: "dash", "data-severity": severity });
    this.querySelector(".legend").replaceChildren(
      ...this.#lines.map((rule) => el("li", { class: "limit" }, dash(rule.niveau_gravite),
        el("span", {}, el("span", { class: "visually-hidden", text: `${t(`history.legend.limit.${rule.niveau_gravite}`)} ` }), limitText(rule, i18n)))),
      el("li", { hidden: true }, ...SEVERITIES.map((severity) => el("span", { class: `sample-${severity}`, "data-severity": severity }))));
  }

  /** What is shown, in a sentence; with `at`, where the mouse is on any of the curves, the value there. */
  pointAt(at) {
    const place = this.querySelector(".readout"), line = this.querySelector(".hairline");
    if (!place) return;
    const { buckets, failure } = this.#shown ?? {};
    line.hidden = at === null || !this.#toX;
    if (!line.hidden) line.style.left = `${this.#toX(at)}px`;
    if (!buckets || failure) return setText(place, "");
    const entry = entryOf(this.vital);
    if (at !== null) return setText(place, this.#valueAt(at, entry));
    if (!buckets.length) return setText(place, t("history.summary.nothing"));
    const text = (value) => number(value, entry.decimals, i18n.language);
    setText(place, t("history.summary", { low: text(Math.min(...buckets.map((bucket) => bucket[1]))), high: text(Math.max(...buckets.map((bucket) => bucket[3]))),
      unit: entry.unit, alerts: this.#marks.length }));
  }

  #valueAt(at, entry) {
    const { buckets, bucketMs, from, to } = this.#shown;
    const time = to - from <= 1.5 * DAY ? clockTime(at, at, i18n.language) : weekdayTime(at, i18n.language);
    const nearest = buckets.reduce((best, bucket) => (best === null || Math.abs(bucket[0] - at) < Math.abs(best[0] - at) ? bucket : best), null);
    if (!nearest || Math.abs(nearest[0] - at) > gapOf(buckets, bucketMs, this.vital)) return t("history.point.nothing", { time });
    return t("history.point", { time, value: pointText({ low: nearest[1], mean: nearest[2], high: nearest[3] }, entry, i18n.language) });
  }
}
