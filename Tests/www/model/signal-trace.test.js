import assert from "node:assert/strict";
import { test } from "node:test";
import { causeOf, momentOf, readTraces, shapeOf } from "../../../www/model/signal-trace.js";

const END = Date.parse("2026-11-22T14:00:08Z");
const wire = (more = {}) => ({ dispositif: 5, nom: "Bracelet 5", levees: ["spo2"], terminees: [], debut: "2026-11-22T14:00:00.000Z", fin: "2026-11-22T14:00:08.000Z",
  cadence: 25, points: Array.from({ length: 201 }, (_, i) => Math.sin(i / 4)), ...more });
const BOX = { width: 800, height: 100 };

test("what is no strip is left out, and no single word of it is trusted", () => {
  assert.deepEqual(readTraces(null), []);
  assert.deepEqual(readTraces([null, 7, {}, wire({ points: "x" }), wire({ fin: "hier" }), wire({ fin: "2026-11-22T13:00:00Z" }), wire({ points: [null, null] })]), []);
  const [trace] = readTraces([wire({ points: [1, "2", null, NaN, 3], levees: [1, "spo2"], nom: undefined })]);
  assert.deepEqual([trace.points, trace.begun, trace.name, trace.to], [[1, null, null, null, 3], ["spo2"], null, END]);
});

test("more blood is less light, and is drawn upwards", () => {
  const { lines } = shapeOf({ points: [0, -1, 0], from: END - 8_000, to: END }, BOX);
  const heights = lines[0].slice(1).split("L").map((pair) => Number(pair.split(",")[1]));
  assert.ok(heights[1] < heights[0] && heights[0] === heights[2]);
  assert.ok(heights.every((y) => y >= 0 && y <= 100));
});

test("a signal without a pulse is drawn flat, not blown up", () => {
  const flat = shapeOf({ points: Array.from({ length: 200 }, (_, i) => 0.002 * (i % 2)), from: END - 8_000, to: END }, BOX);
  const heights = flat.lines[0].slice(1).split("L").map((pair) => Number(pair.split(",")[1]));
  assert.ok(Math.max(...heights) - Math.min(...heights) < 3);
  assert.ok(Math.abs(flat.swing - 0.002) < 1e-9);
  assert.ok(shapeOf({ points: [5], from: END, to: END }, BOX).lines[0].startsWith("M0,"), "a single point divides by nothing");
});

test("missing points break the line and are hatched, also at both ends", () => {
  const points = [null, null, 1, 2, null, 3, null];
  const shape = shapeOf({ points, from: END - 6_000, to: END }, { width: 60, height: 10 });
  assert.equal(shape.lines.length, 2);
  assert.deepEqual(shape.gaps, [{ x: 0, width: 20 }, { x: 30, width: 20 }, { x: 50, width: 10 }]);
  assert.ok(Math.abs(shape.missing - 4 / 7) < 1e-9);
});

test("ticks are whole seconds before the end, at their places on the axis", () => {
  const { ticks } = shapeOf({ points: [0, 1], from: END - 7_960, to: END }, BOX);
  assert.deepEqual(ticks.map(({ second }) => second), [-8, -6, -4, -2, -0]);
  assert.ok(Math.abs(ticks[2].at - (1 - 4 / 7.96)) < 1e-9 && ticks[0].at === 0 && ticks[4].at === 1);
});

test("an alert's strip shows its beginning, or its end where only that is said", () => {
  const trace = (levees, terminees) => readTraces([wire({ levees, terminees })])[0];
  assert.equal(momentOf(trace(["spo2"], []), "spo2"), "begun");
  assert.equal(momentOf(trace(["heart_rate"], ["spo2"]), "spo2"), "ended");
  assert.equal(causeOf({ vital: null, kind: "pouls_introuvable" }), "pouls_introuvable");
  assert.equal(causeOf({ vital: "spo2", kind: "spo2_bas" }), "spo2");
});
