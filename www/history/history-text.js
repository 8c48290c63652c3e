import { exactTime, number } from "../kit/format.js";
import { limitOf, messageOf, valueOf } from "../model/alert-text.js";
import { stepsOf } from "../model/alert-timeline.js";

/** What the history says of an alert. Pure but for what it is given. */

/** "Urgent · 28/11/2026 05:04:12 · SpO2 basse…": where there is room for one line. */
export const markText = (alert, i18n) => `${i18n.t(`severity.${alert.severity}`)} · ${exactTime(alert.at, i18n.language)} · ${messageOf(alert, i18n)}`;

/** Its steps as `[{step, at, text}]`: "levée à 86 %, limite basse 90 %", "acquittée par i.sow". */
export const stepTexts = (alert, i18n) => stepsOf(alert).map(({ step, at, measured, by }) => ({ step, at, text: stepText(step, alert, measured, by, i18n) }));

function stepText(step, alert, measured, by, i18n) {
  if (step === "acknowledged") return i18n.t("notes.acknowledged", { who: by ?? "?" });
  if (step === "called") return i18n.t("notes.called", { who: by ?? "?" });
  const value = measured ? valueOf(alert, i18n) : null;
  if (value === null) return i18n.t(`notes.${step}`);
  return [i18n.t(`notes.${step}.at`, { value }), limitOf(alert, i18n)].filter(Boolean).join(", ");
}

/** What is measured between two instants of a curve: "97 (96–98) %". */
export const pointText = ({ low, mean, high }, { decimals, unit }, language) => {
  const text = (value) => number(value, decimals, language);
  return `${text(mean)} (${text(low)}–${text(high)})\u00a0${unit}`;
};
