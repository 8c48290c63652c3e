import assert from "node:assert/strict";
import { test } from "node:test";
import { EXTRAS, VITALS } from "../../../www/model/vitals.js";
import { check, CHOSEN, Entry, TYPED, withSeconds } from "../../../www/patient/entry.js";

const AT = Date.parse("2026-11-22T14:43:18.250Z");

test("every vital of a patient can be entered", () => {
  assert.deepEqual([...TYPED, ...Object.keys(CHOSEN)].sort(), VITALS.map(({ name }) => name).filter((name) => !EXTRAS.includes(name)).sort());
});

test("empty fields are left out, letters go out as letters, oxygen as a number", () => {
  const typed = { respiratory_rate: "16", spo2: "", consciousness: "V", supplemental_o2: "1", temperature: "36,8" };
  assert.deepEqual(check(typed), { values: { respiratory_rate: 16, consciousness: "V", supplemental_o2: 1, temperature: 36.8 }, faults: {} });
  assert.deepEqual(check({ consciousness: "", supplemental_o2: "" }), { values: {}, faults: {} });
});

test("what no patient can have is found before it is sent", () => {
  const { values, faults } = check({ spo2: "101", temperature: "19,9", heart_rate: "abc", consciousness: "X", respiratory_rate: "2" });
  assert.deepEqual(faults, { spo2: "range", temperature: "range", heart_rate: "number", consciousness: "number" });
  assert.deepEqual(values, { respiratory_rate: 2 });
});

test("swapped pressures are found", () => {
  assert.deepEqual(check({ systolic_bp: "80", diastolic_bp: "120" }), { values: { systolic_bp: 80 }, faults: { diastolic_bp: "pressures" } });
  assert.deepEqual(check({ systolic_bp: "120", diastolic_bp: "80" }).faults, {});
  assert.deepEqual(check({ diastolic_bp: "80" }).faults, {});
});

test("the same value goes out with the same instant however often it is sent", () => {
  const entry = new Entry(12);
  const first = entry.body({ spo2: 97, temperature: 36.8 }, AT);
  assert.deepEqual(first, { patient: 12, mesures: [
    { type_donnee: "spo2", valeur: 97, unite: "%", timestamp: "2026-11-22T14:43:18.250Z" },
    { type_donnee: "temperature", valeur: 36.8, unite: "°C", timestamp: "2026-11-22T14:43:18.250Z" }] });
  assert.deepEqual(entry.body({ spo2: 97, temperature: 36.8 }, AT), first);
});

test("a value changed after a sending without answer is a reading of its own, and stays it", () => {
  const entry = new Entry(12);
  const instants = (value) => entry.body({ spo2: value }, AT).mesures[0].timestamp.slice(-4);
  assert.deepEqual([97, 96, 96, 97].map(instants), ["250Z", "251Z", "251Z", "252Z"]);
  assert.equal(entry.body({ spo2: 97 }, AT - 600_000).mesures[0].timestamp, "2026-11-22T14:33:18.250Z");
});

test("what was stored is not sent again, what was rejected is told by name", () => {
  const entry = new Entry(12);
  entry.body({ spo2: 97, temperature: 36.8, heart_rate: 70 }, AT);
  assert.deepEqual(entry.settle([{ index: 1, raison: "no" }]), { temperature: "no" });
  assert.deepEqual([...entry.stored], ["spo2", "heart_rate"]);
  assert.deepEqual(entry.body({ spo2: 97, temperature: 37.8, heart_rate: 70 }, AT).mesures.map((one) => one.type_donnee), ["temperature"]);
  assert.deepEqual(entry.settle([]), {});
  assert.equal(entry.body({ spo2: 97, temperature: 37.8, heart_rate: 70 }, AT), null);
});

test("an earlier minute keeps the seconds of the opening", () => {
  assert.equal(withSeconds(AT, AT), AT);
  assert.equal(withSeconds(Math.floor(AT / 60_000) * 60_000 - 600_000, AT), AT - 600_000);
});
