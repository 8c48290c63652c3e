import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveState } from "../../../www/model/live-state.js";

const NOW = Date.parse("2026-11-22T14:43:00Z");
const reading = (value, at, vital = "spo2") => ({ vital, value, at });

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_low", message: "", severity: "warning", at: NOW,
  acknowledged: false, acknowledgedBy: null, acknowledgedAt: null, endedAt: null, version: 1, ...more });

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

const pulse = (upToDate = true, more = {}) => ({ kind: "pulse", at: null, upToDate, ...more });
const status = (status) => ({ status, reason: null, retryAt: null });
const spo2 = (at) => ({ kind: "readings", patient: 12, readings: [{ vital: "spo2", value: 97, at }], since: null, corrected: [] });

/** A state that is connected and has heard a value just now; with the gaps that it tells. */
function watching() {
  const state = new LiveState();
  const gaps = [];
  state.addEventListener("gap", ({ detail }) => gaps.push(detail.since));
  state.setConnection(status("connecting"), NOW - 10);
  state.setConnection(status("connected"), NOW);
  state.apply(spo2(NOW), NOW);
  state.apply({ kind: "ready" }, NOW);
  return { state, gaps };
}

const isStale = (state, at) => state.freshness(12, "spo2", at).stale;

test("a page that sees is not blind, and wants everything once its first snapshot is there", () => {
  const { state, gaps } = watching();
  assert.equal(state.blindSince(NOW + 1_000), null);
  assert.deepEqual(gaps, [-Infinity]);
});

test("a silent connection makes blind at once, since the last message, and no value is current", () => {
  const { state, gaps } = watching();
  state.setConnection(status("silent"), NOW + 4_500);
  assert.equal(state.blindSince(NOW + 4_500), NOW);
  assert.equal(isStale(state, NOW + 4_500), true);
  assert.equal(state.freshness(12, "spo2", NOW + 4_500).blind, true);
  for (const next of ["disconnected", "connecting"]) {
    state.setConnection(status(next), NOW + 9_000);
    assert.equal(state.blindSince(NOW + 9_000), NOW);
  }
  state.setConnection(status("connected"), NOW + 12_000);
  assert.equal(state.blindSince(NOW + 12_000), null);
  assert.equal(gaps.length, 1, "nothing is fetched before the snapshot is there");
  state.apply({ kind: "ready" }, NOW + 12_100);
  assert.ok(gaps[1] < NOW && gaps[1] > NOW - 60_000);
});

test("one that is heard again by itself sees at once, keeps its snapshot, and fetches what it may have missed", () => {
  const { state, gaps } = watching();
  state.addAlert(12, { id: 1, patient: 12, kind: "spo2_low", severity: "error", at: NOW, acknowledged: false, endedAt: null, version: 1 });
  state.setConnection(status("silent"), NOW + 4_500);
  state.setConnection(status("connected"), NOW + 6_000);
  assert.equal(state.blindSince(NOW + 6_000), null);
  assert.equal(gaps.length, 2);
  state.apply({ kind: "ready" }, NOW + 6_000);
  assert.equal(state.openAlerts().length, 1);
});

test("a short break of the connection is not told, a longer one is", () => {
  const { state } = watching();
  state.setConnection(status("disconnected"), NOW + 1_000);
  assert.equal(state.blindSince(NOW + 1_900), null);
  assert.equal(state.blindSince(NOW + 3_000), NOW);
});

test("a server that does not hear the database makes blind until it does, whatever the connection", () => {
  const { state, gaps } = watching();
  state.apply(pulse(false), NOW + 3_000);
  assert.equal(state.blindSince(NOW + 3_000), NOW + 3_000);
  assert.equal(isStale(state, NOW + 3_000), true);
  state.setConnection(status("disconnected"), NOW + 4_000);
  state.setConnection(status("connected"), NOW + 5_000);
  state.apply({ kind: "ready" }, NOW + 5_000);
  assert.equal(state.blindSince(NOW + 5_000), NOW + 3_000);
  assert.equal(gaps.length, 1);
  state.apply(pulse(true), NOW + 8_000);
  assert.equal(state.blindSince(NOW + 8_000), null);
  assert.equal(gaps.length, 2);
});

test("a page that is refused shows nothing, so it is not blind", () => {
  const { state } = watching();
  state.setConnection(status("error"), NOW);
  assert.equal(state.blindSince(NOW + 60_000), null);
});
