import { readAlert } from "./alerts.js";
import { readPause } from "./pauses.js";
import { readScore } from "./score.js";
import { numberOf, vital } from "./vitals.js";

/** Reads what the server pushes and what the readings' routes answer. Pure; what cannot be read is left out. */

/** One reading in the page's words, or null: an unknown vital, a value or a time that is none. */
function readReading(name, wire) {
  const entry = vital(name);
  if (!entry || !wire) return null;
  const value = numberOf(entry, wire.valeur);
  const at = Date.parse(wire.timestamp);
  if (value === null || Number.isNaN(at)) return null;
  const reading = { vital: name, value, at };
  if (wire.site === "peau") reading.onSkin = true;
  const others = Array.isArray(wire.autres) ? wire.autres.map((other) => readOther(entry, other)).filter(Boolean) : [];
  return others.length ? { ...reading, others } : reading;
}

/** What another device says at the same time, which contradicts a reading. */
function readOther(entry, wire) {
  const value = numberOf(entry, wire?.valeur), at = Date.parse(wire?.timestamp);
  return value === null || Number.isNaN(at) ? null : { value, at, device: wire.dispositif ?? null };
}

/** `{"spo2":{"valeur","unite","timestamp"},…}`, as in `iot_data` and `latest_data`. */
export const readLatest = (data) =>
  Object.entries(data ?? {}).map(([name, wire]) => readReading(name, wire)).filter(Boolean);

/** The rows of `api/iot/data/`. */
export const readRows = (rows) =>
  (Array.isArray(rows) ? rows : []).map((row) => readReading(row?.type_donnee, row)).filter(Boolean);

/** A ward's traces, `{"12": {"spo2": [[ms, value], …]}}`: readings by patient. */
export const readTraces = (wire) => new Map(Object.entries(wire ?? {}).map(([patient, vitals]) => [Number(patient),
  Object.entries(vitals).filter(([name]) => vital(name)).flatMap(([name, samples]) => samples.map(([at, value]) => ({ vital: name, value, at })))]));

/** A device of the wire in the page's words, or null. */
export function readDevice(wire) {
  if (!wire || !Number.isInteger(wire.id)) return null;
  return {
    id: wire.id,
    patient: wire.patient,  // null: nobody wears it; undefined: not said
    name: String(wire.nom ?? ""),
    type: String(wire.type_dispositif ?? ""),
    status: String(wire.statut ?? ""),
    seenAt: wire.derniere_connexion ? Date.parse(wire.derniere_connexion) : null,
    battery: Number.isFinite(wire.batterie) ? wire.batterie : null,
    rssi: Number.isFinite(wire.rssi) ? wire.rssi : null,
    firmware: wire.firmware ? String(wire.firmware) : null,
    reasons: reasonsOf(wire.raisons),
    wornSince: wire.porte_depuis ? Date.parse(wire.porte_depuis) : null,  // null: not said, or nobody wears it
    calibration: readCalibration(wire.etalonnage),  // null: never calibrated
    inverted: wire.inverse === true,
    detached: Array.isArray(wire.detaches) ? wire.detaches.filter(vital) : null,  // null: not said
  };
}

function readCalibration(wire) {
  if (!wire || typeof wire !== "object") return null;
  return { at: Date.parse(wire.le), by: String(wire.par ?? ""), reference: String(wire.reference ?? ""), inUse: wire.en_service === true };
}

/** Why there is no value, by vital: `{spo2: "no_pulse"}`. */
function reasonsOf(wire) {
  if (!wire || typeof wire !== "object") return {};
  return Object.fromEntries(Object.entries(wire).filter(([name, reason]) => vital(name) && typeof reason === "string"));
}

/** One message of a socket as `{kind, …}`; null for what this page does not know, which a newer server may send. */
export function readMessage(text) {
  let wire;
  try {
    wire = JSON.parse(text);
  } catch {
    return null;
  }
  if (!wire || typeof wire !== "object") return null;
  if (typeof wire.error === "string") return { kind: "error", text: wire.error };
  switch (wire.type) {
    case "iot_data": {
      const since = Date.parse(wire.depuis ?? wire.data?.depuis);
      return {
        kind: "readings",
        patient: wire.patient_id,
        readings: readLatest(wire.data),
        since: Number.isNaN(since) ? null : since,
        corrected: (Array.isArray(wire.corrige) ? wire.corrige : []).filter(vital),
      };
    }
    case "alert":
    case "alert_update": {
      const alert = readAlert(wire.data);
      return alert && { kind: "alert", patient: wire.patient_id ?? alert.patient, alert };
    }
    case "pause": {
      const pause = readPause(wire.data);
      const [patient, ward] = [wire.patient_id ?? pause?.patient ?? null, wire.service ?? pause?.ward ?? null];
      return patient === null && ward === null ? null : { kind: "pause", patient, ward, pause };
    }
    case "score": {
      const score = readScore(wire.data);
      return score && Number.isInteger(wire.patient_id) ? { kind: "score", patient: wire.patient_id, score } : null;
    }
    case "dispositif": {
      const device = readDevice(wire.data);
      return device && { kind: "device", patient: wire.patient_id ?? device.patient, device };
    }
    case "patient":
      if (!Number.isInteger(wire.patient_id)) return null;
      return { kind: "patient", patient: wire.patient_id, ward: Number.isInteger(wire.service) ? wire.service : null };
    case "ready":
      return { kind: "ready" };
    case "pulse": {
      const at = Date.parse(wire.timestamp);
      // A daemon that does not hear the database says so.
      return { kind: "pulse", at: Number.isNaN(at) ? null : at, upToDate: wire.a_jour !== false };
    }
    default:
      return null;
  }
}
