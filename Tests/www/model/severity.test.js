import assert from "node:assert/strict";
import { test } from "node:test";
import { byWaiting } from "../../../www/model/alerts.js";
import { byUrgency, entriesOf, isHigh, patientsByTone, rank, technicalOf, toneOf, URGENT_RANK } from "../../../www/model/severity.js";

const alert = (id, more = {}) => ({ id, patient: 12, ward: null, kind: "spo2_bas", severity: "warning", at: id * 1_000, raisedAt: id * 1_000 + 400, acknowledged: false,
  remindedAt: null, escalatedAt: null, endedAt: null, version: 1, vital: "spo2", side: "bas", value: 84, limit: 90, ...more });
const score = (minimum, ...points) => ({ applicable: true, minimum, maximum: 20, parts: points.map((each) => ({ minimum: each })) });
const ids = (alerts) => alerts.map(({ id }) => id);

/** Each stands before all that follow it. */
const ORDER = {
  "a lost pulse": [alert(1, { kind: "pouls_introuvable", severity: "error", vital: null })],
  "an error about the patient": [alert(2, { severity: "error" })],
  "a score of 7": [null, score(7, 2, 2, 2, 1)],
  "a patient who is not measured, for long": [alert(3, { kind: "signal_perdu", severity: "error" })],
  "a patient who is not measured": [alert(4, { kind: "capteur_detache" })],
  "a warning about the patient": [alert(5)],
  "an error that ended and waits": [alert(6, { severity: "error", endedAt: 9_000 })],
  "what a person noted": [alert(7, { severity: "info", kind: "main:chute" })],
  "an acknowledged error that lasts": [alert(8, { severity: "error", acknowledged: true })],
  "a clock that is wrong": [alert(9, { kind: "horloge", severity: "error" })],
  "a flat battery": [alert(10, { kind: "batterie_faible" })],
  "an acknowledged battery": [alert(11, { kind: "batterie_faible", acknowledged: true })],
  "an absence": [alert(12, { kind: "absence", severity: "info", hold: { id: 1 } })],
};

test("patients stand in the order of severity, whatever came last", () => {
  const ranks = Object.values(ORDER).map(([worst, itsScore]) => rank(worst, itsScore));
  assert.deepEqual(ranks, ranks.toSorted((a, b) => b - a));
  assert.equal(new Set(ranks).size, ranks.length, "no two are the same");
  const alerts = Object.values(ORDER).map(([worst]) => worst).filter(Boolean);
  assert.deepEqual(ids(alerts.toReversed().sort(byUrgency)), ids(alerts));
  assert.deepEqual(ranks.filter((each) => each >= URGENT_RANK).length, 2, "a lost pulse and an error move a tile at once");
  assert.equal(rank(undefined), 0);
});

test("an acknowledged alert does not hide a score of 7, nor a single 3; a lower score moves nobody", () => {
  const acknowledged = ORDER["an acknowledged error that lasts"][0];
  assert.ok(rank(acknowledged, score(7)) > rank(alert(1, { kind: "batterie_faible" })));
  assert.deepEqual([score(6, 2, 2, 2), score(3, 3), score(7), null, { applicable: false, parts: [] }].map(isHigh), [false, true, true, false, false]);
});

test("of equally bad alerts the one that was passed on stands first, then the newest", () => {
  assert.deepEqual(ids([alert(1, { escalatedAt: 5 }), alert(2), alert(3)].sort(byUrgency)), [1, 3, 2]);
});

test("what is about the equipment alone is an information; of what a person wrote the kind says nothing", () => {
  assert.deepEqual(["signal_perdu", "mesure_absente", "capteur_detache", "batterie_faible", "horloge", "capteurs_discordants", "spo2_bas", "pouls_introuvable", "main:batterie_faible"]
    .map((kind) => technicalOf({ kind })), ["lost", "lost", "lost", "equipment", "equipment", "equipment", null, null, null]);
  assert.deepEqual([toneOf(alert(1, { kind: "horloge", severity: "error" })), toneOf(alert(1, { kind: "signal_perdu", severity: "error" }))], ["info", "error"]);
});

test("a patient is counted once, by the worst alert, and the ward's own alerts are no patients", () => {
  const ofWard = alert(9, { patient: null, ward: 1, kind: "service_non_surveille", severity: "error" });
  const alerts = [alert(1), alert(2, { severity: "error" }), alert(3, { patient: 13 }), alert(4, { patient: 14, kind: "batterie_faible" }), ofWard];
  assert.deepEqual(patientsByTone(alerts), [["error", 1], ["warning", 1], ["info", 1]]);
  assert.deepEqual(patientsByTone([ofWard]), []);
});

test("a banner has one entry per patient, what ended last, each with the number of its alerts", () => {
  const ended = alert(1, { patient: 15, severity: "error", endedAt: 2_000, escalatedAt: 1_500 });
  const entries = entriesOf([ended, alert(2, { severity: "error", escalatedAt: 3_000 }), alert(3, { severity: "error", escalatedAt: 3_500 }), alert(4, { patient: 16, kind: "pouls_introuvable", severity: "error", escalatedAt: 9_000 })], byWaiting);
  assert.deepEqual(entries.map(({ alert: { id }, count }) => [id, count]), [[4, 1], [2, 2], [1, 1]]);
});
