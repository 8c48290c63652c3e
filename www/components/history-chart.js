import { fromField, toField } from "../administration/moments.js";
import { readAlert, SEVERITIES } from "../alerts.js";
import { el, setText } from "../dom.js";
import { loadDygraph } from "../dygraphs.js";
import { problemText } from "../form.js";
import { clockTime, exactTime, number } from "../format.js";
import { between, bounds, gapOf, lineOf, marksOf, MAX_BUCKETS, moved, rowsOf, SPANS, valueRange, zoomed } from "../history.js";
import { HistoryPlot } from "../history-plot.js";
import { icon } from "../icons.js";
import { limitText } from "../limit-words.js";
import { LIMITED, linesOf } from "../limits.js";
import { api, i18n, state, t } from "../services.js";
import { table } from "../table.js";
import { onThemeChange } from "../theme.js";
import { vital as entryOf } from "../vitals.js";
import { Part } from "./part.js";

/** While the end is now it moves on this often. */
const EVERY_S = 60;
const TABLE_ROWS = 24;
const MAX_ALERTS = 1_000;
const DAY = 86_400_000;

/**
 * The past of a vital: minimum to maximum as a band, gaps as gaps, limits as lines, alerts where they began. Zoomed by buttons,
 * keys or with the mouse; the same as a table. Properties: `patient`, `limits` (a LevelLimits).
 */
export class HistoryChart extends Part {
  #vital = LIMITED[0];
  #view = { span: SPANS["6h"], end: null };
  #data = null;
  #failure = null;
  #plot = null;
  #asked = 0;
  /** When the newest alert was measured: the page's idea of the server's clock may be a little behind it. */
  #newest = 0;
  #seconds = EVERY_S;
  #tableShown = false;

