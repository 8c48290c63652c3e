import { decimalsGiven, number } from "../kit/format.js";
import { signOf } from "./limits.js";
import { vital as entryOf } from "./vitals.js";

/** Alarm limits in words. Pure but for `i18n`, which has the texts. */

/** "< 90 %". A limit has the decimals that it was given, at least the vital's own. */
export function limitText(rule, i18n) {
  const { decimals, unit } = entryOf(rule.type_donnee);
  return `${signOf(rule)}\u00a0${number(rule.seuil, decimalsGiven(rule.seuil, decimals), i18n.language)}\u00a0${unit}`;
}

/** The ends of what a vital can be, the unit at the upper one: `{low: "2", high: "80 /min"}`. */
export const rangeWords = ({ plausible, unit }, language) => ({ low: number(plausible[0], 0, language), high: [number(plausible[1], 0, language), unit].filter(Boolean).join("\u00a0") });

const plain = (value, i18n) => number(value, decimalsGiven(value, 0), i18n.language);

/** "10 s · hystérésis 1" */
export const conditionsText = ({ delai_s: delay, hysteresis }, i18n) => [
  i18n.t("limits.delay.of", { seconds: plain(delay, i18n) }), hysteresis ? i18n.t("limits.hysteresis.of", { value: plain(hysteresis, i18n) }) : null,
].filter(Boolean).join(" · ");

/** "< 90 %, 10 s", "désactivée", "aucune". */
export function ruleText(rule, i18n) {
  if (!rule) return i18n.t("limits.nothing");
  return rule.seuil === null ? i18n.t("limits.off") : `${limitText(rule, i18n)}, ${plain(rule.delai_s, i18n)}\u00a0s`;
}

/** "Basse, urgente" */
export const cornerText = ({ cote, niveau_gravite: severity }, i18n) => i18n.t(`limits.corner.${cote}.${severity}`);

/** What changes, for a sentence: "basse, urgente < 88 %, 15 s". */
export const changesText = (rules, i18n) => rules.map((rule) => `${cornerText(rule, i18n).toLowerCase()} ${ruleText(rule, i18n)}`).join(" ; ");

/** What an alert of a rule is about, by its kind: "Saturation en oxygène, basse" for `spo2_bas`; an unknown kind as it is. */
export function kindText(kind, i18n) {
  const [, name, side] = /^(\w+?)_(bas|haut)$/.exec(kind) ?? [];
  return entryOf(name) ? i18n.t(`limits.side.${side}`, { name: i18n.t(`vital.${name}`) }) : kind;
}
