import { signOf } from "./limits.js";
import { number } from "../kit/format.js";
import { i18n, t } from "../context.js";
import { vital as entryOf } from "./vitals.js";

/** How limits are said. */

/** "< 90 %". A limit has the decimals that it was given, at least the vital's own. */
export function limitText(rule) {
  const { decimals, unit } = entryOf(rule.type_donnee);
  const given = String(rule.seuil).split(".")[1]?.length ?? 0;
  return `${signOf(rule)}\u00a0${number(rule.seuil, Math.max(decimals, given), i18n.language)}\u00a0${unit}`;
}

const plain = (value) => number(value, String(value).split(".")[1]?.length ?? 0, i18n.language);

/** "10 s · hystérésis 1" */
export const conditionsText = ({ delai_s: delay, hysteresis }) => [
  t("limits.delay.of", { seconds: plain(delay) }), hysteresis ? t("limits.hysteresis.of", { value: plain(hysteresis) }) : null,
].filter(Boolean).join(" · ");

/** "< 90 %, 10 s", "désactivée", "aucune". */
export function ruleText(rule) {
  if (!rule) return t("limits.nothing");
  return rule.seuil === null ? t("limits.off") : `${limitText(rule)}, ${plain(rule.delai_s)}\u00a0s`;
}

/** "Basse, urgente" */
export const cornerText = ({ cote, niveau_gravite: severity }) => t(`limits.corner.${cote}.${severity}`);

/** What changes, for a sentence: "basse, urgente < 88 %, 15 s". */
export const changesText = (rules) => rules.map((rule) => `${cornerText(rule).toLowerCase()} ${ruleText(rule)}`).join(" ; ");

/** What an alert of a rule is about, by its kind: "Saturation en oxygène, basse" for `spo2_bas`; an unknown kind as it is. */
export function kindText(kind) {
  const [, name, side] = /^(\w+?)_(bas|haut)$/.exec(kind) ?? [];
  return entryOf(name) ? t(`limits.side.${side}`, { name: t(`vital.${name}`) }) : kind;
}
