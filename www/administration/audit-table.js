import { i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { calendarDay, exactTime } from "../kit/format.js";
import { fullName } from "../kit/names.js";
import { badge, table, twoLines } from "../kit/table.js";
import { readAgent } from "../session/user-agent.js";
import { changes, fieldKey, readLimit, readSubject, shown } from "./audit-text.js";

/** So many changed fields are shown at once; the others behind a word that opens them. */
const OPEN = 4;

/** What stands in another column already, or says nothing to people. */
const UNSAID = ["patient", "session"];
/** Fields that repeat what the row's other columns say: its time, its session, and of a session its owner and address. */
const REPEATED = ["id", "created_at"];
const REPEATED_OF_SESSIONS = [...REPEATED, "user_id", "address"];
/** Unknown: nobody was logged in, or the name that was typed is no account's. */
const NO_NAME = "-";
/** No alarm of this priority. */
const NO_LIMIT = "none";

/** Entries of the audit. Properties: `rows`, and `patients`, `wards`, `accounts` and `devices`, which give ids their names. */
export class AuditTable extends FajmaElement {
  rows = null;
  wards = null;
  devices = null;
  accounts = null;
  patients = null;

  draw() {
    this.replaceChildren(table({ caption: t("administration.audit"), rows: this.rows, columns: [
      { label: t("audit.when"), className: "when", cell: ({ le }) => this.#instant(le) },
      { label: t("audit.who"), className: "account", cell: ({ utilisateur, adresse }) => twoLines(this.#who(utilisateur), adresse) },
      { label: t("audit.what"), className: "what", cell: ({ action, objet }) => twoLines(el("span", { text: this.#action(action) }), this.#subject(objet)) },
      { label: t("audit.patient"), cell: ({ patient }) => this.#patient(patient) },
      { label: t("audit.changes"), className: "changes", cell: (row) => this.#changes(row) },
      { label: t("audit.seal"), className: "seal", cell: ({ scelle }) => (scelle ? badge("plain", t("audit.sealed"), "lock") : badge("stale", t("audit.unsealed"), "clock")) },
    ] }));
  }

  // The focus comes here when more entries are shown.
  #instant(le) {
    return el("time", { datetime: le, title: `${le} (UTC)`, tabindex: "-1", text: exactTime(Date.parse(le), i18n.language) });
  }

  #who(name) { return el("strong", { text: !name || name === NO_NAME ? t("audit.nobody") : name }); }

  #action(action) { return i18n.has(`audit.action.${action}`) ? t(`audit.action.${action}`) : action; }

  #subject(text) {
    const subject = readSubject(text);
    if (!text || UNSAID.includes(subject?.noun)) return null;
    if (!subject || !i18n.has(`audit.subject.${subject.noun}`)) return text;
    if (subject.noun === "limit") return this.#limit(subject.id) ?? text;
    return t(`audit.subject.${subject.noun}`, { name: this.#named(`${subject.noun}_id`, Number(subject.id)) ?? `#${subject.id}` });
  }

  /** An alarm limit by what it watches, and a ward's by its ward. Null for what a newer server writes. */
  #limit(id) {
    const limit = readLimit(id);
    if (!limit || !i18n.has(`vital.${limit.vital}`) || !i18n.has(`severity.${limit.severity}`)) return null;
    const name = [t(`vital.${limit.vital}`), t(`audit.side.${limit.side}`), t(`severity.${limit.severity}`)].join(", ");
    const ward = limit.ward && t("audit.subject.ward", { name: this.#named("ward_id", limit.ward) ?? `#${limit.ward}` });
    const profile = limit.profile && i18n.has(`profile.${limit.profile}`) ? t(`profile.${limit.profile}`) : limit.profile;
    return [t("audit.subject.limit", { name }), ward, profile].filter(Boolean).join(" · ");
  }

  /** The name behind an id, or null. */
  #named(field, id) {
    const find = (rows) => rows.find((row) => row.id === id);
    if (field === "ward_id") return find(this.wards)?.nom ?? null;
    if (field === "device_id") return find(this.devices)?.nom ?? null;
    if (["user_id", "key_id", "profile_confirmed_by"].includes(field)) return find(this.accounts)?.username ?? null;
    const patient = field === "patient_id" && find(this.patients);
    return patient ? fullName(patient) : null;
  }

  #patient(id) {
    if (id === null || id === undefined) return null;
    const known = this.patients.find((patient) => patient.id === id);
    if (!known) return `#${id}`;
    const name = { text: fullName(known) };
    return twoLines(known.sorti_le ? el("span", name) : el("a", { href: `#/patient/${id}`, ...name }), known.identifiant);
  }

  #changes({ action, avant, apres }) {
    const repeated = action.startsWith("session.") ? REPEATED_OF_SESSIONS : REPEATED;
    const items = changes(avant, apres, repeated).map((change) => this.#change(action, change));
    if (!items.length) return null;
    const list = el("ul", {}, ...items.slice(0, OPEN));
    if (items.length <= OPEN) return list;
    return [list, el("details", {}, el("summary", { text: t(`audit.changes.more.${i18n.plural(items.length - OPEN)}`, { count: items.length - OPEN }) }), el("ul", {}, ...items.slice(OPEN)))];
  }

  #change(action, { field, from, to }) {
    const key = fieldKey(action, field, i18n);
    const name = key ? t(key) : field;
    const value = (kept) => el("span", { class: "value", text: this.#value(field, kept) });
    return el("li", {}, el("span", { class: "field-name", text: name }),
      from === null ? null : el("del", {}, el("span", { class: "visually-hidden", text: t("audit.before") }), value(from)),
      from === null || to === null ? null : el("span", { class: "arrow", "aria-hidden": "true", text: "→" }),
      to === null ? null : el("ins", {}, from === null ? null : el("span", { class: "visually-hidden", text: t("audit.after") }), value(to)));
  }

  #value(field, value) {
    const name = this.#named(field, value);
    if (name) return name;
    if (field === "role" && i18n.has(`role.${value}`)) return t(`role.${value}`);
    if (field === "kind" && i18n.has(`audit.kind.${value}`)) return t(`audit.kind.${value}`);
    if (field === "language" && i18n.has(`language.${value}`)) return t(`language.${value}`);
    if (["profile", "profile_proposed", "default_profile"].includes(field) && i18n.has(`profile.${value}`)) return t(`profile.${value}`);
    if (field === "permissions") return value.map((each) => (i18n.has(`permission.${each}`) ? t(`permission.${each}`) : each)).join(", ");
    if (field === "wards") return value.map((id) => this.#named("ward_id", id) ?? `#${id}`).join(", ");
    if (field === "sex" && i18n.has(`sex.${value}`)) return t(`sex.${value}`);
    if (field === "effective_level") return t(`limits.origin.${value}`);
    if (field === "cause" && i18n.has(`limits.cause.${value}`)) return t(`limits.cause.${value}`);
    if (["limit_value", "effective_limit"].includes(field) && value === NO_LIMIT) return t("audit.limit.none");
    if (field === "birth_date") return calendarDay(value, i18n.language);
    if (field === "agent") return readAgent(value).text;
    return shown(value, { moment: (at) => exactTime(at, i18n.language), yes: t("audit.yes"), no: t("audit.no") });
  }
}
