import { api, i18n, state, t } from "../context.js";
import { filter, primaryButton, searchBox } from "../kit/controls.js";
import { el } from "../kit/dom.js";
import { byName, moment } from "../kit/names.js";
import { matches } from "../kit/search.js";
import { badge, rowAction, table } from "../kit/table.js";
import { addAccount, changeAccount, disableAccount, enableAccount, resetPassword, showSessions } from "./account-forms.js";
import { ROLES } from "./roles.js";
import { SectionElement } from "./section-element.js";

/** Accounts: create, role and wards, disable, passwords, sessions. */
export class AccountSection extends SectionElement {
  name = "utilisateurs";
  #search = "";
  #role = "";

  async load() {
    const [wards, accounts] = await Promise.all([api.all("api/services/"), api.all("api/utilisateurs/")]);
    const names = new Intl.Collator(i18n.language, { numeric: true });
    return { wards: wards.sort(byName(i18n.language)), accounts: accounts.sort((a, b) => names.compare(a.username, b.username)) };
  }

  primary() {
    const add = () => this.after(addAccount(this.data?.wards ?? []), ({ username }) => t("accounts.added", { name: username }));
    return primaryButton(t("accounts.add"), add);
  }

  controls() {
    const roles = [["", t("accounts.all_roles")], ...ROLES.map((role) => [role, t(`role.${role}`)])];
    return [searchBox(t("accounts.search"), this.#search, (text) => { this.#search = text; this.show(); }),
      filter(t("accounts.role"), roles, this.#role, (role) => { this.#role = role; this.show(); })];
  }

  list() {
    const found = this.data.accounts.filter((account) => (!this.#role || account.role === this.#role)
      && matches(this.#search, [account.username, this.#wardNames(account)]));
    this.count(found.length, t(`accounts.count.${i18n.plural(found.length)}`, { count: found.length }));
    if (!found.length) return this.nothing(true, "");
    return table({ caption: t("administration.utilisateurs"), rows: found, rowClass: ({ actif }) => (actif ? null : "off"), columns: [
      { label: t("accounts.name"), className: "name", cell: (account) => this.#name(account) },
      { label: t("accounts.role"), cell: ({ role }) => t(`role.${role}`) },
      { label: t("accounts.wards"), className: "wide", cell: (account) => this.#wards(account) },
      { label: t("accounts.last_login"), cell: ({ derniere_connexion: at }) => (at ? moment(at, state.now()) : el("span", { class: "soft", text: t("accounts.never") })) },
      { label: t("accounts.state"), className: "badges", cell: (account) => this.#state(account) },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (account) => this.#actions(account) },
    ] });
  }

  #name({ id, username }) {
    return el("span", {}, el("strong", { text: username }), id === api.user.id ? el("small", { text: t("accounts.you") }) : null);
  }

  #wardNames({ services }) { return this.data.wards.filter(({ id }) => services.includes(id)).map(({ nom }) => nom).join(", "); }

  #wards(account) { return account.role === "admin" ? el("span", { class: "soft", text: t("accounts.every_ward") }) : this.#wardNames(account); }

  #state({ actif, mot_de_passe_provisoire: provisional }) {
    return [badge(actif ? "normal" : "stale", t(actif ? "accounts.active" : "accounts.disabled")),
      provisional ? badge("high", t("accounts.provisional"), "clock") : null];
  }

  #actions(account) {
    const name = account.username;
    const action = (label, click, kind) => rowAction({ label: t(`accounts.${label}`), about: name, key: `${label}-${account.id}`, click, kind });
    const own = account.id === api.user.id;
    return [
      action("change", () => this.after(changeAccount(account, this.data.wards), () => t("accounts.changed", { name }))),
      action("sessions", () => this.after(showSessions(account), ({ text }) => text)),
      own ? null : action("reset", () => this.after(resetPassword(account), () => t("accounts.reset.done", { name }))),
      own ? null : account.actif
        ? action("disable", () => this.after(disableAccount(account), () => t("accounts.off", { name })), "grave")
        : action("enable", () => this.after(enableAccount(account), () => t("accounts.on", { name }))),
    ];
  }
}
