/** What is known of alerts: reading them, telling which is open, which is worst. Pure. */

const SEVERITIES = ["info", "warning", "error"];

/** An alert of the wire in the page's words, or null when it is none. */
export function readAlert(wire) {
  if (!wire || typeof wire !== "object" || !Number.isInteger(wire.id) || !SEVERITIES.includes(wire.niveau_gravite)) {
    return null;
  }
  return {
    id: wire.id,
    patient: wire.patient,
    kind: String(wire.type_alerte ?? ""),
    message: String(wire.message ?? ""),
    severity: wire.niveau_gravite,
    at: Date.parse(wire.timestamp) || 0,
    acknowledged: wire.acquittee === true,
    acknowledgedBy: wire.acquittee_par ?? null,
    acknowledgedAt: wire.acquittee_le ? Date.parse(wire.acquittee_le) : null,
    endedAt: wire.terminee_le ? Date.parse(wire.terminee_le) : null,
    version: Number.isInteger(wire.version) ? wire.version : 0,
  };
}

/** Open until it ended and, when it is an error, was acknowledged. */
export const isOpen = (alert) => alert.endedAt === null || (alert.severity === "error" && !alert.acknowledged);

/** How urgently an open alert wants somebody; greater is worse. */
export function urgency(alert) {
  if (alert.acknowledged) return 1;
  if (alert.endedAt !== null) return 2;
  return 3 + SEVERITIES.indexOf(alert.severity);
}

/** Worst first; of equally bad ones the newest. */
export const byUrgency = (a, b) => urgency(b) - urgency(a) || b.at - a.at || b.id - a.id;

/** Alerts that say that what is shown may not be the patient's present state. */
const TECHNICAL = new Set(["signal_perdu", "capteur_detache"]);
export const clearsFreshness = (alert) => alert.endedAt === null && TECHNICAL.has(alert.kind);

/** Whether an alert is about this vital: its kind begins with the vital's name. */
export const isAbout = (alert, vital) => alert.kind === vital || alert.kind.startsWith(`${vital}_`);
