import { api, i18n, may, t } from "../context.js";
import { primaryButton, searchBox } from "../kit/controls.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { byName } from "../kit/names.js";
import { matches } from "../kit/search.js";
import { rowAction, table } from "../kit/table.js";
import { hospitalLimits, wardLimits } from "../limits/level-limits.js";
import { ADULT } from "../model/limit-profiles.js";
import { openLimits } from "./limits-forms.js";
import { SectionElement } from "./section-element.js";
import { addWard, changeWard, deleteWard } from "./ward-forms.js";

/** Wards: add, change, delete an empty one; their alarm limits and the hospital's. */
export class WardSection extends SectionElement {
  name = "services";
  #search = "";

  async load() {
    const [wards, patients, discharged, accounts] = await Promise.all([api.all("api/services/"), api.all("api/patients/"),
      api.all("api/patients/", { sortis: true }), api.all("api/utilisateurs/")]);
    // Pages title themselves by the account's wards: a new one, or a new name, is not known there yet.
    const names = new Map(api.user.services?.map(({ id, nom }) => [id, nom]));
    if (wards.some(({ id, nom }) => names.get(id) !== nom)) await api.refreshUser();
    const within = (people, ward) => people.filter(({ service }) => service === ward.id).length;
    return wards.sort(byName(i18n.language)).map((ward) => ({
      ...ward,
      patients: within(patients, ward),
      isEmpty: !within(patients, ward) && !within(discharged, ward) && !accounts.some(({ services }) => services.includes(ward.id)),
      accounts: accounts.filter(({ services }) => services.includes(ward.id)).length,
    }));
  }

  primary() { return primaryButton(t("wards.add"), () => this.after(addWard(), ({ nom }) => t("wards.added", { name: nom }))); }

  controls() {
    const search = searchBox(t("wards.search"), this.#search, (text) => { this.#search = text; this.show(); });
    if (!may("changeHospitalLimits")) return [search];
    return [search, el("button", { type: "button", class: "with-icon", "data-key": "hospital-limits", on: { click: () => this.after(openLimits({ limits: (profile) => hospitalLimits(api, profile), level: "hopital",
      whose: t("limits.hospital"), mayEdit: true })) } }, icon("shield"), el("span", { text: t("limits.of_hospital") }))];
  }

  list() {
    const found = this.data.filter(({ nom }) => matches(this.#search, [nom]));
    this.count(found.length, t(`wards.count.${i18n.plural(found.length)}`, { count: found.length }));
    if (!found.length) return this.nothing(this.#search, t("wards.none"));
    return table({ caption: t("administration.services"), rows: found, columns: [
      { label: t("wards.name"), className: "name", cell: ({ id, nom }) => el("a", { href: `#/service/${id}`, text: nom }) },
      { label: t("wards.profile"), cell: ({ profil_par_defaut: profile }) => (profile && profile !== ADULT ? t(`profile.short.${profile}`) : null) },
      { label: t("wards.patients"), className: "number", cell: ({ patients }) => String(patients) },
      { label: t("wards.accounts"), className: "number", cell: ({ accounts }) => String(accounts) },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (ward) => this.#actions(ward) },
    ] });
  }

  #actions(ward) {
    const action = (name, click, kind) => rowAction({ label: t(`wards.${name}`), about: ward.nom, key: `${name}-${ward.id}`, click, kind });
    return [
      action("change", () => this.after(changeWard(ward), ({ nom }) => t("wards.changed", { name: nom }))),
      action("limits", () => this.after(openLimits({ limits: (profile) => wardLimits(api, ward, profile), level: "service", profile: ward.profil_par_defaut, whose: ward.nom, mayEdit: may("changeLimits") }))),
      ward.isEmpty ? action("delete", () => this.after(deleteWard(ward), () => t("wards.deleted", { name: ward.nom })), "grave") : null,
    ];
  }
}
