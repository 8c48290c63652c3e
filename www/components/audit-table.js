import { changes, shown } from "../administration/audit-words.js";
import { fullName } from "../administration/controls.js";
import { el } from "../dom.js";
import { exactTime } from "../format.js";
import { i18n, t } from "../services.js";
import { badge, table } from "../table.js";
import { Part } from "./part.js";

/** So many changed fields are shown at once; the others behind a word that opens them. */
const OPEN = 4;

/** Entries of the audit. Properties: `rows`, and `patients` and `wards`, which give ids their names. */
export class AuditTable extends Part {
  draw() {
    this.replaceChildren(table({ caption: t("administration.audit"), rows: this.rows, columns: [
      { label: t("audit.when"), className: "when", cell: ({ le }) => el("time", { datetime: le, title: `${le} (UTC)`, tabindex: "-1", text: exactTime(Date.parse(le), i18n.language) }) },
      { label: t("audit.who"), cell: ({ utilisateur, adresse }) => el("span", { class: "two" }, el("strong", { text: utilisateur || t("audit.nobody") }), el("small", { class: "mono", text: adresse ?? "" })) },
      { label: t("audit.what"), className: "what", cell: ({ action, objet }) => el("span", { class: "two" }, el("span", { text: this.#action(action) }), objet ? el("small", { text: objet }) : null) },
      { label: t("audit.patient"), cell: ({ patient }) => this.#patient(patient) },
      { label: t("audit.changes"), className: "changes", cell: (row) => this.#changes(row) },
      { label: t("audit.seal"), className: "seal", cell: ({ scelle }) => badge(scelle ? "plain" : "stale", t(scelle ? "audit.sealed" : "audit.unsealed"), scelle ? "lock" : "clock") },
    ] }));
  }

  #action(action) { return i18n.has(`audit.action.${action}`) ? t(`audit.action.${action}`) : action; }

  #patient(id) {
    if (id === null || id === undefined) return null;
    const known = this.patients.find((patient) => patient.id === id);
    if (!known) return `#${id}`;
    return el("span", { class: "two" }, known.sorti_le ? el("span", { text: fullName(known) }) : el("a", { href: `#/patient/${id}`, text: fullName(known) }), el("small", { text: known.identifiant }));
  }

  #changes({ avant, apres }) {
    const items = changes(avant, apres).map((change) => this.#change(change));
    if (!items.length) return null;
    const list = el("ul", {}, ...items.slice(0, OPEN));
    if (items.length <= OPEN) return list;
    return [list, el("details", {}, el("summary", { text: t("audit.changes.more", { count: items.length - OPEN }) }), el("ul", {}, ...items.slice(OPEN)))];
  }

  #change({ field, from, to }) {
    const name = i18n.has(`audit.field.${field}`) ? t(`audit.field.${field}`) : field;
    const value = (kept) => el("span", { class: "value", text: this.#value(field, kept) });
    return el("li", {}, el("span", { class: "field-name", text: name }),
      from === null ? null : el("del", {}, el("span", { class: "visually-hidden", text: t("audit.before") }), value(from)),
      from === null || to === null ? null : el("span", { class: "arrow", "aria-hidden": "true", text: "→" }),
      to === null ? null : el("ins", {}, from === null ? null : el("span", { class: "visually-hidden", text: t("audit.after") }), value(to)));
  }

  #value(field, value) {
    if (field === "ward_id") return this.wards.find(({ id }) => id === value)?.nom ?? String(value);
    if (field === "role" && i18n.has(`role.${value}`)) return t(`role.${value}`);
    return shown(value, { moment: (at) => exactTime(at, i18n.language), yes: t("audit.yes"), no: t("audit.no") });
  }
}
