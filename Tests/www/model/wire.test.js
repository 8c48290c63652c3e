import assert from "node:assert/strict";
import { test } from "node:test";
import { clearsFreshness, isAbout, isEscalated } from "../../../www/model/alerts.js";
import { isInterruption } from "../../../www/model/interruption.js";
import { isLostPulse } from "../../../www/model/severity.js";
import { readDevice, readLatest, readMessage, readRows, readTraces } from "../../../www/model/wire.js";

const read = (wire) => readMessage(JSON.stringify(wire));
const AT = "2026-11-22T14:43:18.250Z";

const alert = {
  id: 7, patient: 12, type_alerte: "spo2_low", message: "SpO₂ à 88 %", niveau_gravite: "error", type_donnee: "spo2", cote: "bas", valeur: 88, seuil: 90, profil: "enfant_1_4",
  sources: [{ dispositif: 5, nom: "Bracelet 5" }, { dispositif: null, nom: null }],
  timestamp: AT, levee_le: AT, aggravee_le: null, premier_acquittement_le: AT, rappelee_le: null, escaladee_le: null,
  acquittee: false, acquittee_par: null, acquittee_le: null, terminee_le: null, version: 3,
};

test("readings are read with their patient and instants", () => {
  const message = read({ type: "iot_data", patient_id: 12, data: { spo2: { valeur: 97.5, unite: "%", timestamp: AT } } });
  assert.deepEqual(message, {
    kind: "readings", patient: 12, since: null, corrected: [], readings: [{ vital: "spo2", value: 97.5, at: Date.parse(AT) }] });
});

test("`corrige` names the vitals whose known value does not hold any more", () => {
  const message = read({ type: "iot_data", patient_id: 12, depuis: AT, data: {}, corrige: ["spo2", "inconnu", 3] });
  assert.deepEqual(message.corrected, ["spo2"]);
});

test("`depuis` says from when on the past must be fetched again", () => {
  assert.equal(read({ type: "iot_data", patient_id: 12, depuis: AT, data: {} }).since, Date.parse(AT));
});

test("a temperature of the skin is one, and what other devices contradict is beside the value", () => {
  const others = [{ valeur: 82, timestamp: AT, dispositif: 5 }, { valeur: "A", timestamp: AT }, null];
  assert.deepEqual(readLatest({ temperature: { valeur: 33, timestamp: AT, site: "peau" }, spo2: { valeur: 98, timestamp: AT, autres: others } }), [
    { vital: "temperature", value: 33, at: Date.parse(AT), onSkin: true },
    { vital: "spo2", value: 98, at: Date.parse(AT), others: [{ value: 82, at: Date.parse(AT), device: 5 }] }]);
  assert.deepEqual(readLatest({ temperature: { valeur: 37, timestamp: AT, site: "centrale" } }), [{ vital: "temperature", value: 37, at: Date.parse(AT) }]);
});

test("a lettered vital is read as its letter's place", () => {
  assert.deepEqual(readLatest({ consciousness: { valeur: "V", unite: "", timestamp: AT } }),
    [{ vital: "consciousness", value: 2, at: Date.parse(AT) }]);
});

test("an unknown vital, a value that is none and a time that is none are left out, their neighbours are not", () => {
  const good = { valeur: 70, unite: "bpm", timestamp: AT };
  const data = { glucose: good, spo2: { ...good, valeur: "97" }, temperature: { ...good, timestamp: "hier" },
    consciousness: { ...good, valeur: "X" }, systolic_bp: null, heart_rate: good };
  assert.deepEqual(readLatest(data).map(({ vital }) => vital), ["heart_rate"]);
});

test("the rows of the history are read like the rest", () => {
  const rows = [{ id: "a", dispositif: 1, type_donnee: "spo2", valeur: 96, unite: "%", timestamp: AT }, null, { type_donnee: "spo2" }];
  assert.deepEqual(readRows(rows), [{ vital: "spo2", value: 96, at: Date.parse(AT) }]);
  assert.deepEqual(readRows({ detail: "?" }), []);
});

