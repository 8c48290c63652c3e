import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_ALERTS, MAX_SAMPLES, PatientRecord, TRACE_MS } from "../../../www/model/patient-record.js";

const NOW = Date.parse("2026-11-22T14:43:00Z");
const reading = (value, at, vital = "spo2") => ({ vital, value, at });

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_low", message: "", severity: "warning", at: NOW,
  acknowledged: false, acknowledgedBy: null, acknowledgedAt: null, endedAt: null, version: 1, ...more });

/** A record with a spo2 reading a `periodMs` until NOW. */
const steady = (periodMs, count = 12) => {
  const record = new PatientRecord();
  for (let i = count - 1; i >= 0; i--) record.addReading(reading(97, NOW - i * periodMs), NOW - i * periodMs);
  return record;
};

test("the newest reading by its own time is the current one, in whatever order they come", () => {
  const record = new PatientRecord();
  record.addReading(reading(97, NOW), NOW);
  record.addReading(reading(80, NOW - 5_000), NOW);
  assert.equal(record.value("spo2").value, 97);
  assert.deepEqual(record.samples("spo2").map(({ value }) => value), [80, 97]);
});

test("a reading that comes twice is kept once, and a corrected one replaces it", () => {
  const record = new PatientRecord();
  record.addReading(reading(97, NOW), NOW);
  record.addReading(reading(97, NOW), NOW + 60_000);
  assert.equal(record.samples("spo2").length, 1);
  assert.equal(record.value("spo2").arrivedAt, NOW, "the same reading again does not make it younger");
  record.addReading(reading(96, NOW), NOW);
  assert.equal(record.value("spo2").value, 96);
  assert.equal(record.samples("spo2")[0].value, 96);
});

test("samples older than the trace are dropped, and their number has a limit", () => {
  const record = steady(1_000, 300);
  assert.ok(record.samples("spo2")[0].at >= NOW - TRACE_MS - 10_000);
  for (let i = 0; i < 3_000; i++) record.addReading(reading(97, NOW + i), NOW);
  assert.equal(record.samples("spo2").length, MAX_SAMPLES);
});

test("of two copies of an alert the greater version stays", () => {
  const record = new PatientRecord();
  assert.equal(record.addAlert(alert(1, { version: 2, acknowledged: true })), true);
  assert.equal(record.addAlert(alert(1, { version: 1 })), false);
  assert.equal(record.addAlert(alert(1, { version: 2 })), false);
  assert.equal(record.openAlerts()[0].acknowledged, true);
  assert.equal(record.addAlert(alert(1, { version: 3, severity: "error" })), true);
  assert.equal(record.openAlerts()[0].severity, "error");
});

test("an ended error stays open until it is acknowledged, an ended warning does not", () => {
  const record = new PatientRecord();
  record.addAlert(alert(1, { endedAt: NOW }));
  assert.equal(record.openAlerts().length, 0);
  record.addAlert(alert(2, { severity: "error", endedAt: NOW }));
  assert.equal(record.openAlerts().length, 1);
  record.addAlert(alert(2, { severity: "error", endedAt: NOW, acknowledged: true, version: 2 }));
  assert.equal(record.openAlerts().length, 0);
});

test("the worst open alert comes first: error, warning, ended, acknowledged", () => {
  const record = new PatientRecord();
  record.addAlert(alert(1, { severity: "error", acknowledged: true }));
  record.addAlert(alert(2, { severity: "error", endedAt: NOW }));
  record.addAlert(alert(3));
  record.addAlert(alert(4, { severity: "error" }));
  assert.deepEqual(record.openAlerts().map(({ id }) => id), [4, 3, 2, 1]);
});

test("the latest alerts leave out no open one, and forgetting takes closed ones only", () => {
  const record = new PatientRecord();
  record.addAlert(alert(1, { at: NOW - 1e9 }));
  for (let id = 2; id < MAX_ALERTS + 20; id++) record.addAlert(alert(id, { at: NOW + id, endedAt: NOW + id }));
  const latest = record.latestAlerts(5);
  assert.deepEqual(latest.map(({ id }) => id), [1, 119, 118, 117, 116, 115]);
});

test("an open alert stands above a newer one that is less severe, and both above what is over", () => {
  const record = new PatientRecord();
  record.addAlert(alert(1, { severity: "error", at: NOW - 180_000 }));
  record.addAlert(alert(2, { at: NOW }));
  record.addAlert(alert(3, { at: NOW + 1, endedAt: NOW + 2 }));
  record.addAlert(alert(4, { at: NOW - 1, severity: "error", acknowledged: true }));
  assert.deepEqual(record.latestAlerts(5).map(({ id }) => id), [1, 2, 4, 3]);
});

