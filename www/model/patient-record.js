import { clearsFreshness, isAbout, isOpen } from "./alerts.js";
import { age, freshFor, isByHand, period } from "./freshness.js";
import { ADULT } from "./limit-profiles.js";
import { byUrgency, LOST_PULSE } from "./severity.js";

/** The live traces show this long. */
export const TRACE_MS = 120_000;
/** At most so many samples a vital are kept (two minutes at 8 Hz), and so many alerts and devices a patient. */
export const MAX_SAMPLES = 1_000;
export const MAX_ALERTS = 100;
const MAX_DEVICES = 20;
/** What takes a value its freshness away, the worst first. */
const LOST = [LOST_PULSE, "capteur_detache", "signal_perdu"];
/** A device that has measured nothing yet is waited for so long (the same as the server's alert signal_perdu). */
const FIRST_MEASUREMENT_MS = 300_000;
/** Kept whatever their age: they tell a slow vital's period. */
const KEPT_SAMPLES = 10;

/** All that is known of one patient's present. Messages may come twice, late or in any order. */
export class PatientRecord {
  #values = new Map();
  #samples = new Map();
  #alerts = new Map();
  #devices = new Map();
  /** Whose normal ranges hold (limit-profiles.js). */
  profile = ADULT;
  /** The early warning score as `readScore` gives it, or null. */
  score = null;

  /**
   * Takes a reading in. The newest by its own time is the current one; of two of one instant, the later to arrive.
   * @param reading `others`: what other devices say that contradicts it; `onSkin`: a device measured it there
   */
  addReading({ vital, value, at, onSkin = false, others = [] }, arrivedAt) {
    const known = this.#values.get(vital);
    if (!known || at > known.at || (at === known.at && value !== known.value)) {
      this.#values.set(vital, { value, at, arrivedAt, onSkin, others });
    } else if (at === known.at) {
      Object.assign(known, { others, onSkin: onSkin || known.onSkin });
    }
    this.#addSample(vital, value, at);
  }

