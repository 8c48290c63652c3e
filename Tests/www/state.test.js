import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveState } from "../../www/model/live-state.js";
import { MAX_ALERTS, MAX_SAMPLES, PatientRecord, TRACE_MS } from "../../www/model/patient-record.js";

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
  assert.deepEqual(latest.map(({ id }) => id), [119, 118, 117, 116, 115, 1]);
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

test("ages are by the server's clock, which the pulses tell: the fastest of them is believed", () => {
  const state = new LiveState();
  state.addReadings(12, [reading(97, NOW)], NOW - 300_000);
  state.apply({ kind: "pulse", at: NOW + 1_000, upToDate: true }, NOW - 298_000);  // a second late on the way
  state.apply({ kind: "pulse", at: NOW + 2_000, upToDate: true }, NOW - 298_000);
  assert.equal(state.clock.offset, 300_000);
  assert.equal(state.freshness(12, "spo2", NOW - 298_000).ageMs, 2_000);
});

test("a Date header serves only until the first pulse, and only against a clock that is clearly off", () => {
  const state = new LiveState();
  state.clock.hearRoughly(NOW, NOW + 1_200);
  assert.equal(state.clock.offset, 0);
  state.clock.hearRoughly(NOW, NOW - 60_000);
  assert.equal(state.clock.offset, 60_500);
  state.clock.hear(NOW, NOW - 60_010);
  assert.equal(state.clock.offset, 60_010);
});

test("what changed is told, with its patient; an old copy of an alert is not", () => {
  const state = new LiveState();
  const told = [];
  for (const type of ["readings", "alert", "older", "device", "ready", "server-error"]) {
    state.addEventListener(type, ({ detail }) => told.push([type, detail.patient]));
  }
  state.apply({ kind: "readings", patient: 12, readings: [reading(97, NOW)], since: NOW - 60_000, corrected: [] }, NOW);
  state.apply({ kind: "alert", patient: 12, alert: alert(1) });
  state.apply({ kind: "alert", patient: 12, alert: alert(1) });
  state.apply({ kind: "device", patient: 12, device: { id: 3 } });
  state.apply({ kind: "ready" });
  state.apply({ kind: "error", text: "non" });
  assert.deepEqual(told, [["readings", 12], ["older", 12], ["alert", 12], ["device", 12], ["ready", undefined], ["server-error", undefined]]);
});

test("a correction replaces the known value by an older one, or by none, and takes the samples back", () => {
  const state = new LiveState();
  const message = { kind: "readings", patient: 12, readings: [reading(95, NOW - 1000), reading(35, NOW)], since: null, corrected: [] };
  state.apply(message, NOW);
  state.apply({ ...message, readings: [reading(95, NOW - 1000)], since: NOW, corrected: ["spo2"] }, NOW);
  assert.equal(state.record(12).value("spo2").value, 95);
  assert.deepEqual(state.record(12).samples("spo2").map((sample) => sample.value), [95]);
  state.apply({ ...message, readings: [], since: NOW - 1000, corrected: ["spo2"] }, NOW);
  assert.equal(state.record(12).value("spo2"), undefined);
  assert.deepEqual(state.record(12).samples("spo2"), []);
});

test("the connection remembers since when it is lost, over all attempts", () => {
  const state = new LiveState();
  state.setConnection({ status: "connected", reason: null, retryAt: null });
  assert.equal(state.connection.lostAt, null);
  state.setConnection({ status: "disconnected", reason: null, retryAt: 1 });
  const { lostAt } = state.connection;
  assert.ok(lostAt !== null);
  state.setConnection({ status: "connecting", reason: null, retryAt: null });
  assert.equal(state.connection.lostAt, lostAt);
});

test("the last contact is the last message, not the moment when its lack was noticed", () => {
  const state = new LiveState();
  state.apply({ kind: "pulse", at: null, upToDate: true }, 1_000);
  state.setConnection({ status: "connected", reason: null, retryAt: null });
  state.setConnection({ status: "disconnected", reason: null, retryAt: null });
  assert.equal(state.connection.heardAt, 1_000);
  assert.ok(state.connection.lostAt > 1_000);
  state.forget();
  assert.equal(state.connection.heardAt, null);
});

test("a device that moved to another patient is no longer shown with this one", () => {
  const state = new LiveState();
  const devices = () => state.record(12).devices().map(({ id }) => id);
  state.addDevice(12, { id: 3, patient: 12 });
  state.addDevice(12, { id: 4, patient: undefined });
  assert.deepEqual(devices(), [3, 4]);
  state.addDevice(12, { id: 3, patient: 13 });
  state.addDevice(12, { id: 4, patient: null });
  assert.deepEqual(devices(), []);
});

test("where a patient is now is told, and a patient who left is forgotten with everything that was known", () => {
  const state = new LiveState();
  const told = [];
  for (const type of ["readings", "alert", "device"]) state.addEventListener(type, ({ detail }) => told.push([type, detail.patient]));
  state.addEventListener("patient", ({ detail }) => told.push(["patient", detail.patient, detail.ward]));
  state.addReadings(12, [reading(97, NOW)], NOW);
  state.addReadings(13, [reading(95, NOW)], NOW);
  state.addAlert(12, alert(1));
  told.length = 0;
  state.apply({ kind: "patient", patient: 12, ward: 4 });
  state.forgetPatient(12);
  state.forgetPatient(99);
  assert.deepEqual(told, [["patient", 12, 4], ["readings", 12], ["alert", 12], ["device", 12]]);
  assert.equal(state.record(12).value("spo2"), undefined);
  assert.deepEqual(state.record(12).openAlerts(), []);
  assert.equal(state.record(13).value("spo2").value, 95);
});