test("a ward's traces are readings by patient, without vitals that this page does not know", () => {
  const traces = { 12: { spo2: [[1_000, 96], [2_000, 95.5]], inconnu: [[1_000, 1]] }, 13: { heart_rate: [[1_500, 70]] } };
  assert.deepEqual(readTraces(traces), new Map([
    [12, [{ vital: "spo2", value: 96, at: 1_000 }, { vital: "spo2", value: 95.5, at: 2_000 }]], [13, [{ vital: "heart_rate", value: 70, at: 1_500 }]]]));
});

test("alert and alert_update are read alike", () => {
  for (const type of ["alert", "alert_update"]) {
    const message = read({ type, patient_id: 12, data: { ...alert, acquittee: true, acquittee_par: "i.sow", acquittee_le: AT } });
    assert.equal(message.kind, "alert");
    assert.equal(message.patient, 12);
    assert.deepEqual(message.alert, {
      id: 7, patient: 12, ward: null, device: null, kind: "spo2_low", byHand: false, raisedBy: null, message: "SpO₂ à 88 %", severity: "error",
      vital: "spo2", side: "bas", value: 88, limit: 90, profile: "enfant_1_4", sources: [{ device: 5, name: "Bracelet 5" }, { device: null, name: null }], at: Date.parse(AT), raisedAt: Date.parse(AT), worsenedAt: null, firstAcknowledgedAt: Date.parse(AT), remindedAt: null, escalatedAt: null, acknowledged: true, acknowledgedBy: "i.sow", acknowledgedAt: Date.parse(AT), endedAt: null, hasTrace: false, hold: null, score: null, version: 3 });
  }
  assert.equal(read({ type: "alert", patient_id: 12, data: { ...alert, niveau_gravite: "?" } }), null);
});

test("what a person raised is no kind of the system's, whatever its words, and strikes no value out", () => {
  const bare = { ...alert, type_donnee: null, cote: null, valeur: null, seuil: null, message: "Signal perdu – Bracelet 8" };
  for (const type_alerte of ["signal_perdu", "capteur_detache", "pouls_introuvable", "service_non_surveille", "surveillance_interrompue", "spo2_bas"]) {
    for (const levee_par of ["a.diop", null]) {
      const { alert: read } = readMessage(JSON.stringify({ type: "alert", patient_id: 12, data: { ...bare, type_alerte, levee_par, timestamp: "2199-01-01T00:00:00Z" } }));
      assert.equal(read.byHand, true);
      for (const vital of ["spo2", "heart_rate", "temperature"]) {
        assert.equal(clearsFreshness(read, vital, 0, ["spo2", "heart_rate", "temperature"]), false, `${type_alerte} ${vital}`);
        assert.equal(isAbout(read, vital), false);
      }
      assert.deepEqual([isLostPulse(read), isEscalated(read), isInterruption(read)], [false, false, false]);
    }
    const { alert: own } = readMessage(JSON.stringify({ type: "alert", patient_id: 12, data: { ...bare, type_alerte, dispositif: 8 } }));
    assert.equal(own.kind, type_alerte);
  }
  const { alert: hold } = readMessage(JSON.stringify({ type: "alert", patient_id: 12, data: { ...bare, type_alerte: "absence" } }));
  assert.deepEqual([hold.byHand, hold.kind], [false, "absence"]);
});

test("a device's state is read, with what it does not say as unknown", () => {
  const { device } = read({ type: "dispositif", patient_id: 12, data: { id: 3, nom: "ESP32", statut: "actif", derniere_connexion: AT } });
  assert.deepEqual(device, { id: 3, patient: undefined, name: "ESP32", type: "", status: "actif", seenAt: Date.parse(AT), battery: null, rssi: null, firmware: null, detached: null, reasons: {}, wornSince: null,
    calibration: null, inverted: false });
  assert.equal(readDevice({}), null);
});

test("the vitals whose sensor is off are read, those that this page does not know are left out", () => {
  assert.deepEqual(readDevice({ id: 3, detaches: ["spo2", "glucose"] }).detached, ["spo2"]);
  assert.deepEqual(readDevice({ id: 3, detaches: [] }).detached, []);
});

const pause = { id: 4, patient: 12, service: null, par: "i.sow", debut: AT, fin: "2026-11-22T14:45:18.250Z", niveau_gravite: "warning", terminee_le: null, rompue_par: null };