  #addSample(vital, value, at) {
    const samples = this.#samples.get(vital) ?? [];
    this.#samples.set(vital, samples);
    let i = samples.length;
    while (i > 0 && samples[i - 1].at > at) i--;
    if (i > 0 && samples[i - 1].at === at) samples[i - 1].value = value;
    else samples.splice(i, 0, { at, value });
    const oldest = samples.at(-1).at - TRACE_MS - 10_000;
    let drop = samples.findIndex((sample) => sample.at >= oldest);
    drop = Math.max(Math.min(drop, samples.length - KEPT_SAMPLES), samples.length - MAX_SAMPLES, 0);
    if (drop > 0) samples.splice(0, drop);
  }

  /** A stored reading was corrected or deleted: the value, and the samples from `since` on, come anew. */
  forget(vital, since) {
    this.#values.delete(vital);
    const samples = this.#samples.get(vital) ?? [];
    this.#samples.set(vital, samples.filter((sample) => sample.at < (since ?? -Infinity)));
  }

  /** Takes an alert in; true when it changed what is known. Of two copies the greater version is the newer. */
  addAlert(alert) {
    const known = this.#alerts.get(alert.id);
    if (known && known.version >= alert.version) return false;
    this.#alerts.set(alert.id, alert);
    if (this.#alerts.size > MAX_ALERTS) this.#forgetOldestClosedAlert();
    return true;
  }

  /** Takes the open alerts away that are not among these ids; true when there were any. */
  keepOpenAlerts(ids) {
    const over = this.openAlerts().filter(({ id }) => !ids.has(id));
    for (const { id } of over) this.#alerts.delete(id);
    return over.length > 0;
  }

  #forgetOldestClosedAlert() {
    const closed = [...this.#alerts.values()].filter((alert) => !isOpen(alert));
    const oldest = closed.sort((a, b) => a.at - b.at)[0];
    if (oldest) this.#alerts.delete(oldest.id);
  }

  addDevice(device) {
    if (this.#devices.size < MAX_DEVICES || this.#devices.has(device.id)) this.#devices.set(device.id, device);
  }

  removeDevice(id) { this.#devices.delete(id); }

  /** `{value, at, arrivedAt, onSkin, others}` of a vital, or undefined. */
  value(vital) { return this.#values.get(vital); }
  vitals() { return [...this.#values.keys()]; }
  /** Ascending `{at, value}`; not to be changed. */
  samples(vital) { return this.#samples.get(vital) ?? []; }
  devices() { return [...this.#devices.values()].sort((a, b) => a.id - b.id); }

  alert(id) { return this.#alerts.get(id); }

  /** Open alerts, the worst first. */
  openAlerts() { return [...this.#alerts.values()].filter(isOpen).sort(byUrgency); }

  /** The worst alert about a vital that lasts: what its value is shown by. */
  lastingAlertAbout(vital) { return this.openAlerts().find((alert) => alert.endedAt === null && isAbout(alert, vital)); }

  worstAlertAbout(vital) { return this.openAlerts().find((alert) => isAbout(alert, vital)); }

  /** Alerts about a vital that were measured since then, for marking them on its trace; ascending. */
  alertsAbout(vital, since) {
    return [...this.#alerts.values()].filter((alert) => alert.at >= since && isAbout(alert, vital)).sort((a, b) => a.at - b.at);
  }

  /** Every open one, the worst first, and below them those of the `count` latest that are not open, newest first. */
  latestAlerts(count) {
    const latest = [...this.#alerts.values()].sort((a, b) => b.at - a.at || b.id - a.id).slice(0, count);
    return [...this.openAlerts(), ...latest.filter((alert) => !isOpen(alert))];
  }

  /**
   * `{value, at}` of a temperature that a person took, while a device measures the skin's: core and skin are two things. It holds while the score
   * counts it. Null: there is none.
   */
  coreTemperature() {
    const part = this.score?.parts.find(({ vital, state, byHand }) => vital === "temperature" && state === "connu" && byHand);
    const known = this.#values.get("temperature");
    return part && known && part.at !== known.at && Number.isFinite(part.value) ? { value: part.value, at: part.at } : null;
  }

  /** Why a device that the patient wears has no value of a vital now, in the wire's word (`no_pulse`); null: none says. */
  missingReason(vital) { return this.devices().map(({ reasons }) => reasons?.[vital]).find(Boolean) ?? null; }

  /** Whether a device was put on a short while ago and has measured nothing since. */
  awaitsFirstMeasurement(now) {
    const newest = Math.max(-Infinity, ...[...this.#values.values()].map(({ at }) => at));
    return this.devices().some(({ wornSince }) => wornSince !== null && now - wornSince < FIRST_MEASUREMENT_MS && newest < wornSince);
  }

  /** `{ageMs, at, stale, byHand, lost}` (lost: null or a kind of alert that says that it is no present value) of a vital's value at `now` (server's clock) and `localNow` (the page's), or null without one. */
  freshness(vital, now, localNow) {
    const known = this.#values.get(vital);
    if (!known) return null;
    const ageMs = age(now, known.at, localNow - known.arrivedAt);
    const periodMs = this.period(vital);
    const byHand = isByHand(vital, periodMs, this.#isCounted(vital, known.at));
    const kinds = byHand ? [] : [...this.#alerts.values()].filter((alert) =>
      clearsFreshness(alert, vital, known.at, this.#devices.get(alert.device)?.detached ?? null)).map(({ kind }) => kind);
    const lost = LOST.find((kind) => kinds.includes(kind)) ?? null;
    return { ageMs, at: known.at, byHand, lost, stale: lost !== null || ageMs > freshFor(vital, periodMs, byHand) };
  }

  #isCounted(vital, at) { return this.score?.parts.some((part) => part.vital === vital && part.state === "connu" && part.at === at) ?? false; }

  period(vital) { return period(this.samples(vital).map((sample) => sample.at)); }
}