test("once the server refuses the room nothing is shown as known, and what still arrives is not taken in", () => {
  const state = new LiveState();
  const values = () => [state.record(12).value("spo2"), ...state.record(12).openAlerts(), ...state.record(12).devices()];
  state.addReadings(12, [reading(97, NOW)], NOW);
  state.addAlert(12, alert(1));
  state.addDevice(12, { id: 3, patient: 12 });
  state.setConnection({ status: "disconnected", reason: null, retryAt: 1 });
  assert.equal(state.record(12).value("spo2").value, 97, "a lost connection keeps what was known, to grow old");
  state.setConnection({ status: "error", reason: "not_allowed", retryAt: null });
  assert.deepEqual(values(), [undefined]);
  state.addReadings(12, [reading(98, NOW + 1)], NOW + 1);
  state.addAlert(12, alert(2));
  state.addDevice(12, { id: 4, patient: 12 });
  assert.deepEqual(values(), [undefined]);
  state.setConnection({ status: "connecting", reason: null, retryAt: null });
  state.addReadings(12, [reading(98, NOW + 1)], NOW + 1);
  assert.equal(state.record(12).value("spo2").value, 98);
});

const pause = (id, more = {}) => ({ id, patient: 12, ward: null, by: "i.sow", endsAt: NOW + 120_000, severity: "warning", endedAt: null, brokenBy: null, ...more });

test("a pause runs until its end by the server's clock, and an older one that comes late changes nothing", () => {
  const state = new LiveState();
  state.apply({ kind: "pause", patient: 12, ward: null, pause: pause(4) });
  assert.equal(state.pauses.of(12, NOW).by, "i.sow");
  assert.equal(state.pauses.of(null, NOW), null);
  assert.equal(state.pauses.of(12, NOW + 120_000), null);
  state.apply({ kind: "pause", patient: 12, ward: null, pause: pause(3, { endedAt: NOW }) });
  assert.equal(state.pauses.of(12, NOW).id, 4);
  state.apply({ kind: "pause", patient: 12, ward: null, pause: pause(4, { endedAt: NOW, brokenBy: 7 }) });
  state.apply({ kind: "pause", patient: 12, ward: null, pause: pause(4) });
  assert.equal(state.pauses.of(12, NOW), null);
  assert.deepEqual(state.pauses.justBroken(NOW + 1_000).map(({ brokenBy }) => brokenBy), [7]);
  assert.deepEqual(state.pauses.justBroken(NOW + 60_000), []);
});

test("a patient's pause silences that patient, a ward's everybody, and neither what is worse than it covers", () => {
  const state = new LiveState();
  state.addPause(12, null, pause(1));
  assert.equal(state.pauses.silences(alert(1), NOW), true);
  assert.equal(state.pauses.silences(alert(1, { severity: "error" }), NOW), false);
  assert.equal(state.pauses.silences(alert(1, { patient: 13 }), NOW), false);
  state.addPause(null, 3, pause(2, { patient: null, severity: "error" }));
  assert.equal(state.pauses.silences(alert(1, { patient: 13, severity: "error" }), NOW), true);
});

test("what was open before the connection was lost and is not in the new snapshot is over", () => {
  const state = new LiveState();
  const connect = () => state.setConnection({ status: "connected", reason: null, retryAt: null });
  connect();
  for (const id of [1, 2]) state.apply({ kind: "alert", patient: 12, alert: alert(id) });
  state.apply({ kind: "pause", patient: 12, ward: null, pause: pause(4) });
  state.apply({ kind: "ready" });
  assert.equal(state.record(12).openAlerts().length, 2);
  state.setConnection({ status: "disconnected", reason: null, retryAt: 1 });
  connect();
  state.apply({ kind: "alert", patient: 12, alert: alert(2) });
  assert.equal(state.record(12).openAlerts().length, 2, "not before the snapshot is complete");
  state.apply({ kind: "ready" });
  assert.deepEqual(state.record(12).openAlerts().map(({ id }) => id), [2]);
  assert.equal(state.pauses.of(12, NOW), null);
});

test("a score that comes late does not replace a newer one", () => {
  const state = new LiveState();
  state.addScore(12, { at: 2, minimum: 3 });
  state.addScore(12, { at: 1, minimum: 0 });
  assert.equal(state.record(12).score.minimum, 3);
});

test("a detached sensor makes the vitals stale that the device names, all of them when it names none, and none taken by hand", () => {
  const state = new LiveState();
  state.addReadings(12, [reading(97, NOW), reading(72, NOW, "heart_rate"), reading(120, NOW, "systolic_bp")], NOW);
  state.addAlert(12, alert(1, { kind: "capteur_detache", device: 3, at: NOW + 500 }));
  const stale = () => ["spo2", "heart_rate", "systolic_bp"].filter((vital) => state.freshness(12, vital, NOW + 1_000).stale);
  assert.deepEqual(stale(), ["spo2", "heart_rate"]);
  state.addDevice(12, { id: 3, patient: 12, detached: ["spo2"] });
  assert.deepEqual(stale(), ["spo2"]);
  state.addReadings(12, [reading(96, NOW + 900)], NOW + 900);
  assert.deepEqual(stale(), ["spo2"], "whatever a sensor that is off may send");
  state.addAlert(12, alert(1, { kind: "capteur_detache", device: 3, endedAt: NOW + 950, version: 2 }));
  assert.deepEqual(stale(), []);
});
