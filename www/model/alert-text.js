import { decimalsApart, decimalsGiven, number } from "../kit/format.js";
import { iconOfHold, isHolding, shortOfHold } from "./holds.js";
import { scoreMessage, scoreShort } from "./score-alert.js";
import { vital as entryOf } from "./vitals.js";

/** What an alert's numbers are called. Pure but for what it is given. */

const shown = (entry, value, i18n) => {
  const worded = `value.${entry.name}.${value}`;
  if (i18n.has(worded)) return i18n.t(worded);
  const text = number(value, entry.decimals, i18n.language);
  return entry.unit ? `${text}\u00a0${entry.unit}` : text;
};

const shownLimit = (entry, limit, i18n) => shown({ ...entry, decimals: decimalsGiven(limit, entry.decimals) }, limit, i18n);

/**
 * What happened, in the reader's language: made of the alert's parts, not of the server's French sentence. Of what a person raised also who says so: it is no
 * measurement.
 */
export function messageOf(alert, i18n) {
  if (alert.score || !alert.byHand) return whatOf(alert, i18n);
  return alert.raisedBy === null ? i18n.t("alerts.byhand.unknown", { message: alert.message }) : i18n.t("alerts.byhand", { message: alert.message, who: alert.raisedBy });
}

/** The same without who says so, for where that stands apart. */
export function whatOf(alert, i18n) {
  if (alert.score) return scoreMessage(alert, i18n);
  return alert.byHand ? alert.message : ruleMessage(alert, i18n) ?? technicalMessage(alert, i18n) ?? alert.message;
}

/** "SpO₂ : 84 % (< 90 %)"; null of what no rule raised. */
function ruleMessage(alert, i18n) {
  const entry = entryOf(alert.vital);
  if (!entry || alert.value === null || alert.limit === null) return null;
  const short = `alerts.rule.name.${entry.name}`;
  return i18n.t("alerts.rule", { name: i18n.t(i18n.has(short) ? short : `vital.${entry.name}`), value: valueOf(alert, i18n), limit: `${signOf(alert)}\u00a0${shownLimit(entry, alert.limit, i18n)}` });
}

/** "Batterie faible – Bracelet 12"; null of a kind without a text. The device's or ward's name stands behind the dash of the message, names of vitals, in French unless the account is English, before it. */
function technicalMessage(alert, i18n) {
  const key = `alerts.kind.${alert.kind}`;
  if (!i18n.has(key)) return null;
  const [, vitals = "", name = ""] = /^[^:–]*(?: ?: ([^–]*?))?(?: – (.*))?$/.exec(alert.message) ?? [];
  if (alert.patient === null && !name) return null;
  const isNamed = vitals && i18n.language === "fr";
  return i18n.t(key, { name, about: `${isNamed ? `\u00a0: ${vitals}` : ""}${name ? ` – ${name}` : ""}` });
}

/** How the value violates the limit. The message has the rule's own sign. */
function signOf({ message, side, value, limit }) {
  const [, written] = /\(([<≤>≥]) /.exec(message ?? "") ?? [];
  const isEqual = value === limit;
  return written ?? (side === "haut" ? (isEqual ? "≥" : ">") : isEqual ? "≤" : "<");
}

/** "84 %": the value that raised an alert, fine enough not to read like its limit (93.6 under 94); null where there is none. */
export function valueOf(alert, i18n, unit = entryOf(alert.vital)?.unit) {
  const entry = entryOf(alert.vital) && { ...entryOf(alert.vital), unit };
  if (!entry || alert.value === null) return null;
  const decimals = alert.limit === null ? entry.decimals : decimalsApart(alert.value, alert.limit, entry.decimals);
  return shown({ ...entry, decimals }, alert.value, i18n);
}

/** "limite basse 90 %"; null where there is none. */
export function limitOf(alert, i18n) {
  const entry = entryOf(alert.vital);
  return entry && alert.limit !== null ? i18n.t(alert.side === "haut" ? "alarms.limit.high" : "alarms.limit.low", { limit: shownLimit(entry, alert.limit, i18n) }) : null;
}

/** Which stage an alert is in, for its shape and its words: "waiting", "ended" (latched), "acknowledged", "closed". */
export function stageOf(alert) {
  if (alert.endedAt === null) return alert.acknowledged ? "acknowledged" : "waiting";
  return alert.severity === "error" && !alert.acknowledged ? "ended" : "closed";
}

const STAGE_ICONS = { ended: "ended", acknowledged: "check", closed: "check" };
const TECHNICAL_ICONS = {
  signal_perdu: "disconnected", mesure_absente: "unmeasured", capteur_detache: "unplugged", batterie_faible: "batteryLow", horloge: "clock", capteurs_discordants: "discordant",
};
/** A waiting alert has its severity's own shape, a technical one that of its cause. */
export const iconOf = (alert) => (isHolding(alert) ? iconOfHold(alert) : STAGE_ICONS[stageOf(alert)] ?? TECHNICAL_ICONS[alert.kind] ?? alert.severity);

/** "SpO₂ < 90", "Capteur débranché"; of an alert that ended "SpO₂ 84 < 90": where there is no room for the message. `now` by the server's clock. */
export function shortOf(alert, i18n, now) {
  if (isHolding(alert)) return shortOfHold(alert, now, i18n);
  if (alert.score) return scoreShort(alert, i18n, now);
  const entry = entryOf(alert.vital);
  if (entry && alert.value !== null && alert.limit !== null && i18n.has(`vital.short.${alert.vital}`)) {
    const name = i18n.t(`vital.short.${alert.vital}`), limit = `${signOf(alert)}\u00a0${number(alert.limit, decimalsGiven(alert.limit, entry.decimals), i18n.language)}`;
    // While it lasts the value beside it is another one by now.
    return alert.endedAt === null ? `${name} ${limit}` : `${name} ${valueOf(alert, i18n, "")}\u00a0${limit}`;
  }
  if (alert.byHand) return i18n.t("tile.byhand", { message: alert.message });
  return i18n.has(`tile.kind.${alert.kind}`) ? i18n.t(`tile.kind.${alert.kind}`) : alert.message;
}
