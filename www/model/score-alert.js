import { vital } from "./vitals.js";

/** Alerts about the early warning score: reading them, what they ask for, when the next measurement is overdue. Pure; times are the server's. */

/** The `type_alerte`. */
export const SCORE = "score_eleve";

/** From these totals on; below the first it was a single parameter with 3 points. */
const URGENT_TOTAL = 5, EMERGENCY_TOTAL = 7;

const instant = (wire) => (wire ? Date.parse(wire) || null : null);

/** What an alert of the wire says of a score (its member `score`), or null: it is about something else. */
export function readScoreAlert(wire) {
  if (!wire || !Number.isInteger(wire.minimum)) return null;
  return {
    minimum: wire.minimum,
    maximum: Number.isInteger(wire.maximum) ? wire.maximum : wire.minimum,
    threes: (Array.isArray(wire.parametres_a_3) ? wire.parametres_a_3 : []).filter(vital),
    linked: wire.alerte_liee ?? null,
    dueAt: instant(wire.prochaine_mesure_le),
    calledAt: instant(wire.medecin_appele_le),
    calledBy: wire.medecin_appele_par ?? null,
  };
}

/** Another alert says the same, and sounds: this one is seen, and not heard. */
export const isLinked = ({ score }) => (score?.linked ?? null) !== null;

/** A score of 7 and more, or 3 points for one parameter, stands before a lost signal. */
export const isHighScore = ({ score }) => Boolean(score) && (score.minimum >= EMERGENCY_TOTAL || score.threes.length > 0);

/** Which response a score asks for: "urgence" (7 and more), "urgent" (5 and 6), "trois" (a single 3). */
export const responseOf = ({ minimum }) => (minimum >= EMERGENCY_TOTAL ? "urgence" : minimum >= URGENT_TOTAL ? "urgent" : "trois");

/** Whether somebody should have measured again by now. */
export const isOverdue = ({ score, endedAt }, now) => Boolean(score) && endedAt === null && score.dueAt !== null && now > score.dueAt;

/** "7", or "5–9" where not everything was known. */
export const totalText = ({ minimum, maximum }) => (minimum === maximum ? String(minimum) : `${minimum}–${maximum}`);

/** A vital's name in a sentence, the short one where it has one. */
const nameOf = (name, i18n) => i18n.t(i18n.has(`alerts.rule.name.${name}`) ? `alerts.rule.name.${name}` : `vital.${name}`);

/** "NEWS2 : 3 (Fréquence respiratoire : 3 points)". */
export function scoreMessage({ score }, i18n) {
  const texts = { score: totalText(score), names: score.threes.map((name) => nameOf(name, i18n)).join(", ") };
  return i18n.t(score.threes.length ? "alerts.score.threes" : "alerts.score", texts);
}

/** "NEWS2 7", with a word where the next measurement is overdue: where there is no room for the message. */
export const scoreShort = (alert, i18n, now) => i18n.t(isOverdue(alert, now) ? "tile.alert.score.overdue" : "tile.alert.score", { score: totalText(alert.score) });

/**
 * What is to be done and what was done, as `{response, due, called}` in words; null for what there is nothing to say of. `time` writes an instant, `when` one in a sentence.
 */
export function scoreCare(alert, i18n, now, { time, when }) {
  const { score } = alert;
  if (!score) return null;
  const isOver = alert.endedAt !== null;
  return {
    response: isOver ? null : i18n.t(`score.response.${responseOf(score)}`),
    due: isOver || score.dueAt === null ? null : i18n.t(isOverdue(alert, now) ? "score.overdue" : "score.due", { time: time(score.dueAt), when: when(score.dueAt) }),
    called: score.calledAt === null ? null : i18n.t("score.called", { when: when(score.calledAt), who: score.calledBy ?? "?" }),
    linked: isLinked(alert) && !isOver ? i18n.t("score.linked") : null,
  };
}
