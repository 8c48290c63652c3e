import assert from "node:assert/strict";
import { test } from "node:test";
import { between, bounds, bucketWidth, gapOf, isShowable, LEAST_MS, lineOf, marksOf, MOST_MS, moved, othersOf, periodOf, rowsOf, SPANS, valueRange, widthOf, zoomed } from "../../../www/history/history.js";

const NOW = Date.parse("2026-11-22T14:00:00Z");
const SECOND = 1_000, MINUTE = 60_000, HOUR = 60 * MINUTE;
const bucket = (at, value, n = 1) => [at, value - 1, value, value + 1, n];
const alert = (id, at, more = {}) => ({ id, at, endedAt: null, vital: "spo2", kind: "spo2_bas", severity: "error", message: "", ...more });

test("what ends now moves on with the time, and goes nearer at its end", () => {
  const view = { span: SPANS["6h"], end: null };
  assert.deepEqual(bounds(view, NOW), { from: NOW - 6 * HOUR, to: NOW });
  assert.deepEqual(zoomed(view, 0.5, NOW), { span: 3 * HOUR, end: null });
});

test("what ended earlier goes nearer about its middle, and never beyond now", () => {
  const view = between(NOW - 4 * HOUR, NOW - 2 * HOUR, NOW);
  assert.deepEqual(bounds(zoomed(view, 0.5, NOW), NOW), { from: NOW - 3.5 * HOUR, to: NOW - 2.5 * HOUR });
  assert.deepEqual(zoomed(view, 4, NOW), { span: 8 * HOUR, end: null });
  assert.deepEqual(between(NOW - HOUR, NOW + HOUR, NOW), { span: HOUR, end: null });
  assert.deepEqual(moved(view, -0.5, NOW).end, NOW - 3 * HOUR);
  assert.equal(moved(view, 1, NOW).end, null);
});

test("a view is never shorter than single readings nor longer than a month", () => {
  assert.equal(zoomed({ span: LEAST_MS, end: null }, 0.5, NOW).span, LEAST_MS);
  assert.equal(zoomed({ span: MOST_MS, end: null }, 2, NOW).span, MOST_MS);
});

test("a gap is longer than a value stays current, by the period that the buckets have", () => {
  const steady = (period) => Array.from({ length: 8 }, (_, i) => bucket(NOW + i * period, 96));
  assert.equal(gapOf(steady(SECOND), SECOND, "spo2"), 10 * SECOND);
  assert.equal(gapOf(steady(30 * SECOND), SECOND, "spo2"), 90 * SECOND);
  assert.equal(gapOf(steady(10 * MINUTE), 10 * MINUTE, "spo2"), 15 * MINUTE);
  assert.equal(gapOf([], SECOND, "systolic_bp"), 12 * HOUR);
});

test("the period is that of the readings, however wide their buckets are", () => {
  const dense = Array.from({ length: 40 }, (_, i) => bucket(NOW + i * MINUTE, 96, 60));
  assert.equal(periodOf(dense), SECOND);
  assert.equal(gapOf(dense, MINUTE, "spo2"), 90 * SECOND);
  assert.equal(periodOf([]), null);
});

test("buckets that the server made wider than asked for are no gaps", () => {
  const wide = Array.from({ length: 40 }, (_, i) => bucket(NOW + i * HOUR, 96, 3600));
  assert.equal(widthOf(wide, 40 * MINUTE), HOUR);
  assert.equal(gapOf(wide, 40 * MINUTE, "spo2"), 1.5 * HOUR);
  assert.equal(widthOf(wide.slice(0, 3), MINUTE), MINUTE, "three say nothing");
});

test("buckets are as wide as the server makes them", () => {
  assert.equal(bucketWidth(12 * HOUR, 1500), 29 * SECOND);
  assert.equal(bucketWidth(24 * HOUR, 1400), 2 * MINUTE);
  assert.equal(bucketWidth(5 * MINUTE, 600), 501);
});

test("from five minutes to a month can be asked for", () => {
  assert.ok(isShowable(NOW - LEAST_MS, NOW) && isShowable(NOW - MOST_MS, NOW));
  assert.ok(!isShowable(NOW - LEAST_MS + 1, NOW) && !isShowable(NOW - MOST_MS - 1, NOW));
});

test("what is about none of the vitals is told apart, whatever it is called", () => {
  const alerts = [alert(1, NOW - HOUR), alert(2, NOW - HOUR, { vital: null, kind: "signal_perdu" }), alert(3, NOW - HOUR, { vital: null, kind: "spo2_low" })];
  assert.deepEqual(othersOf(alerts, ["spo2", "heart_rate"], { from: NOW - 3 * HOUR, to: NOW }).map(({ id }) => id), [2, 3]);
});

test("the line stops where nothing was measured", () => {
  const line = lineOf([bucket(NOW, 96), bucket(NOW + SECOND, 97), bucket(NOW + MINUTE, 95)], 10 * SECOND);
  assert.deepEqual(line.map(([at, values]) => [at - NOW, values?.[1] ?? null]), [[0, 96], [SECOND, 97], [(MINUTE + SECOND) / 2, null], [MINUTE, 95]]);
  assert.deepEqual(lineOf([], SECOND), []);
});

test("limits and the normal range are always in sight", () => {
  const [low, high] = valueRange([bucket(NOW, 97)], [{ seuil: 88 }], [95, 100]);
  assert.ok(low < 88 && high > 100);
  assert.deepEqual(valueRange([], [], null), [0, 1]);
});

test("marked are the alerts about the vital that were there in the stretch", () => {
  const alerts = [alert(1, NOW - HOUR), alert(2, NOW - 5 * HOUR), alert(3, NOW - 5 * HOUR, { endedAt: NOW - 4 * HOUR }),
    alert(4, NOW - MINUTE, { vital: "heart_rate", kind: "heart_rate_haut" }), alert(5, NOW + 1), alert(6, NOW - 2 * HOUR, { vital: null })];
  assert.deepEqual(marksOf(alerts, "spo2", { from: NOW - 3 * HOUR, to: NOW }).map(({ id }) => id), [2, 1]);
});

test("the table has as many rows as it is told, averages by the number of readings, and names its alerts", () => {
  const span = { from: NOW, to: NOW + 4 * MINUTE };
  const rows = rowsOf([bucket(NOW, 90, 3), bucket(NOW + 30 * SECOND, 98, 1), bucket(NOW + 4 * MINUTE, 97, 2)], [alert(1, NOW + 90 * SECOND), alert(2, NOW - 1)], span, 4);
  assert.deepEqual(rows.map(({ low, mean, high, n }) => [low, mean, high, n]), [[89, 92, 99, 4], [null, null, null, 0], [null, null, null, 0], [96, 97, 98, 2]]);
  assert.deepEqual(rows.map(({ marks }) => marks.map(({ id }) => id)), [[], [1], [], []]);
});
