import assert from "node:assert/strict";
import { test } from "node:test";
import { AlarmSound, audible, lengthOf, PATTERNS, worstOf } from "../../../www/alarms/alarm-sound.js";
import { Pauses } from "../../../www/model/pauses.js";

const alert = (id, severity = "warning", more = {}) => ({ id, patient: 12, severity, acknowledged: false, endedAt: null, remindedAt: null, escalatedAt: null, ...more });

test("each priority has its own rhythm, in the audible middle, and is over before it comes again", () => {
  assert.deepEqual(Object.values(PATTERNS).map(({ pulses }) => pulses.length), [15, 10, 3, 2]);
  for (const pattern of Object.values(PATTERNS)) {
    assert.ok(pattern.frequency >= 500 && pattern.frequency <= 800);
    assert.ok(lengthOf(pattern) < pattern.everyMs);
    pattern.pulses.slice(1).forEach((at, i) => assert.ok(at >= pattern.pulses[i] + pattern.pulseMs, "pulses are apart"));
  }
  assert.ok(PATTERNS.pulse.everyMs < PATTERNS.error.everyMs && PATTERNS.error.everyMs < PATTERNS.warning.everyMs && PATTERNS.warning.everyMs < PATTERNS.info.everyMs);
});

test("what is acknowledged, over or silenced by a pause is not heard; a latched error is", () => {
  const pauses = new Pauses();
  pauses.set(13, null, { id: 1, patient: 13, ward: null, endsAt: 100, severity: "warning", endedAt: null, brokenBy: null });
  const alerts = [alert(1), alert(2, "error", { acknowledged: true }), alert(3, "error", { endedAt: 5 }), alert(4, "warning", { endedAt: 5 }),
    alert(5, "warning", { patient: 13 }), alert(6, "error", { patient: 13 })];
  assert.deepEqual(audible(alerts, pauses, 50).map(({ id }) => id), [1, 3, 6]);
  assert.deepEqual(audible(alerts, pauses, 100).map(({ id }) => id), [1, 3, 5, 6]);
  assert.equal(worstOf(alerts), "error");
  assert.equal(worstOf([]), null);
});

test("a latched error that has ended only reminds: what lasts is heard before it", () => {
  const ended = alert(1, "error", { endedAt: 5 });
  assert.equal(worstOf([ended]), "info");
  assert.equal(worstOf([ended, alert(2)]), "warning");
  const sound = new AlarmSound();
  assert.deepEqual(sound.look([alert(1, "error")], 0), { play: "error" });
  assert.equal(sound.look([ended], 100), "stop");
  assert.deepEqual(sound.look([ended], sound.wakeAt), { play: "info" });
  assert.deepEqual(sound.look([ended, alert(2)], sound.wakeAt - 1), { play: "warning" });
});

test("a lost pulse has the sound of its own, before any other error", () => {
  const lost = alert(1, "error", { kind: "pouls_introuvable" });
  assert.deepEqual(new AlarmSound().look([alert(2, "error"), lost], 0), { play: "pulse" });
  assert.deepEqual(new AlarmSound().look([{ ...lost, severity: "warning" }], 0), { play: "warning" });
  assert.equal(worstOf([lost]), "error");
});

test("a pattern sounds at once, and again when it is due", () => {
  const sound = new AlarmSound();
  assert.deepEqual(sound.look([alert(1)], 0), { play: "warning" });
  assert.equal(sound.look([alert(1)], 3_000), null);
  assert.equal(sound.wakeAt, PATTERNS.warning.everyMs);
  assert.deepEqual(sound.look([alert(1)], sound.wakeAt), { play: "warning" });
});

test("a worse alarm interrupts, and after it the milder one is heard anew, a moment later", () => {
  const sound = new AlarmSound();
  sound.look([alert(1)], 0);
  assert.deepEqual(sound.look([alert(1), alert(2, "error")], 100), { play: "error" });
  assert.equal(sound.look([alert(1)], 200), "stop");
  assert.equal(sound.look([alert(1)], 1_000), null);
  assert.deepEqual(sound.look([alert(1)], sound.wakeAt), { play: "warning" });
});

test("silence when nobody waits any more", () => {
  const sound = new AlarmSound();
  assert.equal(sound.look([], 0), null);
  sound.look([alert(1)], 0);
  assert.equal(sound.look([], 100), "stop");
  assert.equal(sound.wakeAt, null);
  assert.deepEqual(sound.look([alert(1)], 200), { play: "warning" });
});

test("another alarm of the same priority is heard at once, unless the pattern sounds already", () => {
  const sound = new AlarmSound();
  sound.look([alert(1)], 0);
  assert.equal(sound.look([alert(1), alert(2)], 500), null);
  assert.deepEqual(sound.look([alert(1), alert(2), alert(3)], 2_000), { play: "warning" });
  assert.deepEqual(sound.look([alert(1, "warning", { remindedAt: 3 }), alert(2), alert(3)], 4_000), { play: "warning" });
});
