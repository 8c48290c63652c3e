import { api, i18n, monitorWard, state, t } from "../context.js";
import { segments } from "../kit/controls.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { ago, exactTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { homonyms } from "../model/homonyms.js";
import { fetchSheet } from "./handover-data.js";
import { handoverSheet } from "./handover-sheet.js";
import { HOURS } from "./handover.js";

const HOUR = 3_600_000;
const REMEMBERED_AS = "fajma.releve.heures";
/** What is older is fetched anew before it is printed. */
const PRINT_AFTER_MS = 60_000;

/** The handover sheet of a patient, or of everybody in a ward: what happened in a shift, for paper. Properties: `patient` (the id or the hospital number) or `ward`. */
export class HandoverPage extends FajmaElement {
  ward = null;
  patient = null;
  #sheets = null;
  #same = new Set();
  #failure = null;
  #asked = 0;

  start() {
    this.everySecond(() => this.#updateAge());
    this.listen(window, "beforeprint", () => this.#sign());
    this.#load();
  }

  get #hours() {
    const hours = Number(localStorage.getItem(REMEMBERED_AS));
    return HOURS.includes(hours) ? hours : 12;
  }

  /** Everybody of one moment; one patient after the other, so that a ward's sheet keeps nobody's monitor waiting. */
  async #load() {
    const mine = ++this.#asked;
    const isOver = () => mine !== this.#asked || this.signal.aborted;
    try {
      const patients = await this.#ask();
      if (isOver()) return;
      const to = state.now(), from = to - this.#hours * HOUR;
      const sheets = [];
      for (const patient of patients) {
        this.#progress(sheets.length, patients.length);
        sheets.push(await fetchSheet(api, patient, { from, to }));
        if (isOver()) return;
      }
      [this.#sheets, this.#failure] = [sheets, null];
    } catch (error) {
      if (isOver()) return;
      this.#failure = error;
    }
    this.draw();
  }

  #askWard(service) { return api.get("api/patients/", { service, limit: 1000 }); }

  async #ask() {
    if (this.ward) {
      monitorWard(this.ward);
      const beds = new Intl.Collator(i18n.language, { numeric: true });
      const patients = await this.#askWard(this.ward);
      this.#same = homonyms(patients);
      return patients.sort((a, b) => beds.compare(a.lit ?? "", b.lit ?? "") || a.id - b.id);
    }
    const patient = await api.get(`api/patients/${encodeURIComponent(this.patient)}/`);
    if (patient.service) monitorWard(patient.service);
    this.#same = patient.service && !patient.sorti_le ? homonyms(await this.#askWard(patient.service)) : new Set();
    return [patient];
  }

  draw() {
    document.title = `FAJMA – ${t("handover.title")}`;
    this.replaceChildren(this.#controls(), ...this.#body());
    this.#updateAge();
    this.#sign();
  }

  #controls() {
    const back = this.ward ? `#/service/${this.ward}` : `#/patient/${encodeURIComponent(this.patient)}`;
    return el("header", { class: "handover-head" },
      el("a", { class: "back", href: back, "aria-label": t("handover.back"), title: t("handover.back") }, icon("back")),
      el("h1", { text: this.ward ? `${t("handover.title")} – ${this.#wardName(this.ward)}` : t("handover.title") }),
      el("p", { class: "as-of", role: "status" }),
      segments(t("handover.hours"), HOURS.map((hours) => [hours, t("handover.hours.count", { hours })]), this.#hours, (hours) => this.#choose(hours)),
      el("button", { type: "button", class: "reload", on: { click: () => this.#load() } }, icon("refresh"), el("span", { text: t("handover.reload") })),
      el("button", { type: "button", class: "primary print", disabled: !this.#sheets, on: { click: () => this.#print() } }, icon("print"), el("span", { text: t("handover.print") })));
  }

  #choose(hours) {
    localStorage.setItem(REMEMBERED_AS, hours);
    this.#sheets = null;
    this.draw();
    this.#load();
  }

  #body() {
    if (this.#failure && !this.#sheets) {
      const text = this.#failure.status === 404 ? t("patient.unknown") : this.#failure.detail || t("error.load");
      return [el("p", { class: "empty", role: "alert", text })];
    }
    if (!this.#sheets) return [el("p", { class: "empty", text: t("loading") })];
    if (!this.#sheets.length) return [el("p", { class: "empty", text: t("ward.none") })];
    const stale = this.#failure ? [el("p", { class: "form-problem", role: "alert" }, icon("error"), el("span", { text: t("handover.stale") }))] : [];
    return [...stale, el("div", { class: "sheets", role: "region", tabindex: "0", "aria-label": t("handover.title") },
      ...this.#sheets.map((sheet) => handoverSheet(sheet, this.#wardName(sheet.patient.service), this.#same.has(sheet.patient.id))))];
  }

  #wardName(id) { return id === null ? null : api.user.services?.find((ward) => ward.id === id)?.nom ?? t("ward.number", { id }); }

  #progress(done, of) {
    if (!this.#sheets && of > 1) setText(this.querySelector(".empty"), t("handover.progress", { done, of }));
  }

  /** Of when it is, for whoever reads it on the screen: it does not change by itself. */
  #updateAge() {
    const place = this.querySelector(".as-of");
    if (place) setText(place, this.#sheets?.length ? t("handover.as_of", { ago: ago(state.now() - this.#sheets[0].to, i18n.language) }) : "");
  }

  /** Who printed it and when. */
  #sign() {
    const text = t("handover.printed", { who: api.user?.username ?? "?", time: exactTime(state.now(), i18n.language) });
    for (const place of this.querySelectorAll(".printed")) setText(place, text);
  }

  async #print() {
    if (state.now() - this.#sheets[0].to > PRINT_AFTER_MS) await this.#load();
    if (!this.signal.aborted) window.print();
  }
}
