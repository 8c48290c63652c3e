import { isHolding } from "./holds.js";
import { isHighScore } from "./score-alert.js";

/**
 * The order of severity on screens: what stands first everywhere. From the mildest to the worst, each level before it yields to the next. Pure.
 *
 * "error", "warning" and "info" are about the patient: a rule, a score of 5 or 6, what a person raised. "score": 7 and more, or 3 points for one parameter. "lost" says
 * that a monitored patient is not measured.
 */
const LEVELS = ["hold", "technical acknowledged", "technical", "acknowledged", "info", "ended", "warning", "lost", "score", "error", "pulse"];

/** From the mildest to the worst. */
export const SEVERITIES = ["info", "warning", "error"];

/** A pulse that was there and is not: the worst there is. */
export const LOST_PULSE = "pouls_introuvable";

/** What says that a patient who wears a device is not measured. */
const LOST = ["signal_perdu", "mesure_absente", "capteur_detache"];
/** Other alerts about the equipment. */
const EQUIPMENT = ["batterie_faible", "horloge", "capteurs_discordants", "alertes_trop_nombreuses"];
/** About the whole ward: nobody hears it, or nothing was stored. Its patients are as good as not measured. */
const OF_THE_WARD = ["service_non_surveille", "surveillance_interrompue"];

/** "lost" of the three that say that nothing is measured, "equipment" of other technical alerts, null of what is about the patient or the ward. */
export const technicalOf = ({ kind }) => (LOST.includes(kind) ? "lost" : EQUIPMENT.includes(kind) ? "equipment" : null);

export const isOfTheWard = ({ kind }) => OF_THE_WARD.includes(kind);

/** Whose colour an alert has: its severity's, but what is about the equipment alone is an information. */
export const toneOf = (alert) => (technicalOf(alert) === "equipment" ? "info" : alert.severity);

/** An error that lasts about a lost pulse: before every other, with a sound and a frame of its own. */
export const isLostPulse = (alert) => alert.kind === LOST_PULSE && alert.severity === "error" && alert.endedAt === null && !alert.acknowledged;

function levelOf(alert) {
  if (isHolding(alert)) return "hold";
  const isEquipment = technicalOf(alert) === "equipment";
  if (alert.acknowledged) return isEquipment ? "technical acknowledged" : "acknowledged";
  if (isEquipment) return "technical";
  if (alert.endedAt !== null) return "ended";
  if (isLostPulse(alert)) return "pulse";
  if (isHighScore(alert)) return "score";
  return technicalOf(alert) === "lost" || isOfTheWard(alert) ? "lost" : alert.severity;
}

const place = (level) => LEVELS.indexOf(level);

/** How urgently an open alert wants somebody; greater is worse. Within a level the severity decides. */
export const urgency = (alert) => place(levelOf(alert)) + SEVERITIES.indexOf(alert.severity) / 10;

/** Worst first; of equally bad ones what was passed on, then the newest. */
export const byUrgency = (a, b) => urgency(b) - urgency(a) || Number(b.escalatedAt !== null) - Number(a.escalatedAt !== null) || b.at - a.at || b.id - a.id;

/** From this total on, or with this many points for one parameter, a score stands before a lost signal. Of what is missing the least counts. */
const HIGH_TOTAL = 7, HIGH_POINTS = 3;
export const isHigh = (score) => Boolean(score?.applicable) && (score.minimum >= HIGH_TOTAL || score.parts.some(({ minimum }) => minimum >= HIGH_POINTS));

/** How much a patient wants somebody; 0: nobody needs to come. `worst`: the worst open alert, if any; `score`: the early warning score, or null. */
export const rank = (worst, score = null) => Math.max(worst ? urgency(worst) : 0, isHigh(score) ? place("score") : 0);

/** From this rank on a patient must not wait for the next calm moment to be moved to the top. */
export const URGENT_RANK = place("error");

/** Whom an alert is about: a patient, or the ward by what is wrong with it. */
const subjectOf = ({ patient, ward, kind }) => patient ?? `${ward} ${kind}`;

/** One entry per patient, of each the worst: `[{alert, count}]`, worst first; `count`: how many of the alerts the patient has. */
export function entriesOf(alerts, order = byUrgency) {
  const entries = new Map();
  for (const alert of [...alerts].sort(order)) {
    const known = entries.get(subjectOf(alert));
    if (known) known.count += 1;
    else entries.set(subjectOf(alert), { alert, count: 1 });
  }
  return [...entries.values()];
}

/** How many patients there are by the colour of their worst alert: `[[tone, count], …]`, worst first, without zeros. What is about a ward is no patient. */
export function patientsByTone(alerts) {
  const tones = entriesOf(alerts.filter(({ patient }) => patient !== null)).map(({ alert }) => toneOf(alert));
  return SEVERITIES.toReversed().map((tone) => [tone, tones.filter((one) => one === tone).length]).filter(([, count]) => count);
}