  start() {
    this.#reload();
    this.listen(state, "gap", () => this.#reload());
    this.listen(state, "older", ({ detail }) => detail.patient === this.patient && detail.since < bounds(this.#view, state.now()).to && this.#reload());
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && this.#takeAlert(detail.alert));
    this.listen(this.limits, "change", () => this.#show());
    this.everySecond(() => {
      if (this.#view.end !== null || document.hidden || --this.#seconds > 0) return;
      this.#reload();
    });
    onThemeChange(() => this.#show(), this.signal);
    const resized = new ResizeObserver(() => this.#plot?.resize());
    resized.observe(this);
    this.signal.addEventListener("abort", () => { resized.disconnect(); this.#drop(); });
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  async #reload() {
    this.#seconds = EVERY_S;
    const mine = ++this.#asked;
    const now = Math.max(state.now(), this.#newest + 1);
    const { from, to } = bounds(this.#view, now);
    const vital = this.#vital;
    const points = Math.min(MAX_BUCKETS, Math.max(200, Math.round(this.clientWidth || 600)));
    const between = { debut: new Date(from).toISOString(), fin: new Date(to).toISOString() };
    try {
      const [buckets, alerts] = await Promise.all([
        api.get(`api/patients/${this.patient}/historique/`, { type_donnee: vital, ...between, points }),
        api.get("api/iot/alertes/", { patient_id: this.patient, ...between, limit: MAX_ALERTS })]);
      if (mine !== this.#asked || this.signal.aborted) return;
      this.#data = { vital, from, to, buckets, alerts: this.#known(alerts), bucketMs: (to - from) / points };
      this.#failure = null;
    } catch (error) {
      if (mine !== this.#asked || this.signal.aborted) return;
      this.#failure = error;
    }
    this.#show();
  }

  /** The alerts that began in the stretch, and those that lasted when it began. */
  #known(rows) {
    const listed = rows.map(readAlert).filter(Boolean);
    return [...listed, ...state.record(this.patient).openAlerts().filter(({ id }) => !listed.some((alert) => alert.id === id))];
  }

  /** An alert that begins, worsens or ends while one looks at it. */
  #takeAlert(alert) {
    if (!alert) return;
    this.#newest = Math.max(this.#newest, alert.at);
    if (!this.#data) return;
    if (this.#view.end === null && alert.at > this.#data.to) return this.#reload();  // what it is about is not drawn yet either
    this.#data.alerts = [...this.#data.alerts.filter(({ id }) => id !== alert.id), alert];
    this.#show();
  }

  #look(view) {
    this.#view = view;
    this.#drawSpan();
    return this.#reload();
  }

  draw() {
    this.#drop();
    const now = () => state.now();
    const vitals = el("select", { "aria-label": t("history.vital"), class: "which" }, ...LIMITED.map((name) => el("option", { value: name, selected: name === this.#vital, text: t(`vital.${name}`) })));
    vitals.addEventListener("change", () => { this.#vital = vitals.value; this.#data = null; this.#show(); this.#reload(); });
    const tool = (name, picture, click) => el("button", { type: "button", class: "quiet", "aria-label": t(`history.${name}`), title: t(`history.${name}`), on: { click } }, icon(picture));
    const keys = { ArrowLeft: () => this.#look(moved(this.#view, -0.5, now())), ArrowRight: () => this.#look(moved(this.#view, 0.5, now())),
      "+": () => this.#look(zoomed(this.#view, 0.5, now())), "-": () => this.#look(zoomed(this.#view, 2, now())), Home: () => this.#look({ ...this.#view, end: null }) };
    const byKey = (event) => { const act = keys[event.key]; if (act && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); act(); } };
    this.replaceChildren(
      el("header", {}, el("h2", { id: "history-title", text: t("history.title") }), vitals,
        el("div", { class: "segments", role: "group", "aria-label": t("history.span") }, ...Object.keys(SPANS).map((name) => el("button", { type: "button", "data-span": name,
          text: t(`history.span.${name}`), on: { click: () => this.#look({ span: SPANS[name], end: null }) } }))),
        el("div", { class: "tools", role: "group", "aria-label": t("history.zoom") },
          tool("earlier", "back", keys.ArrowLeft), tool("later", "forward", keys.ArrowRight), tool("nearer", "plus", keys["+"]), tool("farther", "minus", keys["-"])),
        el("button", { type: "button", class: "as-table", "aria-expanded": String(this.#tableShown), on: { click: () => this.#toggleTable() } }, icon("grid"), el("span", { text: t("history.table") }))),
      this.#fromTo(),
      el("div", { class: "plot-frame", role: "group", tabindex: "0", "aria-labelledby": "history-title", "aria-describedby": "history-keys history-summary", on: { keydown: byKey } },
        el("div", { class: "plot", "aria-hidden": "true" }), el("div", { class: "marks", "aria-hidden": "true" }), el("p", { class: "notice", hidden: true })),
      el("p", { class: "visually-hidden", id: "history-keys", text: t("history.keys") }),
      el("p", { class: "readout", id: "history-summary" }),
      el("ul", { class: "legend" }),
      el("div", { class: "history-table", role: "region", tabindex: "0", "aria-label": t("history.table"), hidden: !this.#tableShown }));
    this.#drawSpan();
    this.#show();
  }

  #fromTo() {
    const inputs = ["from", "to"].map((name) => el("input", { type: "datetime-local", name: `history-${name}`, "aria-label": t(`history.${name}`) }));
    return el("form", { class: "from-to", novalidate: true, on: { submit: (event) => {
      event.preventDefault();
      const [from, to] = inputs.map(({ value }) => Date.parse(fromField(value) ?? ""));
      const wrong = Number.isNaN(from) || Number.isNaN(to) || to <= from;
      setText(this.querySelector(".from-to .field-error"), wrong ? t("history.from_to.wrong") : "");
      if (!wrong) this.#look(between(from, to, state.now()));
    } } }, el("span", { "aria-hidden": "true", text: t("history.from") }), inputs[0], el("span", { "aria-hidden": "true", text: t("history.to") }), inputs[1],
    el("button", { text: t("history.show") }), el("p", { class: "field-error", role: "alert" }));
  }

  #drawSpan() {
    for (const button of this.querySelectorAll("[data-span]")) {
      button.setAttribute("aria-pressed", String(this.#view.end === null && this.#view.span === SPANS[button.dataset.span]));
    }
    const { from, to } = bounds(this.#view, state.now());
    this.querySelector("[name=history-from]").value = toField(from);
    this.querySelector("[name=history-to]").value = toField(to);
  }

  #toggleTable() {
    this.#tableShown = !this.#tableShown;
    this.querySelector(".as-table").setAttribute("aria-expanded", String(this.#tableShown));
    this.querySelector(".history-table").hidden = !this.#tableShown;
    this.#showTable();
  }

  async #show() {
    const frame = this.querySelector(".plot-frame");
    if (!frame) return;
    this.dataset.vital = this.#vital;
    const notice = this.querySelector(".notice");
    const { buckets = [], vital } = this.#data ?? {};
    const nothing = !this.#data || buckets.length === 0;
    notice.hidden = !nothing && !this.#failure;
    setText(notice, this.#failure ? problemText(this.#failure) : this.#data ? t("history.nothing") : t("loading"));
    this.#showLegend();
    this.#showTable();
    this.#summarize();
    if (!this.#data || vital !== this.#vital) return;
    try {
      const Dygraph = await loadDygraph();
      if (!this.signal.aborted && this.#data) this.#paint(Dygraph);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      notice.hidden = false;
      setText(notice, t("history.no_library"));
    }
  }

  get #marks() { return this.#data ? marksOf(this.#data.alerts, this.#data.vital, this.#data) : []; }
  get #lines() { return linesOf(this.limits.current, this.#vital); }

  #paint(Dygraph) {
    const { buckets, from, to, bucketMs, vital } = this.#data;
    const entry = entryOf(vital);
    const shown = { line: lineOf(buckets, gapOf(buckets, bucketMs, vital)), from, to, lines: this.#lines, marks: this.#marks,
      range: valueRange(buckets, this.#lines, entry.normal), colors: this.#colors() };
    if (this.#plot) return this.#plot.update(shown);
    const words = {
      time: (at, wide) => (wide > 1.5 * DAY ? new Intl.DateTimeFormat(i18n.language, { weekday: "short", day: "numeric", hour: "2-digit", hourCycle: "h23" })
        : new Intl.DateTimeFormat(i18n.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })).format(at),
      value: (value) => number(value, Number.isInteger(value) ? 0 : 1, i18n.language),
    };
    this.#plot = new HistoryPlot(Dygraph, this.querySelector(".plot"), shown, words, {
      zoomed: (start, end) => this.#look(between(start, end, state.now())),
      home: () => this.#look({ span: SPANS["6h"], end: null }),
      drawn: (toX) => this.#placeMarks(toX),
      pointed: (point) => this.#summarize(point),
    });
  }

  /** A canvas knows no style sheet: its colours are those of the legend. */
  #colors() {
    const color = (selector) => getComputedStyle(this.querySelector(selector)).color;
    return { line: color(".legend .line"), grid: getComputedStyle(this.querySelector(".plot-frame")).borderTopColor,
      ...Object.fromEntries(SEVERITIES.map((severity) => [severity, color(`.legend .sample-${severity}`)])) };
  }

  #placeMarks(toX) {
    const { from, to } = this.#data;
    this.querySelector(".marks").replaceChildren(...this.#marks.filter(({ at }) => at >= from && at <= to).map((mark) => {
      const node = el("span", { class: "mark", "data-severity": mark.severity, "data-alert": mark.id, title: this.#markText(mark) }, icon(mark.severity));
      node.style.left = `${toX(mark.at)}px`;
      return node;
    }));
  }

  #markText({ at, severity, message, endedAt }) {
    return `${t(`severity.${severity}`)} · ${exactTime(at, i18n.language)} · ${message}${endedAt ? ` · ${t("alerts.ended", { time: exactTime(endedAt, i18n.language) })}` : ""}`;
  }

  #showLegend() {
    const marks = this.#marks;
    const samples = SEVERITIES.map((severity) => el("span", { class: `sample-${severity}`, hidden: true, "data-severity": severity }));
    const item = (className, shape, text) => el("li", { class: className }, shape, el("span", { text }));
    const dash = (severity) => el("span", { class: "dash", "data-severity": severity });
    this.querySelector(".legend").replaceChildren(
      item("line", el("span", { class: "stroke" }), t("history.legend.mean")), item("band", el("span", { class: "area" }), t("history.legend.band")),
      ...this.#lines.map((rule) => item("limit", dash(rule.niveau_gravite), t("history.legend.limit", { severity: t(`severity.${rule.niveau_gravite}`), limit: limitText(rule) }))),
      ...[...SEVERITIES].reverse().flatMap((severity) => {
        const count = marks.filter((mark) => mark.severity === severity).length;
        return count ? [el("li", { class: "alert-key", "data-severity": severity }, icon(severity), el("span", { text: t("history.legend.alerts", { severity: t(`severity.${severity}`), count }) }))] : [];
      }), el("li", { hidden: true }, ...samples));
  }

  /** What is shown, in a sentence; `point` is where the mouse is. */
  #summarize(point = null) {
    const place = this.querySelector(".readout");
    if (!this.#data || this.#data.vital !== this.#vital) return setText(place, "");
    const { buckets, from, to, vital } = this.#data;
    const entry = entryOf(vital);
    const text = (value) => number(value, entry.decimals, i18n.language);
    if (point) return setText(place, t("history.point", { time: exactTime(point.at, i18n.language), low: text(point.low), mean: text(point.mean), high: text(point.high), unit: entry.unit }));
    const now = state.now();
    const stretch = { from: clockTime(from, now, i18n.language), to: clockTime(to, now, i18n.language), name: t(`vital.${vital}`) };
    if (!buckets.length) return setText(place, t("history.summary.nothing", stretch));
    setText(place, t("history.summary", { ...stretch, low: text(Math.min(...buckets.map((bucket) => bucket[1]))), high: text(Math.max(...buckets.map((bucket) => bucket[3]))),
      unit: entry.unit, alerts: this.#marks.length }));
  }

  #showTable() {
    const place = this.querySelector(".history-table");
    if (place.hidden || !this.#data) return;
    const { buckets, vital, from, to } = this.#data;
    const entry = entryOf(vital);
    const value = (row, member) => (row.n ? number(row[member], entry.decimals, i18n.language) : null);
    const time = (at) => clockTime(at, state.now(), i18n.language);
    place.replaceChildren(table({ caption: t("history.table.caption", { name: t(`vital.${vital}`) }), rows: rowsOf(buckets, this.#marks, { from, to }, TABLE_ROWS), columns: [
      { label: t("history.table.time"), className: "name", cell: (row) => `${time(row.from)} – ${time(row.to)}` },
      { label: t("history.table.low"), className: "number", cell: (row) => value(row, "low") },
      { label: t("history.table.mean"), className: "number", cell: (row) => value(row, "mean") },
      { label: t("history.table.high"), className: "number", cell: (row) => value(row, "high") },
      { label: t("history.table.count"), className: "number", cell: (row) => String(row.n) },
      { label: t("history.table.alerts"), cell: (row) => row.marks.map((mark) => el("span", { class: "table-mark", "data-severity": mark.severity }, icon(mark.severity),
        el("span", { text: `${exactTime(mark.at, i18n.language).slice(11)} ${mark.message}` }))) },
    ] }));
  }
}
