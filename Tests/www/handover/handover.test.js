import assert from "node:assert/strict";
import { test } from "node:test";
import { coverage, gapsOf, gapsTogether, loadOf, median, openOf, roundsOf } from "../../../www/handover/handover.js";

const NOW = Date.parse("2026-11-22T14:00:00Z");
const SECOND = 1_000, MINUTE = 60_000, HOUR = 60 * MINUTE;
const span = { from: NOW - 12 * HOUR, to: NOW };
const WIDTH = 30 * SECOND;

/** Buckets of half a minute with a reading a second, from one instant to another. */
const steady = (from, to, value = 96) => Array.from({ length: Math.round((to - from) / WIDTH) }, (_, i) => [from + i * WIDTH, value - 1, value, value + 1, 30]);

const alert = (id, at, more = {}) => ({ id, at, raisedAt: at, worsenedAt: null, endedAt: at + 10 * MINUTE, vital: "spo2", kind: "spo2_bas", severity: "warning", side: "bas",
  acknowledged: false, acknowledgedAt: null, firstAcknowledgedAt: null, escalatedAt: null, remindedAt: null, message: "", ...more });

test("a gap lies between two readings, at the begin or at the end, and a minute is the least", () => {
  const buckets = [...steady(span.from + HOUR, NOW - 5 * HOUR), ...steady(NOW - 4 * HOUR, NOW - 3 * HOUR), ...steady(NOW - 3 * HOUR + MINUTE / 2, NOW - HOUR)];
  assert.deepEqual(gapsOf(buckets, WIDTH, "spo2", span), [{ from: span.from, to: span.from + HOUR }, { from: NOW - 5 * HOUR, to: NOW - 4 * HOUR }, { from: NOW - HOUR, to: NOW }]);
  assert.deepEqual(gapsOf(steady(span.from, NOW), WIDTH, "spo2", span), []);
  assert.deepEqual(gapsOf([], WIDTH, "spo2", span), [span]);
});

test("a value that is taken by hand has no gap between two rounds", () => {
  const rounds = [11, 7, 3].map((hours) => [NOW - hours * HOUR, 37, 37, 37, 1]);
  assert.deepEqual(gapsOf(rounds, WIDTH, "temperature", span), []);
});

test("buckets wider than asked for are no gaps", () => {
  const wide = steady(span.from, NOW).filter((_, i) => i % 4 === 0);
  assert.deepEqual(gapsOf(wide, WIDTH, "spo2", span), []);
});

test("gaps of several vitals that fall together are one, with the alert that says why", () => {
  const gap = { from: NOW - 5 * HOUR, to: NOW - 4 * HOUR };
  const late = { from: gap.from + WIDTH, to: gap.to };
  const alone = { from: NOW - 2 * HOUR, to: NOW - 2 * HOUR + 5 * MINUTE };
  const lost = alert(1, gap.from + MINUTE, { kind: "signal_perdu", vital: null, endedAt: gap.to });
  assert.deepEqual(gapsTogether({ spo2: [gap], heart_rate: [late, alone] }, WIDTH, [lost, alert(2, alone.from)], span), [
    { ...gap, vitals: ["spo2", "heart_rate"], cause: "signal_perdu" }, { ...alone, vitals: ["heart_rate"], cause: null }]);
});

test("that a patient was away explains a gap before any alert about the device does, and is no alarm", () => {
  const gap = { from: NOW - 5 * HOUR, to: NOW - 4 * HOUR };
  const alerts = [alert(1, gap.from, { kind: "signal_perdu", vital: null, endedAt: gap.from + MINUTE }), alert(2, gap.from + MINUTE, { kind: "absence", vital: null, severity: "info", endedAt: gap.to }),
    alert(3, gap.from, { kind: "brassard", vital: null, severity: "info", endedAt: null })];
  assert.deepEqual(gapsTogether({ spo2: [gap] }, WIDTH, alerts, span).map(({ cause }) => cause), ["absence"]);
  const load = loadOf(alerts, span);
  assert.deepEqual([load.raised, load.bySeverity.info, load.openMs], [1, 0, MINUTE]);
});

test("what was measured is the rest", () => assert.equal(coverage([{ from: NOW - 6 * HOUR, to: NOW - 3 * HOUR }], span), 0.75));

test("the median of an even count lies halfway", () => {
  assert.equal(median([30, 10, 20]), 20);
  assert.equal(median([10, 20, 40, 30]), 25);
  assert.equal(median([]), null);
});

test("the load counts what was raised in the span, by severity and kind, and how soon somebody came", () => {
  const came = (at, seconds) => ({ acknowledged: true, acknowledgedAt: at + seconds * SECOND, firstAcknowledgedAt: at + seconds * SECOND });
  const [first, second, third, before] = [NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, span.from - 5 * MINUTE];
  const load = loadOf([
    alert(1, first, { severity: "error", ...came(first, 60) }), alert(2, second, came(second, 20)), alert(3, third, { kind: "heart_rate_haut", vital: "heart_rate", severity: "error" }), alert(4, before, came(before, 9)),
  ], span);
  assert.deepEqual(load.bySeverity, { info: 0, warning: 1, error: 2 });
  assert.deepEqual([load.raised, load.unanswered], [3, 1]);
  assert.deepEqual(load.kinds, [{ kind: "spo2_bas", count: 2, severity: "error" }, { kind: "heart_rate_haut", count: 1, severity: "error" }]);
  assert.deepEqual(load.reaction, { median: 40 * SECOND, worst: 60 * SECOND, count: 2 });
  // Ten minutes each for the first two, an hour of the third, which nobody acknowledged; five minutes of the one from before.
  assert.equal(load.openMs, 10 * MINUTE + 10 * MINUTE + HOUR + 5 * MINUTE);
});

test("of a technical alert counts when it was raised, not when what it says began", () => {
  const silent = alert(1, span.from - HOUR, { vital: null, kind: "signal_perdu", raisedAt: span.from + MINUTE, endedAt: span.from + 2 * MINUTE });
  assert.deepEqual([loadOf([silent], span).raised, loadOf([silent], span).openMs], [1, MINUTE]);
});

test("open are those that last and the errors that nobody acknowledged, the worst first", () => {
  const alerts = [alert(1, NOW - HOUR), alert(2, NOW - HOUR, { endedAt: null }), alert(3, NOW - HOUR, { severity: "error" })];
  assert.deepEqual(openOf(alerts).map(({ id }) => id), [2, 3]);
});

test("values of one minute are one round, the newest first", () => {
  const at = NOW - 3 * HOUR;
  assert.deepEqual(roundsOf([{ vital: "systolic_bp", value: 128, at: at + 5_000 }, { vital: "diastolic_bp", value: 78, at: at + 9_000 }, { vital: "temperature", value: 38.2, at: NOW }]),
    [{ at: NOW, values: { temperature: 38.2 } }, { at, values: { systolic_bp: 128, diastolic_bp: 78 } }]);
});
