import { bucketWidth } from "../history/history.js";
import { inTurn } from "../kit/retry-busy.js";
import { readAlert } from "../model/alerts.js";
import { INTERRUPTION } from "../model/interruption.js";
import { readLimitChange } from "../model/limit-changes.js";
import { readScore } from "../model/score.js";
import { readTraces } from "../model/signal-trace.js";
import { readDevice, readLatest, readRows } from "../model/wire.js";
import { openOf } from "./handover.js";

/** A span of twelve hours in steps of half a minute: gaps are told to the minute. */
const POINTS = 1_500;
/** What began so long before the span may last into it. */
const ALERTS_BEFORE_MS = 7 * 86_400_000;

/** The vitals that a sheet draws: what devices measure. */
export const TRACED = ["spo2", "heart_rate", "temperature", "respiratory_rate"];

/** What `request` answers as `{value}`, or why not as `{failure}`: a sheet says what it lacks. */
async function part(request, read) {
  try {
    return { value: read(await request) };
  } catch (failure) {
    return { failure };
  }
}

/** The patient's alerts, and those about times in which nothing of the whole ward was stored. */
async function alertsOf(api, patient, span) {
  const [own, ward] = await Promise.all([{ patient_id: patient.id }, { service: patient.service }].map((whose) => api.all("api/iot/alertes/", { ...whose, ...span })));
  return [...own, ...ward.filter(({ type_alerte: kind }) => kind === INTERRUPTION)];
}

/** So many of the open alerts show their signal: a sheet is one page. */
const SIGNALS = 2;

/** Of the worst open alerts the first strip of the signal that a device sent, by alert. */
async function signalsOf(api, rows) {
  const open = openOf(rows.map(readAlert).filter(Boolean)).filter(({ hasTrace }) => hasTrace).slice(0, SIGNALS);
  const answers = await Promise.all(open.map(({ id }) => api.get(`api/iot/alertes/${id}/traces/`)));
  return new Map(open.map(({ id }, i) => [id, readTraces(answers[i])[0]]).filter(([, trace]) => trace));
}

/** All that stands on a patient's sheet. @param api what fetches; @param patient as the server has it */
export async function fetchSheet(api, patient, { from, to }) {
  const [debut, fin] = [from, to].map((at) => new Date(at).toISOString());
  const own = `api/patients/${patient.id}/`;
  const read = (one) => (rows) => rows.map(one).filter(Boolean);
  const alerts = alertsOf(api, patient, { debut: new Date(from - ALERTS_BEFORE_MS).toISOString(), fin });
  const parts = {
    latest: part(api.get("api/iot/data/latest_data/", { patient_id: patient.id }), readLatest),
    byHand: part(api.all("api/iot/data/", { patient_id: patient.id, dispositif: 0, debut, fin }), readRows),
    alerts: part(alerts, read(readAlert)),
    signals: part(alerts.then((rows) => signalsOf(api, rows)), (signals) => signals),
    limits: part(api.get(`${own}limites/`), (limits) => limits),
    changes: part(api.all(`${own}limites/changements/`, { debut, fin }), read(readLimitChange)),
    score: part(api.get(`${own}score/`), readScore),
    devices: part(api.get("api/iot/dispositifs/", { patient: patient.id }), read(readDevice)),
  };
  const names = Object.keys(parts);
  const [answers, histories] = await Promise.all([Promise.all(Object.values(parts)),
    inTurn(TRACED.map((vital) => () => api.get(`${own}historique/`, { type_donnee: vital, debut, fin, points: POINTS })))]);
  return { patient, from, to, bucketMs: bucketWidth(to - from, POINTS), parts: Object.fromEntries([...names.map((name, i) => [name, answers[i]]),
    ...TRACED.map((vital, i) => [vital, histories[i].status === "fulfilled" ? { value: histories[i].value } : { failure: histories[i].reason }])]) };
}
