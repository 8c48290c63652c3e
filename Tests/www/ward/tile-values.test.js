import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { I18n } from "../../../www/kit/i18n.js";
import { PatientRecord } from "../../../www/model/patient-record.js";
import { rowHeights } from "../../../www/ward/tile-grid.js";
import { byHandText, isAbnormal, scoreView, takenAge, takenText } from "../../../www/ward/tile-values.js";

const NOW = 1_000_000;
const i18n = new I18n(() => JSON.parse(readFileSync(new URL("../../../www/locales/fr.json", import.meta.url), "utf8")), { getItem: () => null });
await i18n.start("fr");

const part = (vital, minimum, state = "connu") => ({ vital, state, minimum, maximum: state === "connu" ? minimum : 3, at: NOW, value: 1 });
const score = (minimum, maximum, parts, more = {}) => ({ applicable: true, minimum, maximum, parts, known: parts.filter(({ state }) => state === "connu").length, parameters: 7, riskMinimum: "faible", ...more });

function patient(values, itsScore = null) {
  const record = new PatientRecord();
  for (const [vital, value] of Object.entries(values)) record.addReading({ vital, value, at: NOW }, NOW);
  record.score = itsScore;
  return record;
}
const shown = (record, what) => byHandText(what, record, (vital) => (record.value(vital) ? { ageMs: 0, stale: false } : null), i18n);

test("a tile says what is taken at rounds in a few letters, and nothing of what is not known", () => {
  const record = patient({ respiratory_rate: 26, systolic_bp: 88, diastolic_bp: 52, supplemental_o2: 1, consciousness: 2 });
  assert.deepEqual(["respiratory_rate", "blood_pressure", "supplemental_o2", "consciousness"].map((what) => shown(record, what).text), ["26", "88/52", "oui", "V"]);
  assert.equal(shown(patient({ diastolic_bp: 52 }), "blood_pressure").text, "52");
  assert.equal(shown(patient({ consciousness: 0 }), "consciousness").text, null);
  assert.equal(shown(patient({}), "respiratory_rate").text, null);
});

test("a rate that violates its limit by less than a whole number has its decimal", () => {
  const record = patient({ respiratory_rate: 24.6 });
  const rule = (limit, side) => ({ id: 1, vital: "respiratory_rate", severity: "error", at: NOW, endedAt: null, acknowledged: false, escalatedAt: null, kind: "x", limit, side, version: limit });
  assert.equal(shown(record, "respiratory_rate").text, "25");
  record.addAlert(rule(24.5, "haut"));
  assert.equal(shown(record, "respiratory_rate").text, "25", "above 24,5 that is true");
  record.addAlert(rule(25, "bas"));
  assert.equal(shown(record, "respiratory_rate").text, "24,6");
});

test("what a person took says its age from an hour on, of two pressures the older's; what a device measures, and an alert patient's consciousness, do not", () => {
  const minutes = (count, byHand = true) => ({ ageMs: count * 60_000, byHand, stale: false });
  assert.deepEqual([minutes(59), minutes(60), minutes(252), minutes(252, false), null].map(takenAge), [null, 3_600_000, 15_120_000, null, null]);
  const record = patient({ respiratory_rate: 16, systolic_bp: 138, diastolic_bp: 80, consciousness: 0 });
  const ages = { respiratory_rate: 20, systolic_bp: 20, diastolic_bp: 190, consciousness: 250 };
  const freshness = (vital) => (record.value(vital) ? minutes(ages[vital]) : null);
  const taken = (what) => byHandText(what, record, freshness, i18n).taken;
  assert.deepEqual([taken("respiratory_rate"), taken("blood_pressure"), taken("supplemental_o2"), taken("consciousness")], [null, 11_400_000, null, null]);
  assert.equal(takenText(record, freshness, null, i18n), "PA 3\u00a0h");
  ages.respiratory_rate = 200;
  assert.equal(takenText(record, freshness, null, i18n), "FR, PA 3\u00a0h");
  ages.respiratory_rate = 300;
  assert.equal(takenText(record, freshness, { ageMs: 7_300_000 }, i18n), "FR 5\u00a0h · PA 3\u00a0h · Temp. 2\u00a0h");
});

test("a value is abnormal with an alarm that lasts or from 2 points on; with 1 point, or one that is too old, it is not", () => {
  const parts = [part("respiratory_rate", 3), part("systolic_bp", 1), part("supplemental_o2", 2), part("consciousness", 3, "ancien")];
  const record = patient({ spo2: 84, heart_rate: 80 }, score(6, 9, parts));
  record.addAlert({ id: 1, vital: "spo2", severity: "error", at: NOW, endedAt: null, acknowledged: true, escalatedAt: null, kind: "spo2_bas", version: 1 });
  assert.deepEqual(["spo2", "heart_rate", "respiratory_rate", "systolic_bp", "supplemental_o2", "consciousness"].map((vital) => isAbnormal(record, [vital])), [true, false, true, false, true, false]);
});

test("a score that may be anything is a question mark with what is missing; from a risk on it is what it can be", () => {
  const parts = [part("spo2", 0), part("heart_rate", 0), part("respiratory_rate", 0, "ancien"), part("systolic_bp", 0, "absent")];
  assert.deepEqual(scoreView(score(0, 14, parts), i18n), { text: "?", known: null, missing: "manque\u00a0: FR, PA",
    label: "NEWS2\u00a0: 0–14, 2 paramètres connus sur 7. manque\u00a0: FR, PA" });
  assert.deepEqual(["text", "known", "missing"].map((name) => scoreView(score(5, 12, parts, { riskMinimum: "urgent" }), i18n)[name]), ["5–12", "2/7", ""]);
  assert.equal(scoreView(score(3, 9, [part("spo2", 3)]), i18n).text, "3–9", "a single 3");
  assert.equal(scoreView(score(2, 2, [part("spo2", 2)], { known: 7 }), i18n).text, "2");
  assert.equal(scoreView(null, i18n), null);
});

test("an abnormal row is larger than each that is not, and together they never need more than there is", () => {
  const heights = Object.entries({ none: 0, small: 1.05, large: 2.6 });
  for (let bits = 0; bits < 24; bits++) {
    const abnormal = [1, 2, 4].map((bit) => (bits & bit) > 0), [rounds, height] = heights[bits >> 3];
    const rows = rowHeights(abnormal, rounds);
    assert.ok(rows.reduce((sum, row) => sum + row.height, height) <= 7.67, String(bits));
    const [large, small] = [true, false].map((which) => rows.filter((_, i) => abnormal[i] === which).map(({ height }) => height));
    if (large.length && small.length) assert.ok(Math.min(...large) > 1.25 * Math.max(...small), String(bits));
  }
});
