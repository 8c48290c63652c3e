import { api, followWards, i18n, mayAct, state, t } from "../context.js";
import { el, isBusy, setBusy } from "../kit/dom.js";
import { saveAs } from "../kit/download.js";
import { FajmaElement } from "../kit/element.js";
import { choice, clearProblem, field, showProblem, values } from "../kit/form.js";
import { hospitalZone } from "../kit/hospital-zone.js";
import { icon } from "../kit/icons.js";
import { momentField, readWireMoments } from "../kit/moment-field.js";
import { fullName } from "../kit/names.js";
import { keepTrying } from "../kit/retry.js";
import { dayOf } from "../kit/zone.js";
import { worstConnection } from "../live/ward-states.js";
import { history, matches, take } from "../model/alert-filter.js";
import { readAlert } from "../model/alerts.js";
import { byUrgency, SEVERITIES } from "../model/severity.js";
import { alertCsv } from "./alert-csv.js";

/** So many of the past at once. */
const PAGE_ROWS = 50;
const WIDE = matchMedia("(min-width: 48.01rem)");

/** Every alert of the wards that the account sees: the open ones, live, then the past, with filters, and as a file. */
export class AlertsPage extends FajmaElement {
  #rooms = [];
  #patients = [];
  #wards = [];
  #past = { rows: [], next: null };
  #query = {};
  #asked = {};
  #failure = null;
  #drawing = 0;
  #loading = true;

