import { isHold, readHold } from "./holds.js";
import { readScoreAlert } from "./score-alert.js";
import { isOfTheWard, LOST_PULSE, SEVERITIES, urgency } from "./severity.js";

/** What is known of alerts: reading them, telling which is open. Which is worst: severity.js. Pure. */

const instant = (wire) => (wire ? Date.parse(wire) || null : null);

/**
 * Whether a person raised it: it has none of the parts that the system's own alerts have. What an alert does to a page follows from its parts, never from
 * words that a person may have chosen.
 */
const isByHand = (wire) => (wire.levee_par ?? null) !== null || ((wire.type_donnee ?? wire.dispositif ?? wire.service ?? wire.score ?? null) === null && !isHold({ kind: wire.type_alerte }));

/** Begins the kind of what a person raised, so that it is no kind of the system's. */
const BY_HAND = "main:";

/** The kind of an alert by hand as its author named it; null of every other. */
export const kindByHand = (kind) => (kind.startsWith(BY_HAND) ? kind.slice(BY_HAND.length) : null);

/** As much as a notification carries; a person may have written far more. */
const SHOWN_MESSAGE = 500;
const shownMessage = (text) => (text.length > SHOWN_MESSAGE ? `${[...text].slice(0, SHOWN_MESSAGE - 1).join("")}…` : text);

/** An alert of the wire in the page's words, or null when it is none. */
export function readAlert(wire) {
  if (!wire || typeof wire !== "object" || !Number.isInteger(wire.id) || !SEVERITIES.includes(wire.niveau_gravite)) {
    return null;
  }
  return {
    id: wire.id,
    patient: wire.patient ?? null,  // null: about a whole ward
    ward: wire.service ?? null,
    device: wire.dispositif ?? null,
    kind: (isByHand(wire) ? BY_HAND : "") + String(wire.type_alerte ?? ""),
    byHand: isByHand(wire),
    raisedBy: wire.levee_par ?? null,
    message: shownMessage(String(wire.message ?? "")),
    severity: wire.niveau_gravite,
    vital: wire.type_donnee ?? null,
    side: wire.cote ?? null,
    value: Number.isFinite(wire.valeur) ? wire.valeur : null,
    limit: Number.isFinite(wire.seuil) ? wire.seuil : null,
    profile: wire.profil ?? null,  // that held when a rule raised it
    sources: (Array.isArray(wire.sources) ? wire.sources : []).map((source) => ({ device: source?.dispositif ?? null, name: source?.nom ?? null })),
    at: instant(wire.timestamp) ?? 0,
    raisedAt: instant(wire.levee_le),
    worsenedAt: instant(wire.aggravee_le),
    remindedAt: instant(wire.rappelee_le),
    escalatedAt: instant(wire.escaladee_le),
    acknowledged: wire.acquittee === true,
    acknowledgedBy: wire.acquittee_par ?? null,
    acknowledgedAt: instant(wire.acquittee_le),
    firstAcknowledgedAt: instant(wire.premier_acquittement_le),
    endedAt: instant(wire.terminee_le),
    hasTrace: wire.trace === true,
    hold: readHold(wire.veille),
    score: readScoreAlert(wire.score),
    version: Number.isInteger(wire.version) ? wire.version : 0,
  };
}

/** The values that a pulse gives. */
const OF_THE_PULSE = ["heart_rate", "spo2"];

/** Open until it ended and, when it is an error, was acknowledged. */
export const isOpen = (alert) => alert.endedAt === null || (alert.severity === "error" && !alert.acknowledged);

/** Whether it waits for somebody: what is heard, counted and put into banners. */
export const wantsSomebody = (alert) => isOpen(alert) && !alert.acknowledged;

/** Nobody came in time: it went to somebody else, and stands on every screen of the ward. So does what is about the whole ward. */
export const isEscalated = (alert) => wantsSomebody(alert) && (alert.escalatedAt !== null || isOfTheWard(alert));

/** Since when nobody has come: its escalation, else since it was brought back or raised. */
export const unansweredSince = (alert) => alert.escalatedAt ?? Math.max(alert.remindedAt ?? 0, alert.raisedAt ?? alert.at);

/** What lasts before what has ended, the worst first; of equally bad ones who has waited longest. */
export const byWaiting = (a, b) => Number(a.endedAt !== null) - Number(b.endedAt !== null) || urgency(b) - urgency(a) || unansweredSince(a) - unansweredSince(b) || a.id - b.id;

/**
 * Whether an alert says that a device's value, measured at `at`, may not be the patient's present state. `detached`: the vitals
 * whose sensor is off, null when the device did not say.
 */
export function clearsFreshness(alert, vital, at, detached) {
  if (alert.endedAt !== null) return false;
  if (alert.kind === "signal_perdu") return alert.at >= at;
  if (alert.kind === LOST_PULSE) return OF_THE_PULSE.includes(vital);
  if (alert.kind !== "capteur_detache") return false;
  return detached === null ? alert.at >= at : detached.includes(vital);
}

/** Whether an alert is about this vital. */
export const isAbout = (alert, vital) => alert.vital === vital;