test("a value is stale after three of its periods, and not before ten seconds", () => {
  const freshness = (record, ms) => record.freshness("spo2", NOW + ms, NOW + ms).stale;
  assert.deepEqual([10_000, 10_001].map((ms) => freshness(steady(1_000), ms)), [false, true]);
  assert.deepEqual([15_000, 15_001].map((ms) => freshness(steady(5_000), ms)), [false, true]);
});

test("one outage does not stretch the period, and no device is slow enough to be believed for longer than five minutes", () => {
  const record = steady(1_000);
  record.addReading(reading(97, NOW + 60_000), NOW + 60_000);
  assert.equal(record.period("spo2"), 1_000);
  assert.equal(steady(600_000).freshness("spo2", NOW + 300_001, NOW + 300_001).stale, true);
});

test("a device whose clock runs ahead cannot keep its value young", () => {
  const record = new PatientRecord();
  record.addReading(reading(97, NOW + 60_000), NOW);
  const { ageMs, stale } = record.freshness("spo2", NOW + 11_000, NOW + 11_000);
  assert.deepEqual({ ageMs, stale }, { ageMs: 11_000, stale: true });
});

test("a value taken by hand counts for half a day", () => {
  const record = new PatientRecord();
  record.addReading(reading(120, NOW, "systolic_bp"), NOW);
  assert.equal(record.freshness("systolic_bp", NOW + 3_600_000, NOW + 3_600_000).stale, false);
  assert.equal(record.freshness("systolic_bp", NOW + 12 * 3_600_000 + 1, NOW + 12 * 3_600_000 + 1).stale, true);
});

test("a respiratory rate counts as taken by hand until a device sends it again and again", () => {
  const record = new PatientRecord();
  const staleAfter = (ms) => record.freshness("respiratory_rate", NOW + ms, NOW + ms).stale;
  record.addReading(reading(18, NOW, "respiratory_rate"), NOW);
  assert.deepEqual([600_000, 12 * 3_600_000 + 1].map(staleAfter), [false, true]);
  for (const before of [1_000, 2_000, 3_000]) record.addReading(reading(18, NOW - before, "respiratory_rate"), NOW);
  assert.equal(staleAfter(10_001), true);
});

test("a lost signal makes values stale at once, and one measured since is current again", () => {
  const record = steady(1_000);
  record.addAlert(alert(1, { kind: "signal_perdu" }));
  assert.equal(record.freshness("spo2", NOW + 100, NOW + 100).stale, true);
  record.addReading(reading(97, NOW + 1_000), NOW + 1_000);
  assert.equal(record.freshness("spo2", NOW + 1_100, NOW + 1_100).stale, false);
});

test("a temperature that a person took stands beside the skin's while the score counts it", () => {
  const record = new PatientRecord();
  const parts = (more) => ({ at: NOW, parts: [{ vital: "temperature", state: "connu", byHand: true, value: 38.5, at: NOW - 60_000, ...more }] });
  record.score = parts();
  assert.equal(record.coreTemperature(), null, "nothing is measured on the skin");
  record.addReading(reading(33.1, NOW, "temperature"), NOW);
  assert.deepEqual(record.coreTemperature(), { value: 38.5, at: NOW - 60_000 });
  for (const more of [{ byHand: false }, { state: "ancien" }, { at: NOW }]) {
    record.score = parts(more);
    assert.equal(record.coreTemperature(), null);
  }
});

test("a device tells why it has no value, and is waited for while it is new", () => {
  const record = steady(1_000);
  assert.equal(record.missingReason("heart_rate"), null);
  record.addDevice({ id: 3, reasons: { heart_rate: "no_pulse" }, wornSince: NOW - 60_000 });
  assert.equal(record.missingReason("heart_rate"), "no_pulse");
  assert.equal(record.awaitsFirstMeasurement(NOW), false);
  const empty = new PatientRecord();
  empty.addDevice({ id: 3, reasons: {}, wornSince: NOW });
  assert.deepEqual([0, 299_999, 300_000].map((ms) => empty.awaitsFirstMeasurement(NOW + ms)), [true, true, false]);
});

const pause = (id, more = {}) => ({ id, patient: 12, ward: null, by: "i.sow", endsAt: NOW + 120_000, severity: "warning", endedAt: null, brokenBy: null, ...more });

test("what other devices contradict stands beside the value until a newer one comes, and comes with a copy of it too", () => {
  const record = new PatientRecord();
  const others = [{ value: 82, at: NOW, device: 5 }];
  record.addReading({ ...reading(98, NOW), others }, NOW);
  assert.deepEqual(record.value("spo2").others, others);
  record.addReading(reading(98, NOW), NOW);
  assert.deepEqual(record.value("spo2").others, []);
  record.addReading({ ...reading(98, NOW), others }, NOW);
  record.addReading(reading(97, NOW - 5000), NOW);
  assert.deepEqual(record.value("spo2").others, others);
  record.addReading(reading(97, NOW + 1000), NOW + 1000);
  assert.deepEqual(record.value("spo2").others, []);
});
