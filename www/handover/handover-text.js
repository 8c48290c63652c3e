import { i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { atTime, clockTime, number } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { kindByHand } from "../model/alerts.js";
import { kindText } from "../model/limit-text.js";
import { vital as entryOf } from "../model/vitals.js";

/** What the parts of a handover sheet have in common. */

export const time = (at, sheet) => clockTime(at, sheet.to, i18n.language);
/** The same in a sentence. */
export const when = (at, sheet) => atTime(at, sheet.to, i18n);
export const short = (vital) => (i18n.has(`vital.short.${vital}`) ? t(`vital.short.${vital}`) : t(`vital.${vital}`));
export const nameOfKind = (kind) => (kindByHand(kind) !== null ? t("alerts.byhand.kind", { kind: kindByHand(kind) }) : i18n.has(`tile.kind.${kind}`) ? t(`tile.kind.${kind}`) : kindText(kind, i18n));
export const none = (key) => el("p", { class: "none", text: t(key) });

/** A list of which `most` rows fit on the page: of more it says how many. */
export function listed(rows, most, row) {
  const left = rows.length - most;
  return el("ul", {}, ...rows.slice(0, most).map(row), left > 0 ? el("li", { class: "more", text: t("handover.more", { count: left }) }) : null);
}

export function valueText(vital, value) {
  const entry = entryOf(vital);
  const worded = `value.${vital}.${entry.letters && typeof value === "string" ? entry.letters.indexOf(value) : value}`;
  return i18n.has(worded) ? t(worded) : `${number(value, entry.decimals, i18n.language)}\u00a0${entry.unit}`;
}

/** In the place of what could not be fetched. */
export function missing(failure) {
  return el("p", { class: "missing", role: "alert" }, icon("error"), el("span", { text: t("handover.missing", { why: failure.detail || t(failure.status === 0 ? "handover.unreachable" : "handover.refused") }) }));
}
