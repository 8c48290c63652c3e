import { api, i18n, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { onThemeChange } from "../kit/theme.js";
import { LIMITED } from "../model/limits.js";
import { ALWAYS_SHOWN } from "../model/vitals.js";
import { HistoryData } from "./history-data.js";
import { historyTable } from "./history-table.js";
import { moveOfKey } from "./history-tools.js";
import { between, bounds, moved, othersOf, SPANS, within, zoomed } from "./history.js";

/** While the end is now it moves on this often. */
const EVERY_S = 60;
const HOME = { span: SPANS["6h"], end: null };

/**
 * A patient's past: the chosen vitals one below the other on one axis of time, zoomed together by buttons, keys or with the mouse; what
 * happened in that stretch as notes; the same as a table. Properties: `patient`, `limits` (a LevelLimits).
 */
export class HistoryChart extends FajmaElement {
  patient = null;
  limits = null;
  #vitals = [...ALWAYS_SHOWN];
  #view = HOME;
  #data = null;
  /** The id of the alert that is looked at: highlighted on the curves and in the notes. */
  #chosen = null;
  /** When the newest alert was measured: the page's idea of the server's clock may be a little behind it. */
  #newest = 0;
  #seconds = EVERY_S;
  #hasTable = false;
  #drawing = 0;

  start() {
    this.#data = new HistoryData(api, this.patient, () => state.record(this.patient).openAlerts());
    this.signal.addEventListener("abort", () => { this.#data.leave(); cancelAnimationFrame(this.#drawing); this.#drawing = 0; });
    this.listen(this.#data, "change", () => this.#soon());
    this.listen(state, "gap", () => this.#reload());
    this.listen(state, "older", ({ detail }) => detail.patient === this.patient && detail.since < bounds(this.#view, state.now()).to && this.#reload());
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && detail.alert && this.#takeAlert(detail.alert));
    this.listen(this.limits, "change", () => this.#show());
    this.everySecond(() => this.#view.end === null && !document.hidden && --this.#seconds <= 0 && this.#reload());
    onThemeChange(() => this.#show(), this.signal);
    this.#reload();
  }

  #reload() {
    this.#seconds = EVERY_S;
    return this.#data.load(this.#vitals, bounds(this.#view, this.#now), this.clientWidth || 600);
  }

  /** Many alerts, one drawing. */
  #soon() {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#show();
    });
  }

  get #now() { return Math.max(state.now(), this.#newest + 1); }

  #takeAlert(alert) {
    this.#newest = Math.max(this.#newest, alert.at);
    const { current } = this.#data;
    if (!current) return;  // what is being fetched will have it
    // What it is about is not drawn yet either.
    if (this.#view.end === null && alert.at > current.to) return this.#reload();
    this.#data.take(alert);
  }

  #look(view) {
    this.#view = view;
    this.#showTools();
    return this.#reload();
  }

  #move(name) {
    const now = state.now();
    const moves = { earlier: () => moved(this.#view, -0.5, now), later: () => moved(this.#view, 0.5, now), nearer: () => zoomed(this.#view, 0.5, now),
      farther: () => zoomed(this.#view, 2, now), home: () => ({ ...this.#view, end: null }) };
    return this.#look(moves[name]());
  }

  draw() {
    const byKey = (event) => { const name = moveOfKey(event); if (name) { event.preventDefault(); this.#move(name); } };
    const tools = el("history-tools", { on: {
      span: ({ detail }) => this.#look({ span: SPANS[detail.name], end: null }), move: ({ detail }) => this.#move(detail.name),
      between: ({ detail }) => this.#look(between(detail.from, detail.to, state.now())), table: () => this.#toggleTable() } });
    this.replaceChildren(
      el("header", {}, el("h2", { id: "history-title", text: t("history.title") }),
        el("div", { class: "which", role: "group", "aria-label": t("history.vitals") }, ...LIMITED.map((vital) => this.#choice(vital)))),
      tools,
      el("div", { class: "past" },
        el("div", { class: "plot-frame", role: "group", tabindex: "0", "aria-labelledby": "history-title", "aria-describedby": "history-keys history-stretch", on: { keydown: byKey } }),
        el("history-notes", { on: { chosen: ({ detail }) => this.#choose(detail.id) } })),
      el("p", { class: "visually-hidden", id: "history-keys", text: t("history.keys") }),
      el("p", { class: "visually-hidden", id: "history-stretch", role: "status" }),
      el("ul", { class: "legend" }, el("li", {}, el("span", { class: "stroke" }), el("span", { text: t("history.legend.mean") })),
        el("li", {}, el("span", { class: "area" }), el("span", { text: t("history.legend.band") })),
        ...["error", "warning"].map((severity) => el("li", {}, el("span", { class: "dash", "data-severity": severity }), el("span", { text: t(`history.legend.limit.${severity}`) })))),
      el("div", { class: "history-table", role: "region", tabindex: "0", "aria-label": t("history.table"), hidden: !this.#hasTable }));
    this.#arrange();
    this.#showTools();
    this.#show();
  }

  #choice(vital) {
    return el("button", { type: "button", "data-vital": vital, "aria-pressed": String(this.#vitals.includes(vital)), on: { click: () => this.#toggleVital(vital) } },
      icon(vital), el("span", { text: t(`vital.${vital}`) }));
  }

  /** In the registry's order, one at least. */
  #toggleVital(vital) {
    const wanted = LIMITED.filter((name) => (name === vital) !== this.#vitals.includes(name));
    if (!wanted.length) return;
    this.#vitals = wanted;
    for (const button of this.querySelectorAll(".which button")) button.setAttribute("aria-pressed", String(wanted.includes(button.dataset.vital)));
    this.#arrange();
    this.#show();
    this.#reload();
  }

  /** A curve for each chosen vital. */
  #arrange() {
    this.querySelector(".plot-frame").replaceChildren(...this.#vitals.map((vital) => Object.assign(el("vital-history", { on: {
      zoomed: ({ detail }) => this.#look(between(detail.from, detail.to, state.now())), home: () => this.#look(HOME),
      chosen: ({ detail }) => this.#choose(detail.id),
      pointed: ({ detail }) => { for (const curve of this.querySelectorAll("vital-history")) curve.pointAt(detail.at); },
    } }), { vital, limits: this.limits })));
  }

  #choose(id) {
    this.#chosen = this.#chosen === id ? null : id;
    this.#show();
  }

  #toggleTable() {
    this.#hasTable = !this.#hasTable;
    this.querySelector(".history-table").hidden = !this.#hasTable;
    this.#showTools();
    this.#show();
  }

  #showTools() { this.querySelector("history-tools")?.show(this.#view, this.#now, this.#hasTable); }

  #show() {
    if (!this.querySelector(".plot-frame")) return;
    const data = this.#data.current;
    const alerts = data ? within(data.alerts, data) : [];
    const chosen = alerts.find(({ id }) => id === this.#chosen) ?? null;
    [...this.querySelectorAll("vital-history")].forEach((curve, i) => curve.show(data?.vitals[curve.vital] ? {
      ...data, ...data.vitals[curve.vital], chosen, others: i === 0 ? othersOf(data.alerts, LIMITED, data) : [] } : null));
    this.querySelector("history-notes").show(data && { alerts, chosen, failure: data.alertsFailure, cut: data.alertsCut });
    if (!data) return;
    this.#showTools();
    const time = (at) => clockTime(at, state.now(), i18n.language);
    setText(this.querySelector("#history-stretch"), t("history.stretch", { from: time(data.from), to: time(data.to), alerts: alerts.length }));
    if (this.#hasTable) this.querySelector(".history-table").replaceChildren(historyTable(data, this.#vitals));
  }
}
