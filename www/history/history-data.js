import { inTurn } from "../kit/retry-busy.js";
import { readAlert } from "../model/alerts.js";
import { bucketWidth, MAX_BUCKETS } from "./history.js";

/** The server's longest list. Newest first: of more alerts the oldest are missing, which is said. */
const MAX_ALERTS = 1_000;
/** What began so long before the stretch may last into it. */
const ALERTS_BEFORE_MS = 7 * 86_400_000;

/** What a patient's history shows, as it was fetched last: one stretch for all vitals. Event "change". No DOM. */
export class HistoryData extends EventTarget {
  #asked = 0;
  /** `{from, to, bucketMs, vitals: {spo2: {buckets} | {failure}}, alerts, alertsFailure, alertsCut}`, or null before the first answer. */
  current = null;

  /** @param api what fetches; @param patient the id; @param openAlerts what is known of alerts that last: they may be older than the list */
  constructor(api, patient, openAlerts) {
    super();
    this.api = api;
    this.patient = patient;
    this.openAlerts = openAlerts;
  }

  /** Fetches a stretch. What cannot be had is told in its place; of two askings the later counts, the earlier asks no further. */
  async load(vitals, { from, to }, points) {
    const mine = ++this.#asked;
    const wanted = Math.min(MAX_BUCKETS, Math.max(200, Math.round(points)));
    const time = (at) => new Date(at).toISOString();
    /** @type {any[]} */
    const [[alerts], histories] = await Promise.all([
      Promise.allSettled([this.api.get("api/iot/alertes/", { patient_id: this.patient, debut: time(from - ALERTS_BEFORE_MS), fin: time(to), limit: MAX_ALERTS })]),
      inTurn(vitals.map((vital) => async () => mine === this.#asked && this.api.get(`api/patients/${this.patient}/historique/`, { type_donnee: vital, debut: time(from), fin: time(to), points: wanted })))]);
    if (mine !== this.#asked) return;
    this.current = {
      from, to, bucketMs: bucketWidth(to - from, wanted),
      vitals: Object.fromEntries(vitals.map((vital, i) => [vital, histories[i].status === "fulfilled" ? { buckets: histories[i].value } : { failure: histories[i].reason }])),
      alerts: this.#known(alerts.value ?? []), alertsFailure: alerts.reason ?? null, alertsCut: alerts.value?.length === MAX_ALERTS,
    };
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Nothing more is told: whoever asked is gone. */
  leave() { this.#asked++; }

  /** An alert that begins, worsens or ends while one looks at it. */
  take(alert) {
    if (!this.current) return;
    this.current.alerts = [...this.current.alerts.filter(({ id }) => id !== alert.id), alert];
    this.dispatchEvent(new CustomEvent("change"));
  }

  #known(rows) {
    const newest = new Map();
    for (const alert of [...rows.map(readAlert).filter(Boolean), ...this.openAlerts()]) {
      if ((newest.get(alert.id)?.version ?? -1) < alert.version) newest.set(alert.id, alert);
    }
    return [...newest.values()];
  }
}
