import { api, i18n, state, t } from "../context.js";
import { filter, primaryButton, searchBox } from "../kit/controls.js";
import { el } from "../kit/dom.js";
import { exactMinute } from "../kit/format.js";
import { byName, moment } from "../kit/names.js";
import { matches } from "../kit/search.js";
import { badge, rowAction, table, twoLines } from "../kit/table.js";
import { addKey, renewKey, revokeKey } from "./key-forms.js";
import { SectionElement } from "./section-element.js";

/** How each state of a key looks. */
const STATES = { valide: ["normal", null], expire_bientot: ["high", "clock"], expiree: ["error", "warning"], revoquee: ["stale", null] };

/** Those of no use any more come last. */
const isOver = ({ etat }) => etat === "revoquee";

/** Machine keys: of the hospital's programs. Make, renew, revoke. */
export class KeySection extends SectionElement {
  name = "cles";
  #search = "";
  #state = "";

  async load() {
    const [wards, keys] = await Promise.all([api.all("api/services/"), api.all("api/cles/")]);
    const names = new Intl.Collator(i18n.language, { numeric: true });
    return { wards: wards.sort(byName(i18n.language)), keys: keys.sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || names.compare(a.nom, b.nom)) };
  }

  primary() {
    const add = () => this.after(addKey(this.data?.wards ?? []), ({ nom: name }) => t("keys.added", { name }));
    return primaryButton(t("keys.add"), add);
  }

  controls() {
    const states = [["", t("keys.all_states")], ...Object.keys(STATES).map((each) => [each, t(`keys.state.${each}`)])];
    return [searchBox(t("keys.search"), this.#search, (text) => { this.#search = text; this.show(); }),
      filter(t("keys.state"), states, this.#state, (each) => { this.#state = each; this.show(); })];
  }

  list() {
    const found = this.data.keys.filter((key) => (!this.#state || key.etat === this.#state) && matches(this.#search, [key.nom, this.#wards(key)]));
    this.count(found.length, t(`keys.count.${i18n.plural(found.length)}`, { count: found.length }));
    if (!found.length) return this.nothing(this.data.keys.length > 0, t("keys.none"));
    return table({ caption: t("administration.cles"), rows: found, rowClass: (key) => (isOver(key) ? "off" : null), columns: [
      { label: t("keys.name"), className: "name", cell: ({ nom, client_id: id }) => twoLines(el("strong", { text: nom }), id) },
      { label: t("keys.permissions"), className: "wide", cell: ({ permissions }) => permissions.map((each) => t(`permission.${each}`)).join(", ") },
      { label: t("keys.wards"), cell: (key) => this.#wards(key) },
      { label: t("keys.expires"), cell: (key) => this.#expiry(key) },
      { label: t("keys.last_use"), cell: ({ derniere_utilisation: at, derniere_adresse: address }) => (at ? twoLines(moment(at, state.now()), address) : el("span", { class: "soft", text: t("keys.never") })) },
      { label: t("keys.state"), className: "badges", cell: ({ etat }) => badge(STATES[etat][0], t(`keys.state.${etat}`), STATES[etat][1]) },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (key) => this.#actions(key) },
    ] });
  }

  #wards({ services, tous_services: every }) {
    return every ? t("keys.every_ward") : this.data.wards.filter(({ id }) => services.includes(id)).map(({ nom }) => nom).join(", ");
  }

  #expiry({ expire_le: at, ancienne_jusqu_a: until }) {
    const shown = (instant) => exactMinute(Date.parse(instant), i18n.language);
    return twoLines(el("span", { text: shown(at) }), until ? t("keys.former_until", { time: shown(until) }) : null);
  }

  #actions(key) {
    if (isOver(key)) return null;
    const name = key.nom;
    const action = (label, click, kind) => rowAction({ label: t(`keys.${label}`), about: name, key: `${label}-${key.id}`, click, kind });
    return [
      action("renew", () => this.after(renewKey(key), () => t("keys.renewed", { name }))),
      action("revoke", () => this.after(revokeKey(key), () => t("keys.revoked", { name })), "grave"),
    ];
  }
}
