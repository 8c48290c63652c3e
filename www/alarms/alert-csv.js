import { i18n, state, t } from "../context.js";
import { csv } from "../kit/csv.js";
import { hospitalZone } from "../kit/hospital-zone.js";
import { fullName } from "../kit/names.js";
import { stamp } from "../kit/zone.js";
import { beganAt, delayOf, durationOf } from "../model/alert-filter.js";
import { whatOf } from "../model/alert-text.js";

/** Alerts as a file for a spreadsheet: instants in the hospital's time with their offset, durations in seconds, so that it can be reckoned with. */
export function alertCsv(alerts, patients, wards) {
  const whom = new Map(patients.map((patient) => [patient.id, patient]));
  const instant = (at) => (at === null ? null : stamp(at, hospitalZone()));
  const seconds = (ms) => (ms === null ? null : Math.round(ms / 100) / 10);
  const head = ["id", "ward", "bed", "patient", "severity", "what", "vital", "value", "limit", "profile", "measured", "raised", "raised_by", "delay", "reminded", "escalated",
    "acknowledged_by", "acknowledged_at", "ended", "duration"].map((name) => t(`alarms.csv.${name}`, { zone: hospitalZone() }));
  const rows = alerts.map((alert) => {
    const patient = whom.get(alert.patient);
    const ward = wards.find(({ id }) => id === (alert.ward ?? patient?.service));
    return [alert.id, ward?.nom, patient?.lit, patient ? fullName(patient) : alert.patient, t(`severity.${alert.severity}`), whatOf(alert, i18n),
      alert.vital && t(`vital.${alert.vital}`), alert.value, alert.limit, alert.profile && t(`profile.${alert.profile}`), instant(beganAt(alert)), instant(alert.raisedAt), alert.raisedBy, seconds(delayOf(alert)),
      instant(alert.remindedAt), instant(alert.escalatedAt), alert.acknowledgedBy, instant(alert.acknowledgedAt), instant(alert.endedAt),
      seconds(durationOf(alert, state.now()))];
  });
  return new Blob([csv([head, ...rows], i18n.language)], { type: "text/csv;charset=utf-8" });
}