test("why a device has no value is read for the vitals that this page knows", () => {
  assert.deepEqual(readDevice({ id: 3, raisons: { heart_rate: "no_pulse", glucose: "motion", spo2: 4 } }).reasons, { heart_rate: "no_pulse" });
  assert.deepEqual(readDevice({ id: 3, raisons: null }).reasons, {});
  assert.equal(readDevice({ id: 3, porte_depuis: AT }).wornSince, Date.parse(AT));
});

test("a device's calibration is read with who, when and against what", () => {
  const wire = { id: 7, le: AT, par: "i.sow", reference: "R 12", a: 0, b: -34, c: 111, spo2_min: 80, spo2_max: 99, en_service: true };
  assert.deepEqual(readDevice({ id: 3, etalonnage: wire }).calibration, { at: Date.parse(AT), by: "i.sow", reference: "R 12", inUse: true });
  assert.equal(readDevice({ id: 3, etalonnage: null, inverse: true }).inverted, true);
});

test("a pause is read with its subject, and its end as none", () => {
  const message = read({ type: "pause", patient_id: 12, service: null, data: pause });
  assert.deepEqual(message, { kind: "pause", patient: 12, ward: null, pause: {
    id: 4, patient: 12, ward: null, by: "i.sow", endsAt: Date.parse(pause.fin), severity: "warning", endedAt: null, brokenBy: null } });
  assert.deepEqual(read({ type: "pause", patient_id: null, service: 3, data: null }), { kind: "pause", patient: null, ward: 3, pause: null });
  assert.equal(read({ type: "pause", data: null }), null);
});

test("a score is read with its parts, and one that does not apply without numbers", () => {
  const part = { parametre: "spo2", etat: "connu", valeur: 93, timestamp: AT, points_minimum: 2, points_maximum: 2 };
  const data = { applicable: true, motif: null, echelle: 1, minimum: 3, maximum: 11, connus: 4, parametres: 7, risque_minimum: "faible",
    risque_maximum: "urgence", calcule_le: AT, parties: [part, { parametre: "glucose" }] };
  const { score } = read({ type: "score", patient_id: 12, data });
  assert.deepEqual([score.minimum, score.maximum, score.known, score.parameters, score.riskMaximum], [3, 11, 4, 7, "urgence"]);
  assert.deepEqual(score.parts, [{ vital: "spo2", state: "connu", value: 93, at: Date.parse(AT), byHand: false, minimum: 2, maximum: 2 }]);
  const none = read({ type: "score", patient_id: 12, data: { applicable: false, motif: "grossesse", echelle: 1, minimum: null, maximum: null, calcule_le: AT, parties: [] } });
  assert.deepEqual([none.score.applicable, none.score.reason, none.score.minimum], [false, "grossesse", null]);
  assert.equal(read({ type: "score", patient_id: 12, data: null }), null);
});

test("where a patient is now is read, and nowhere once discharged", () => {
  assert.deepEqual(read({ type: "patient", patient_id: 12, service: 3 }), { kind: "patient", patient: 12, ward: 3 });
  assert.deepEqual(read({ type: "patient", patient_id: 12, service: null }), { kind: "patient", patient: 12, ward: null });
  assert.equal(read({ type: "patient", service: 3 }), null);
});

test("ready, pulse and error are read", () => {
  assert.deepEqual(read({ type: "ready" }), { kind: "ready" });
  assert.deepEqual(read({ type: "pulse", timestamp: AT, a_jour: true }), { kind: "pulse", at: Date.parse(AT), upToDate: true });
  assert.deepEqual(read({ type: "pulse", timestamp: AT, a_jour: false }), { kind: "pulse", at: Date.parse(AT), upToDate: false });
  assert.deepEqual(read({ type: "pulse" }), { kind: "pulse", at: null, upToDate: true });
  assert.deepEqual(read({ error: "Format JSON invalide" }), { kind: "error", text: "Format JSON invalide" });
});

test("what is no JSON or not known is left alone", () => {
  for (const text of ["", "{", "null", "[]", "3", '"x"', '{"type":"news"}', '{"type":"alert","data":null}']) {
    assert.equal(readMessage(text), null, text);
  }
});
