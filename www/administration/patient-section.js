import { api, i18n, state, t } from "../context.js";
import { filter, primaryButton, searchBox, segments, wardOptions } from "../kit/controls.js";
import { el } from "../kit/dom.js";
import { calendarDay, years } from "../kit/format.js";
import { byName, fullName, homonymMark, moment, whereabouts } from "../kit/names.js";
import { matches } from "../kit/search.js";
import { rowAction, table, twoLines } from "../kit/table.js";
import { confirmProfile } from "../limits/profile-dialog.js";
import { homonyms } from "../model/homonyms.js";
import { ADULT, askText, profileOf } from "../model/limit-profiles.js";
import { has } from "../permissions.js";
import { admitPatient, changePatient, dischargePatient, movePatient, takeBackDischarge } from "./patient-forms.js";
import { importedText, importList } from "./import-dialog.js";
import { SectionElement } from "./section-element.js";

/** So many rows are drawn; who looks for another one searches. */
const SHOWN = 200;

/** Patients: admit, change, move, discharge. */
export class PatientSection extends SectionElement {
  name = "patients";
  #search = "";
  #ward = "";
  #discharged = false;

  async load() {
    const query = this.#discharged ? { sortis: true } : {};
    const [wards, patients] = await Promise.all([api.all("api/services/"), api.all("api/patients/", query)]);
    return { wards: wards.sort(byName(i18n.language)), patients: patients.filter(({ sorti_le: left }) => Boolean(left) === this.#discharged) };
  }

  primary() { return primaryButton(t("patients.admit"), () => this.#admit()); }

  secondary() {
    return has(api.user, "importLists") ? el("button", { type: "button", text: t("import.button"), on: { click: () => this.after(importList("patients"), importedText) } }) : null;
  }

  controls() {
    const wards = this.data?.wards ?? [];
    return [
      searchBox(t("patients.search"), this.#search, (text) => { this.#search = text; this.show(); }),
      wards.length > 1 ? filter(t("patients.ward"), wardOptions(wards, t("patients.all_wards")), this.#ward,
        (ward) => { this.#ward = ward; this.show(); }) : null,
      segments(t("patients.which"), [["", t("patients.present")], ["sortis", t(has(api.user, "manageUsers") ? "patients.discharged" : "patients.discharged.lately")]],
        this.#discharged ? "sortis" : "", (which) => this.#choose(which === "sortis")),
    ].filter(Boolean);
  }

  #choose(discharged) {
    this.#discharged = discharged;
    this.data = this.data && { ...this.data, patients: [] };
    this.reload();
  }

  list() {
    const beds = new Intl.Collator(i18n.language, { numeric: true });
    const found = this.data.patients
      .filter((patient) => (!this.#ward || String(patient.service) === this.#ward)
        && matches(this.#search, [patient.nom, patient.prenom, patient.identifiant, patient.lit]))
      .sort((a, b) => beds.compare(this.#wardName(a), this.#wardName(b)) || beds.compare(a.lit ?? "", b.lit ?? "") || a.id - b.id);
    this.count(found.length, t(`patients.count.${i18n.plural(found.length)}`, { count: found.length }));
    if (!this.data.wards.length) return this.nothing(false, t("wards.none"));
    if (!found.length) return this.nothing(this.#search || this.#ward, t(this.#discharged ? "patients.none_discharged" : "patients.none"));
    return [table({ caption: t("administration.patients"), rows: found.slice(0, SHOWN), columns: this.#columns() }),
      found.length > SHOWN ? el("p", { class: "more", text: t("section.more", { count: found.length - SHOWN }) }) : null];
  }

  #columns() {
    const same = homonyms(this.data.patients);
    const born = ({ date_naissance: date }) => {
      const age = years(date, state.now());
      return date && el("span", {}, calendarDay(date, i18n.language), age === null ? null : el("small", { text: t("patient.age", { years: age }) }));
    };
    return [
      { label: t("patients.bed"), className: "bed", cell: ({ lit }) => lit && el("span", { class: "bed-chip", text: lit }) },
      { label: t("patients.name"), className: "name", cell: (patient) => this.#discharged ? el("strong", { text: fullName(patient) })
        : el("span", {}, el("a", { href: `#/patient/${patient.id}`, text: fullName(patient) }), same.has(patient.id) ? homonymMark() : null, profileMark(patient)) },
      { label: t("patients.number.short"), className: "mono", cell: ({ identifiant }) => identifiant },
      { label: t("patients.born"), cell: born },
      { label: t("patients.sex"), cell: ({ sexe }) => sexe && t(`sex.${sexe}`) },
      { label: t("patients.ward"), cell: (patient) => this.#wardName(patient) },
      ...(this.#discharged ? [{ label: t("patients.left"),
        cell: ({ sorti_le: left, sorti_par: by, lit_quitte: bed }) => twoLines(moment(left, state.now()), [by, bed ? t("patients.bed_of", { bed }) : null].filter(Boolean).join(", ")) }] : []),
      { label: t("section.actions"), hidden: true, className: "actions", cell: (patient) => this.#actions(patient) },
    ];
  }

  #actions(patient) {
    const about = fullName(patient);
    const action = (name, click, kind) => rowAction({ label: t(`patients.${name}`), about, key: `${name}-${patient.id}`, click, kind });
    if (this.#discharged) {
      const isOpen = Date.parse(patient.annulable_jusqu_a) > state.now();
      return [isOpen ? action("take_back", () => this.#takeBack(patient)) : null, action("readmit", () => this.#admit(patient))].filter(Boolean);
    }
    const { wards } = this.data;
    return [
      patient.profil_a_confirmer && has(api.user, "changeLimits") ? action("profile", () => this.after(confirmProfile(patient), (changed) => t("profile.confirmed", { name: about, profile: t(`profile.${profileOf(changed)}`) }))) : null,
      action("move", () => this.after(movePatient(patient, wards), (moved) => t("patients.moved", { name: about, where: this.#where(moved) }))),
      action("change", () => this.after(changePatient(patient), (changed) => t("patients.changed", { name: fullName(changed) }))),
      action("discharge", () => this.#discharge(patient), "grave"),
    ].filter(Boolean);
  }

  /** Done by mistake it can be taken back where it was done. */
  async #discharge(patient) {
    const name = fullName(patient);
    if (await this.after(dischargePatient(patient, this.#wardName(patient)), () => t("patients.gone", { name })) === null) return;
    this.querySelector(".done").append(el("button", { type: "button", class: "take-back", "aria-label": t("patients.take_back.label", { name }), text: t("patients.take_back"),
      on: { click: () => this.#takeBack({ ...patient, lit_quitte: patient.lit }) } }));
  }

  async #takeBack(patient) {
    const names = (devices) => devices.map(({ nom }) => nom).join(", ");
    const done = await this.after(takeBackDischarge(patient, this.#wardName(patient)), (back) => [t("patients.back", { name: fullName(back), where: this.#where(back) }),
      back.dispositifs_rendus.length ? t("patients.back.devices", { names: names(back.dispositifs_rendus) }) : null,
      back.dispositifs_pris.length ? t("patients.back.missing", { names: names(back.dispositifs_pris) }) : null].filter(Boolean).join(" "));
    // The button that was pressed is gone with what was said before.
    if (done !== null && !this.contains(document.activeElement)) this.querySelector("h2").focus();
  }

  #admit(patient = { service: this.#ward }) {
    return this.after(this.#askWhom(patient), (admitted) =>
      t("patients.admitted", { name: fullName(admitted), where: this.#where(admitted) }));
  }

  /** Its wards are needed, also by somebody who is quicker than the list. */
  async #askWhom(patient) {
    return admitPatient(patient, this.data?.wards ?? (await api.all("api/services/")).sort(byName(i18n.language)));
  }

  #where(patient) { return whereabouts(patient, this.#wardName(patient)); }
  #wardName({ service }) { return this.data.wards.find(({ id }) => id === service)?.nom ?? ""; }
}

/** Whose limits hold, where not an adult's, or that somebody must decide. */
function profileMark(patient) {
  const profile = profileOf(patient);
  if (patient.profil_a_confirmer) return el("small", { class: "profile asks", text: askText(patient, t) });
  return profile === ADULT ? null : el("small", { class: "profile", text: t("profile.of", { name: t(`profile.${profile}`) }) });
}
