import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { AlarmMonitor } from "../../../www/alarms/alarm-monitor.js";
import { SoundPlayer } from "../../../www/alarms/sound-player.js";
import { LiveState } from "../../../www/model/live-state.js";

const BEGIN = Date.parse("2026-11-29T10:00:00Z");
const pulse = (upToDate) => ({ kind: "pulse", at: Date.now(), askedAt: null, upToDate });
const serverAlert = (more = {}) => ({
  id: 7, patient: null, ward: 3, kind: "surveillance_interrompue", message: "m", severity: "error", at: Date.now(), raisedAt: Date.now(),
  remindedAt: null, escalatedAt: null, acknowledged: false, endedAt: null, version: 1, ...more,
});

/** A connected page at 10:00; without Web Audio, as in node, it is silent and knows what would sound. */
function page(t) {
  mock.timers.enable({ apis: ["Date", "setTimeout"], now: BEGIN });
  t.after(() => mock.timers.reset());
  const alarms = new LiveState();
  const monitor = new AlarmMonitor(alarms, new SoundPlayer(), () => {});
  alarms.setConnection({ status: "connected", reason: null, retryAt: null });
  alarms.apply({ kind: "ready" });
  alarms.apply(pulse(true));
  const pass = (seconds) => {
    for (let second = 0; second < seconds; second++) {
      mock.timers.tick(1_000);
      monitor.attend();
    }
  };
  return { alarms, monitor, pass, heard: () => monitor.audible().map(({ id }) => id) };
}

test("a server that does not hear the database is one audible error, until it does again", (t) => {
  const { alarms, monitor, pass, heard } = page(t);
  alarms.apply(pulse(false));
  monitor.attend();
  assert.deepEqual(heard(), []);
  pass(1);
  assert.deepEqual(heard(), [0]);
  assert.deepEqual([monitor.count(), monitor.worst()], [1, "error"]);
  alarms.apply(pulse(true));
  assert.deepEqual(heard(), []);
});

test("a connection that is lost for 5 s is one too", (t) => {
  const { alarms, pass, heard } = page(t);
  alarms.setConnection({ status: "disconnected", reason: null, retryAt: null });
  pass(4);
  assert.deepEqual(heard(), []);
  pass(1);
  assert.deepEqual(heard(), [0]);
});

test("the server's alert takes the place of the screen's own; acknowledged, neither is heard; ended, it waits for somebody", (t) => {
  const { alarms, monitor, pass, heard } = page(t);
  alarms.apply(pulse(false));
  pass(15);
  alarms.apply({ kind: "alert", patient: null, alert: serverAlert() });
  assert.deepEqual(heard(), [7]);
  alarms.apply({ kind: "alert", patient: null, alert: serverAlert({ acknowledged: true, version: 2 }) });
  pass(1);
  assert.deepEqual(heard(), []);
  alarms.apply({ kind: "alert", patient: null, alert: serverAlert({ endedAt: Date.now(), version: 3 }) });
  alarms.apply(pulse(true));
  assert.deepEqual([heard(), monitor.waiting().length], [[7], 1]);
});

test("its sound is paused on this screen for two minutes, and for the server's alert too; the next interruption is heard", (t) => {
  const { alarms, monitor, pass, heard } = page(t);
  alarms.apply(pulse(false));
  pass(2);
  monitor.pauseInterruption();
  assert.deepEqual(heard(), []);
  alarms.apply({ kind: "alert", patient: null, alert: serverAlert() });
  pass(119);
  assert.deepEqual(heard(), []);
  pass(1);
  assert.deepEqual(heard(), [7]);
  monitor.pauseInterruption();
  alarms.apply({ kind: "alert", patient: null, alert: serverAlert({ endedAt: Date.now(), acknowledged: true, version: 2 }) });
  alarms.apply(pulse(true));
  assert.equal(monitor.localPauseEndsAt(), null);
  alarms.apply(pulse(false));
  pass(2);
  assert.deepEqual(heard(), [0]);
});

test("a pause of the ward from before does not cover it", (t) => {
  const { alarms, pass, heard } = page(t);
  alarms.addPause(null, 3, { id: 1, patient: null, ward: 3, by: "a", endsAt: Date.now() + 600_000, severity: "error", endedAt: null, brokenBy: null });
  alarms.apply(pulse(false));
  pass(2);
  assert.deepEqual(heard(), [0]);
});
