import { api, i18n, state, t } from "../context.js";
import { filter, primaryButton, searchBox, segments, wardOptions } from "../kit/controls.js";
import { el } from "../kit/dom.js";
import { calendarDay, years } from "../kit/format.js";
import { byName, fullName, moment, whereabouts } from "../kit/names.js";
import { matches } from "../kit/search.js";
import { rowAction, table } from "../kit/table.js";
import { has } from "../permissions.js";
import { admitPatient, changePatient, dischargePatient, movePatient } from "./patient-forms.js";
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

  controls() {
    const wards = this.data?.wards ?? [];
    return [
      searchBox(t("patients.search"), this.#search, (text) => { this.#search = text; this.show(); }),
      wards.length > 1 ? filter(t("patients.ward"), wardOptions(wards, t("patients.all_wards")), this.#ward,
        (ward) => { this.#ward = ward; this.show(); }) : null,
      has(api.user, "manageUsers") ? segments(t("patients.which"), [["", t("patients.present")], ["sortis", t("patients.discharged")]],
        this.#discharged ? "sortis" : "", (which) => this.#choose(which === "sortis")) : null,
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
    const born = ({ date_naissance: date }) => date
      && el("span", {}, calendarDay(date, i18n.language), el("small", { text: t("patient.age", { years: years(date, state.now()) }) }));
    return [
      { label: t("patients.bed"), className: "bed", cell: ({ lit }) => lit && el("span", { class: "bed-chip", text: lit }) },
      { label: t("patients.name"), className: "name", cell: (patient) => this.#discharged ? el("strong", { text: fullName(patient) })
        : el("a", { href: `#/patient/${patient.id}`, text: fullName(patient) }) },
      { label: t("patients.number.short"), className: "mono", cell: ({ identifiant }) => identifiant },
      { label: t("patients.born"), cell: born },
      { label: t("patients.sex"), cell: ({ sexe }) => sexe && t(`sex.${sexe}`) },
      { label: t("patients.ward"), cell: (patient) => this.#wardName(patient) },
      ...(this.#discharged ? [{ label: t("patients.left"), cell: ({ sorti_le: left }) => moment(left, state.now()) }] : []),
      { label: t("section.actions"), hidden: true, className: "actions", cell: (patient) => this.#actions(patient) },
    ];
  }

  #actions(patient) {
    const about = fullName(patient);
    const action = (name, click, kind) => rowAction({ label: t(`patients.${name}`), about, key: `${name}-${patient.id}`, click, kind });
    if (this.#discharged) return [action("readmit", () => this.#admit(patient))];
    const { wards } = this.data;
    return [
      action("move", () => this.after(movePatient(patient, wards), (moved) => t("patients.moved", { name: about, where: this.#where(moved) }))),
      action("change", () => this.after(changePatient(patient), (changed) => t("patients.changed", { name: fullName(changed) }))),
      action("discharge", () => this.after(dischargePatient(patient, this.#wardName(patient)), () => t("patients.gone", { name: about })), "grave"),
    ];
  }

  #admit(patient = { service: this.#ward }) {
    return this.after(admitPatient(patient, this.data?.wards ?? []), (admitted) =>
      t("patients.admitted", { name: fullName(admitted), where: this.#where(admitted) }));
  }

  #where(patient) { return whereabouts(patient, this.#wardName(patient)); }
  #wardName({ service }) { return this.data.wards.find(({ id }) => id === service)?.nom ?? ""; }
}
