import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { AlarmMonitor } from "../../../www/alarms/alarm-monitor.js";
import { SoundPlayer } from "../../../www/alarms/sound-player.js";
import { HeardWards } from "../../../www/model/heard-wards.js";

const alert = (id, patient, more = {}) => ({ id, patient, ward: null, kind: "spo2_bas", severity: "error", at: id, raisedAt: id, remindedAt: null, escalatedAt: null,
  acknowledged: false, endedAt: null, hold: null, version: 1, ...more });
const pause = (id, more) => ({ id, patient: null, ward: null, by: "sow", endsAt: Date.now() + 60_000, severity: "error", endedAt: null, brokenBy: null, ...more });

/** Two wards that are heard and connected, with an alert each. */
function heard() {
  const alarms = new HeardWards();
  const [third, fourth] = [3, 4].map((ward) => alarms.add(ward));
  for (const state of [third, fourth]) {
    state.setConnection({ status: "connected", reason: null, retryAt: null });
    state.apply({ kind: "ready" });
  }
  third.addAlert(30, alert(1, 30));
  fourth.addAlert(40, alert(2, 40, { severity: "warning" }));
  return { alarms, third, fourth, monitor: new AlarmMonitor(alarms, new SoundPlayer(), () => {}) };
}

const ids = (alerts) => alerts.map(({ id }) => id);

test("the alerts of every ward are heard and counted; a snapshot of one says nothing about the others", () => {
  const { alarms, fourth, monitor } = heard();
  assert.deepEqual([ids(alarms.openAlerts()), ids(monitor.audible()), monitor.subjects()], [[1, 2], [1, 2], 2]);
  fourth.setConnection({ status: "disconnected", reason: null, retryAt: null });
  fourth.setConnection({ status: "connected", reason: null, retryAt: null });
  fourth.apply({ kind: "ready" });
  assert.deepEqual(ids(alarms.openAlerts()), [1]);
  assert.deepEqual([alarms.alert(1).patient, alarms.wardOf({ id: 1 }), alarms.alert(2)], [30, 3, undefined]);
});

test("a ward's pause silences that ward alone, and the sound is paused once every ward's is", () => {
  const { alarms, monitor } = heard();
  alarms.addPause(null, 3, pause(1, { ward: 3 }));
  assert.deepEqual(ids(monitor.audible()), [2]);
  assert.equal(alarms.allPaused(alarms.now()), null);
  assert.deepEqual([alarms.pauses.of(null, alarms.now(), 3)?.id, alarms.pauses.of(null, alarms.now(), 4)], [1, null]);
  alarms.addPause(null, 4, pause(2, { ward: 4, endsAt: Date.now() + 30_000 }));
  assert.deepEqual([ids(monitor.audible()), alarms.allPaused(alarms.now()).id], [[], 2], "the one that ends first");
  alarms.addPause(40, null, pause(3, { patient: 40 }));
  assert.deepEqual(alarms.pauses.running(alarms.now()).map(({ id }) => id).sort(), [1, 2, 3]);
});

test("what this page does itself is known in the alert's ward at once", () => {
  const { alarms, third } = heard();
  alarms.addAlert(30, alert(1, 30, { acknowledged: true, version: 2 }));
  assert.equal(third.alert(1).acknowledged, true);
  assert.deepEqual(ids(alarms.openAlerts().filter(({ acknowledged }) => !acknowledged)), [2]);
});

test("what stands on every page: what nobody answered, and urgent alerts that the page does not show", () => {
  const { third, fourth, monitor } = heard();
  third.addAlert(31, alert(5, 31, { severity: "warning", escalatedAt: 9 }));
  fourth.addAlert(41, alert(6, 41));
  const isShown = ({ patient }) => patient < 40;
  assert.deepEqual(ids(monitor.standing(isShown)).sort(), [5, 6]);
});

test("one ward that is lost is an alarm of this screen, whatever the others; one that is refused is said and silences none", () => {
  const { alarms, third, fourth, monitor } = heard();
  mock.timers.enable({ apis: ["Date"], now: Date.now() });
  try {
    fourth.setConnection({ status: "disconnected", reason: null, retryAt: null });
    mock.timers.tick(6_000);
    monitor.attend();
    assert.deepEqual([ids(monitor.audible()), monitor.reception()], [[0, 1, 2], "lost"]);
    fourth.setConnection({ status: "error", reason: null, retryAt: null });
    monitor.attend();
    assert.deepEqual([ids(monitor.audible()), monitor.reception(), alarms.connection.status], [[1], "lost", "connected"]);
    alarms.remove(4);
    assert.deepEqual([monitor.reception(), alarms.wards], ["received", [3]]);
    third.setConnection({ status: "error", reason: null, retryAt: null });
    assert.deepEqual([alarms.connection.status, monitor.reception(), ids(monitor.audible())], ["error", "lost", []]);
  } finally {
    mock.timers.reset();
  }
});

test("who goes to another ward is forgotten in the old one, and the events say of which ward they are", () => {
  const { alarms, third } = heard();
  const told = [];
  alarms.addEventListener("patient", ({ detail }) => told.push([detail.patient, detail.ward, detail.of]));
  third.apply({ kind: "patient", patient: 30, ward: 4 });
  assert.deepEqual([told, ids(alarms.openAlerts())], [[[30, 4, 3]], [2]]);
});
