import { number } from "../kit/format.js";
import { iconOfHold, isHolding, shortOfHold } from "./holds.js";
import { vital as entryOf } from "./vitals.js";

/** What an alert's numbers are called. Pure but for what it is given. */

const shown = (entry, value, i18n) => {
  const worded = `value.${entry.name}.${value}`;
  if (i18n.has(worded)) return i18n.t(worded);
  const text = number(value, entry.decimals, i18n.language);
  return entry.unit ? `${text}\u00a0${entry.unit}` : text;
};

/** What happened; of what a person raised also who says so: it is no measurement. */
export function messageOf(alert, i18n) {
  if (!alert.byHand) return alert.message;
  return alert.raisedBy === null ? i18n.t("alerts.byhand.unknown", { message: alert.message }) : i18n.t("alerts.byhand", { message: alert.message, who: alert.raisedBy });
}

/** "84 %": the value that raised an alert; null where there is none. */
export function valueOf(alert, i18n) {
  const entry = entryOf(alert.vital);
  return entry && alert.value !== null ? shown(entry, alert.value, i18n) : null;
}

/** "limite basse 90 %"; null where there is none. */
export function limitOf(alert, i18n) {
  const entry = entryOf(alert.vital);
  return entry && alert.limit !== null ? i18n.t(alert.side === "haut" ? "alarms.limit.high" : "alarms.limit.low", { limit: shown(entry, alert.limit, i18n) }) : null;
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

/** "SpO₂ 84 < 90", "Capteur ôté": where there is no room for the message. `now` by the server's clock. */
export function shortOf(alert, i18n, now) {
  if (isHolding(alert)) return shortOfHold(alert, now, i18n);
  const entry = entryOf(alert.vital);
  if (entry && alert.value !== null && alert.limit !== null && i18n.has(`vital.short.${alert.vital}`)) {
    const equal = alert.value === alert.limit;
    const sign = alert.side === "haut" ? (equal ? "≥" : ">") : equal ? "≤" : "<";
    const plain = (value) => number(value, entry.decimals, i18n.language);
    return `${i18n.t(`vital.short.${alert.vital}`)} ${plain(alert.value)}\u00a0${sign}\u00a0${plain(alert.limit)}`;
  }
  if (alert.byHand) return i18n.t("tile.byhand", { message: alert.message });
  return i18n.has(`tile.kind.${alert.kind}`) ? i18n.t(`tile.kind.${alert.kind}`) : alert.message;
}
