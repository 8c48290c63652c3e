import { api, i18n, state, t } from "../context.js";
import { el, isBusy, setBusy } from "../kit/dom.js";
import { saveAs } from "../kit/download.js";
import { choice, clearProblem, field, input, refusal, showProblem, values } from "../kit/form.js";
import { hospitalZone } from "../kit/hospital-zone.js";
import { icon } from "../kit/icons.js";
import { momentField, readWireMoments } from "../kit/moment-field.js";
import { fullName } from "../kit/names.js";
import { dayOf } from "../kit/zone.js";
import { ACTIONS } from "./audit-actions.js";
import { SectionElement } from "./section-element.js";

/** Where the filters have room to stand open always; on a phone they would hide the entries. */
const WIDE = matchMedia("(min-width: 48.01rem)");
/** So many entries at once. */
const PAGE_ROWS = 50;

/** The audit: who did what when, newest first, with filters, and as a file. */
export class AuditSection extends SectionElement {
  name = "audit";
  #query = {};
  #asked = {};
  #form = null;
  #more = null;

  async load() {
    const [page, present, discharged, people, keys, wards, devices, retired] = await Promise.all([api.page("api/audit/", { limit: PAGE_ROWS, ...this.#query }),
      api.all("api/patients/"), api.all("api/patients/", { sortis: true }), api.all("api/utilisateurs/"), api.all("api/cles/"), api.all("api/services/"),
      api.all("api/iot/dispositifs/"), api.all("api/iot/dispositifs/", { retires: true })]);
    // A machine key is an account, too.
    const accounts = [...people, ...keys.map(({ id, nom: username }) => ({ id, username }))];
    return { ...page, patients: [...present, ...discharged], accounts, wards, devices: [...devices, ...retired].map(({ id, nom }) => ({ id, nom })) };
  }

  primary() {
    return el("button", { type: "button", class: "download", on: { click: ({ currentTarget }) => this.#download(currentTarget) } },
      icon("download"), el("span", { text: t("audit.csv") }));
  }

  controls() {
    if (this.#form) this.#asked = values(this.#form);
    const { accounts = [], patients = [] } = this.data ?? {};
    const all = ["", t("audit.all")];
    const plain = { mayBeEmpty: false };
    const was = this.#asked;
    this.#form = el("form", { class: "filters", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.#filter(); } } },
      field("utilisateur", t("audit.who"), choice([all, ...accounts.map(({ id, username }) => [id, username])], was.utilisateur)),
      field("patient_id", t("audit.patient"), input("text", { list: "audit-patients", value: was.patient_id, autocomplete: "off",
        placeholder: t("audit.patient.hint") }), plain),
      el("datalist", { id: "audit-patients" }, ...patients.map((patient) => el("option", { value: patient.identifiant, text: fullName(patient) }))),
      field("action", t("audit.what"), choice([all, ...ACTIONS.map((action) => [action, t(`audit.action.${action}`)])], was.action)),
      ...["debut", "fin"].map((name) => momentField(name, t(`audit.${name === "debut" ? "from" : "to"}`),
        { at: this.#query[name] ? Date.parse(this.#query[name]) : null, text: was[name], ...plain })),
      el("div", { class: "filter-buttons" }, el("button", { class: "primary", text: t("audit.filter") }),
        el("button", { type: "button", text: t("audit.clear"), on: { click: () => this.#clear() } })));
    const filters = el("details", { class: "filter-box", open: WIDE.matches }, el("summary", { text: t("audit.filters") }), this.#form);
    this.listen(WIDE, "change", () => { filters.open = WIDE.matches; });
    return [filters];
  }

  /** What stands in the form, as the server wants it. */
  #read() {
    this.#asked = values(this.#form);
    const { patient_id: number, ...rest } = this.#asked;
    const patients = this.data?.patients ?? [];
    // A hospital number may be equal to somebody else's id; it is what the field offers.
    const patient = patients.find(({ identifiant }) => identifiant.toLowerCase() === number.toLowerCase()) ?? patients.find(({ id }) => String(id) === number);
    if (number && !patient) throw refusal({ patient_id: [t("audit.patient.unknown")] });
    const query = { ...rest, patient_id: patient?.id, ...readWireMoments(this.#form, ["debut", "fin"]) };
    return Object.fromEntries(Object.entries(query).filter(([, value]) => value));
  }

  async #filter() {
    clearProblem(this.#form);
    try {
      this.#query = this.#read();
    } catch (error) {
      if (error.status === undefined) throw error;
      showProblem(this.#form, error);
      return;
    }
    await this.reload();
    this.announce(this.querySelector(".count .visually-hidden").textContent, false);
  }

  #clear() {
    this.#form.reset();
    for (const control of this.#form.querySelectorAll("input, select")) control.value = "";
    return this.#filter();
  }

  list() {
    const { rows, next } = this.data;
    this.count(next ? `${rows.length}+` : rows.length, t(next ? "audit.count.more" : `audit.count.${i18n.plural(rows.length)}`, { count: rows.length }));
    if (!rows.length) return this.nothing(true, "");
    this.#more = next && el("button", { type: "button", "data-key": "more", text: t("audit.more"), on: { click: () => this.#loadMore() } });
    return [Object.assign(el("audit-table"), this.data), this.#more && el("p", { class: "more" }, this.#more)];
  }

  async #loadMore() {
    if (isBusy(this.#more)) return;
    setBusy(this.#more, true);
    const { next, rows } = this.data;
    try {
      const page = await api.page(next);
      if (this.signal.aborted || this.data.next !== next) return;
      this.data = { ...this.data, rows: [...rows, ...page.rows], next: page.next };
      this.show();
      // The first of the new entries: whoever pressed the button goes on reading there.
      this.querySelectorAll("tbody tr")[rows.length]?.querySelector("button, a, summary, time")?.focus();
    } catch (error) {
      setBusy(this.#more, false);
      showProblem(this.#form, error);
    }
  }

  async #download(button) {
    clearProblem(this.#form);
    if (isBusy(button)) return;
    setBusy(button, true);
    try {
      saveAs(await api.download("api/audit/", { ...this.#query, format: "csv" }), `fajma-audit-${dayOf(state.now(), hospitalZone())}.csv`);
      this.say(t("audit.saved"));
    } catch (error) {
      if (error.status === undefined) throw error;
      showProblem(this.#form, error);
    } finally {
      setBusy(button, false);
    }
  }
}
