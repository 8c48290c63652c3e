import assert from "node:assert/strict";
import { test } from "node:test";
import { coverage } from "../../../www/handover/handover.js";
import { hospitalZone, setHospitalZone } from "../../../www/kit/hospital-zone.js";
import { hoursOf, traceOf } from "../../../www/handover/trace-svg.js";

const NOW = Date.parse("2026-11-22T14:00:00Z");
const SECOND = 1_000, MINUTE = 60_000, HOUR = 60 * MINUTE;
const span = { from: NOW - 12 * HOUR, to: NOW };
const WIDTH = 30 * SECOND;
/** Buckets of half a minute with a reading a second, from one instant to another. */
const steady = (from, to, value = 96) => Array.from({ length: Math.round((to - from) / WIDTH) }, (_, i) => [from + i * WIDTH, value - 1, value, value + 1, 30]);
const alert = (id, at, more = {}) => ({ id, at, raisedAt: at, worsenedAt: null, endedAt: at + 10 * MINUTE, vital: "spo2", kind: "spo2_bas", severity: "warning", side: "bas",
  acknowledged: false, acknowledgedAt: null, firstAcknowledgedAt: null, escalatedAt: null, remindedAt: null, message: "", ...more });

test("a trace has a line a stretch, a hatched place a gap, and only the limits that do not flatten it", () => {
  const buckets = [...steady(span.from, NOW - 6 * HOUR), ...steady(NOW - 5 * HOUR, NOW)];
  const rule = (seuil) => ({ type_donnee: "spo2", cote: "bas", niveau_gravite: "error", seuil, inclus: false });
  const trace = traceOf({ vital: "spo2", buckets, bucketMs: WIDTH, alerts: [alert(1, NOW - 2 * HOUR), alert(2, NOW - HOUR, { vital: "heart_rate" })], limits: { limites: [rule(94), rule(40)] }, ...span, height: 130 });
  assert.deepEqual([trace.mean.length, trace.gaps.length, trace.marks.length], [2, 1, 1]);
  assert.deepEqual(trace.limits.map(({ rule: { seuil } }) => seuil), [94]);
  assert.ok(Math.abs(trace.coverage - 11 / 12) < 0.001);
  assert.equal(traceOf({ vital: "spo2", buckets: [], bucketMs: WIDTH, alerts: [], limits: null, ...span, height: 130 }).values, null);
});

test("hours are whole and few enough to be read", () => {
  assert.equal(hoursOf(span).length, 11);
  assert.ok(hoursOf({ from: NOW - 24 * HOUR, to: NOW }).length <= 13);
  assert.ok(hoursOf(span).every((at) => new Date(at).getMinutes() === 0));
});

test("hours are those of the hospital's clocks, also where they show one twice", () => {
  const own = hospitalZone();
  try {
    setHospitalZone("Europe/Paris");
    const from = Date.parse("2026-10-24T21:30:00Z");
    assert.deepEqual(hoursOf({ from, to: from + 5 * HOUR }).map((at) => new Date(at).getUTCHours()), [22, 23, 0, 1, 2]);
    setHospitalZone("Australia/Lord_Howe");  // half an hour beside those of UTC
    assert.deepEqual(hoursOf({ from: NOW - 2 * HOUR, to: NOW + HOUR }).map((at) => at % HOUR), [0, 0]);
    setHospitalZone("Asia/Kolkata");
    assert.deepEqual(hoursOf({ from: NOW - 2 * HOUR, to: NOW }).map((at) => at % HOUR), [HOUR / 2, HOUR / 2]);
  } finally {
    setHospitalZone(own);
  }
});
