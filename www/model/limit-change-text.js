import { ADULT } from "./limit-profiles.js";
import { cornerText, limitText, ruleText } from "./limit-text.js";

/**
 * A change of a limit in words, as `readLimitChange` gives it: `{what, before, after, facts}`. Before and after are what held for the patient, with the level
 * where it came from; of a change from before that was kept, the level's own. Pure but for `i18n`, which has the texts, and `time`, which says instants.
 */
export function changeTexts(change, i18n, time) {
  const { at, by, level, profile, corner, vital, before, after, held, holds, cause, reason, expiresAt } = change;
  const t = (key, values) => i18n.t(key, values);
  const origin = (rule) => (rule.origine && rule.origine !== level ? ` (${t(`limits.origin.${rule.origine}`)})` : "");
  // A rule that no level has is none; one without a limit was switched off.
  const holding = (rule) => `${rule.seuil === null && !rule.origine ? t("limits.nothing") : rule.seuil === null ? t("limits.off") : whole(rule, i18n)}${origin(rule)}`;
  return {
    what: `${t(`vital.short.${vital}`)}, ${cornerText(corner, i18n).toLowerCase()}`,
    before: held ? holding(held) : whole(before, i18n),
    after: holds ? holding(holds) : after ? whole(after, i18n) : t("handover.changes.back"),
    facts: [`${time(at)}, ${by ?? t("handover.changes.system")} (${t(cause ? `limits.cause.${cause}` : `limits.origin.${level}`)}${profile && profile !== ADULT ? `, ${t(`profile.${profile}`).toLowerCase()}` : ""})`, reason, expiresAt === null ? null : t("limits.until", { time: time(expiresAt) })].filter(Boolean),
  };
}

/** Of an old change not everything is known: the delay is left out then. */
function whole(rule, i18n) {
  return rule && rule.seuil !== null && !Number.isFinite(rule.delai_s) ? limitText({ ...rule, inclus: rule.inclus ?? false }, i18n) : ruleText(rule, i18n);
}