  async start() {
    state.forget();
    this.signal.addEventListener("abort", () => cancelAnimationFrame(this.#drawing));
    try {
      [this.#wards, this.#patients] = await keepTrying(() => Promise.all([api.all("api/services/"), api.all("api/patients/")]),
        this.signal, (error) => this.#fail(error));
      await this.#load();
    } catch (error) {
      if (!this.signal.aborted) this.#fail(error);
      return;
    }
    this.#offerPatients();
    this.#show();
    this.#rooms = followWards(this.#wards, this.signal);
    for (const room of this.#rooms) {
      this.listen(room, "alert", ({ detail }) => this.#take(detail.alert));
      this.listen(room, "connection", () => state.setConnection(worstConnection(this.#rooms)));
    }
    if (this.#rooms.length) state.setConnection(worstConnection(this.#rooms));
  }

  /** One drawing for all that came meanwhile. */
  #take(alert) {
    if (alert) this.#past.rows = take(this.#past.rows, alert, this.#query, this.#past.next === null);
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#show();
    });
  }

  async #load() {
    const page = await keepTrying(() => api.page("api/iot/alertes/", { limit: PAGE_ROWS, ...this.#query }), this.signal, (error) => this.#fail(error));
    this.#past = { rows: page.rows.map(readAlert).filter(Boolean), next: page.next };
    [this.#failure, this.#loading] = [null, false];
    this.#show();
  }

  #fail(error) {
    this.#failure = error;
    this.#show();
  }

  draw() {
    document.title = `FAJMA – ${t("alarms.title")}`;
    const reconnect = () => { for (const room of this.#rooms) room.live.reconnect(); };
    this.replaceChildren(
      el("header", { class: "alerts-head" }, el("h1", { text: t("alarms.title") }), Object.assign(el("connection-chip", { on: { reconnect } }), { state, mayAct })),
      Object.assign(el("status-banner", { hidden: true }), { state, mayAct }),
      el("section", { class: "section now", "aria-labelledby": "alerts-now" },
        el("header", { class: "section-head" }, el("h2", { id: "alerts-now", tabindex: "-1", text: t("alarms.open") }), el("p", { class: "count" })), el("div", { class: "list" })),
      el("section", { class: "section past", "aria-labelledby": "alerts-past" },
        el("header", { class: "section-head" }, el("h2", { id: "alerts-past", tabindex: "-1", text: t("alarms.past") }), el("p", { class: "count" }), this.#download()),
        el("div", { class: "controls" }, this.#filters()), el("div", { class: "list" })));
    this.#show();
  }

  #show() {
    if (!this.firstElementChild) return;
    const open = this.#rooms.flatMap((room) => room.openAlerts()).sort(byUrgency);
    this.#list(".now", open, this.#loading ? t("loading") : t("alarms.none"));
    const past = history(this.#past.rows);
    this.#list(".past", past, this.#why() ?? this.#nothing());
    const more = this.#past.next && el("p", { class: "more" }, el("button", { type: "button", "data-key": "more", text: t("alarms.more"),
      on: { click: ({ currentTarget }) => this.#loadMore(currentTarget) } }));
    if (more) this.querySelector(".past .list").append(more);
  }

  #nothing() {
    if (this.#loading) return t("loading");
    return t(Object.keys(this.#query).length ? "section.none_found" : "alarms.past.none");
  }

  #why() { return this.#failure && (this.#failure.detail || t("error.load")); }

  #list(section, rows, empty) {
    this.querySelector(`${section} .count`).replaceChildren(el("span", { class: "number", text: String(rows.length) }));
    const place = this.querySelector(`${section} .list`);
    const known = place.querySelector("alert-table");
    if (!rows.length) {
      const focused = place.contains(document.activeElement);
      place.replaceChildren(el("div", { class: "empty" }, icon(section === ".now" ? "check" : "search"), el("p", { text: empty })));
      if (focused) this.querySelector(`${section} h2`).focus();
      return;
    }
    // One that stands there stays there: taken out and put back it would lose the focus.
    const table = known ?? el("alert-table");
    Object.assign(table, { rows, patients: this.#patients, wards: this.#wards, caption: t(section === ".now" ? "alarms.open" : "alarms.past"), failed: (text) => this.querySelector("status-banner").say(text) });
    place.querySelector(".more")?.remove();
    if (known) known.draw();
    else place.replaceChildren(table);
  }

  /** The choice of a patient, of those that are known by now. */
  #patientChoice(chosen) {
    const names = this.#patients.map((patient) => [patient.id, [patient.lit, fullName(patient)].filter(Boolean).join(" – ")]);
    return choice([["", t("alarms.patient.all")], ...names], chosen);
  }

  /** The filters stand there before the patients are known: what somebody has typed meanwhile stays, and so does the focus. */
  #offerPatients() {
    const select = this.querySelector("[name=patient_id]");
    if (!select) return;
    const chosen = select.value;
    select.replaceChildren(...this.#patientChoice(chosen).children);
    select.value = chosen;  // a list whose chosen option is taken away chooses the next one
  }

  #filters() {
    const all = ["", t("alarms.all")];
    const was = this.#asked;
    const plain = { mayBeEmpty: false };
    const form = el("form", { class: "filters", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.#filter(form); } } },
      field("patient_id", t("alarms.patient"), this.#patientChoice(was.patient_id)),
      field("niveau_gravite", t("alarms.severity"), choice([all, ...SEVERITIES.toReversed().map((severity) => [severity, t(`severity.${severity}`)])], was.niveau_gravite)),
      field("acquittee", t("alarms.acknowledged"), choice([all, ["true", t("alarms.acknowledged.yes")], ["false", t("alarms.acknowledged.no")]], was.acquittee)),
      ...["debut", "fin"].map((name) => momentField(name, t(`alarms.${name === "debut" ? "from" : "to"}`),
        { at: this.#query[name] ? Date.parse(this.#query[name]) : null, text: was[name], ...plain })),
      el("div", { class: "filter-buttons" }, el("button", { class: "primary", text: t("alarms.filter") }),
        el("button", { type: "button", text: t("alarms.clear"), on: { click: () => {
          for (const control of form.querySelectorAll("input, select")) control.value = "";
          this.#filter(form);
        } } })));
    return el("details", { class: "filter-box", open: WIDE.matches }, el("summary", { text: t("alarms.filters") }), form);
  }

  async #filter(form) {
    clearProblem(form);
    this.#asked = values(form);
    try {
      this.#query = Object.fromEntries(Object.entries({ ...this.#asked, ...readWireMoments(form, ["debut", "fin"]) }).filter(([, value]) => value));
      await this.#load();
      const count = history(this.#past.rows).length;
      this.announce(t(`alarms.count.${i18n.plural(count)}`, { count }), false);
    } catch (error) {
      if (!this.signal.aborted) showProblem(form, error);
    }
  }

  async #loadMore(button) {
    if (isBusy(button)) return;
    setBusy(button, true);
    const { next, rows } = this.#past;
    const shown = this.querySelectorAll(".past .alert-row").length;
    try {
      const page = await api.page(next);
      if (this.signal.aborted || this.#past.next !== next) return;
      const added = page.rows.map(readAlert).filter((alert) => alert && !rows.some(({ id }) => id === alert.id));
      this.#past = { rows: [...this.#past.rows, ...added], next: page.next };
      this.#show();
      // The first of those that came: whoever pressed the button goes on reading there.
      this.querySelectorAll(".past .alert-row")[shown]?.querySelector("a, button")?.focus();
    } catch (error) {
      this.querySelector("status-banner").say(error.detail || t("error.load"));
    }
    setBusy(button, false);
  }

  #download() {
    return el("button", { type: "button", class: "download", on: { click: async ({ currentTarget: button }) => {
      if (isBusy(button)) return;
      setBusy(button, true);
      try {
        const rows = (await api.all("api/iot/alertes/", this.#query)).map(readAlert).filter((alert) => alert && matches(alert, this.#query));
        saveAs(alertCsv(rows, this.#patients, this.#wards), `fajma-alertes-${dayOf(state.now(), hospitalZone())}.csv`);
      } catch (error) {
        if (error.status === undefined) throw error;
        this.querySelector("status-banner").say(error.detail || t("error.load"));
      } finally {
        setBusy(button, false);
      }
    } } }, icon("download"), el("span", { text: t("alarms.csv") }));
  }
}
