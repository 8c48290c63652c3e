import { SEVERITIES } from "./severity.js";

/** Pauses of the alarm sound: who has silenced what, until when. Pure; times are the server's. */

/** Why a pause was broken is shown for so long. */
const BROKEN_SHOWN_MS = 15_000;

/** A pause of the wire in the page's words, or null when it is none. */
export function readPause(wire) {
  const endsAt = Date.parse(wire?.fin);
  if (!wire || !Number.isInteger(wire.id) || Number.isNaN(endsAt)) return null;
  return {
    id: wire.id,
    patient: wire.patient ?? null,
    ward: wire.service ?? null,
    by: String(wire.par ?? ""),
    endsAt,
    severity: wire.niveau_gravite,
    endedAt: wire.terminee_le ? Date.parse(wire.terminee_le) : null,
    brokenBy: wire.rompue_par ?? null,
  };
}

const isRunning = (pause, now) => pause.endedAt === null && pause.endsAt > now;

/** A patient's pause silences that patient, a ward's everybody there. An alert that is worse than what was there when it began breaks it. */
const silences = (pause, alert) => (pause.patient === null || pause.patient === alert.patient)
  && SEVERITIES.indexOf(alert.severity) <= SEVERITIES.indexOf(pause.severity);

/** Broken by an alert, a moment ago. */
const isJustBroken = (pause, now) => pause.brokenBy !== null && pause.endedAt !== null && now - pause.endedAt < BROKEN_SHOWN_MS;

/** What is known of pauses: of each patient, and of the ward, the latest. */
export class Pauses {
  #latest = new Map();

  /** Takes in what is known of a subject's pause now; null: none runs. An older one that comes late changes nothing. */
  set(patient, ward, pause) {
    const subject = patient === null ? `ward ${ward}` : `patient ${patient}`;
    const known = this.#latest.get(subject);
    if (known && pause && (pause.id < known.id || (pause.id === known.id && known.endedAt !== null))) return false;
    if (pause) this.#latest.set(subject, { ...pause, patient, ward: patient === null ? ward : null });
    else this.#latest.delete(subject);
    return true;
  }

  forgetPatient(patient) { this.#latest.delete(`patient ${patient}`); }
  clear() { this.#latest.clear(); }

  /** Keeps those of these ids only: a snapshot names every pause that runs. */
  keep(ids) {
    for (const [subject, pause] of this.#latest) if (pause.endedAt === null && !ids.has(pause.id)) this.#latest.delete(subject);
  }

  /** The running ones, the one that ends first before the others. */
  running(now) { return [...this.#latest.values()].filter((pause) => isRunning(pause, now)).sort((a, b) => a.endsAt - b.endsAt); }

  /** The running one of a patient, or of the ward (`patient` null; `ward`: of this one only); or null. */
  of(patient, now, ward = null) {
    return this.running(now).find((pause) => pause.patient === patient && (patient !== null || ward === null || pause.ward === ward)) ?? null;
  }

  justBroken(now) { return [...this.#latest.values()].filter((pause) => isJustBroken(pause, now)); }

  silences(alert, now) { return this.running(now).some((pause) => silences(pause, alert)); }
}
