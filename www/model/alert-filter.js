import { isOpen } from "./alerts.js";

/** The list of alerts: what was asked for, what of it is history, what a change means for it. Pure. */

/** Whether an alert is what was asked for; the same as the server's filter. `query`: as `api/iot/alertes/` takes it. */
export function matches(alert, { patient_id: patient = null, niveau_gravite: severity = null, acquittee: acknowledged = null, debut = null, fin = null } = {}) {
  return (!patient || alert.patient === Number(patient))
    && (!severity || alert.severity === severity)
    && (!acknowledged || String(alert.acknowledged) === acknowledged)
    && (!debut || alert.at >= Date.parse(debut))
    && (!fin || alert.at < Date.parse(fin));
}

/** Rows, newest first, with a changed alert taken in: in its place, or on top when it is new to them and newer than the last of them. */
export function take(rows, alert, query, isWhole) {
  const i = rows.findIndex(({ id }) => id === alert.id);
  if (i >= 0) return rows[i].version >= alert.version ? rows : rows.with(i, alert);
  const isWithin = isWhole || rows.length === 0 || alert.id > rows.at(-1).id;
  if (!isWithin || !matches(alert, query)) return rows;
  return [...rows, alert].sort((a, b) => b.id - a.id);
}

/** What stands below the open ones. */
export const history = (rows) => rows.filter((alert) => !isOpen(alert));

/** From the measurement to the alert, in ms; null where nothing was measured. */
export const delayOf = (alert) => (alert.raisedAt === null || alert.vital === null ? null : Math.max(0, alert.raisedAt - alert.at));

/** When it began to be one: a technical alert's `at` is when what it says began, which may be long before. */
export const beganAt = (alert) => (alert.vital === null ? alert.raisedAt ?? alert.at : alert.at);

/** How long it has lasted, or lasted. */
export const durationOf = (alert, now) => Math.max(0, (alert.endedAt ?? now) - beganAt(alert));
