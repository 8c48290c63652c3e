import assert from "node:assert/strict";
import { test } from "node:test";
import { axis, stretches } from "../../../www/patient/trace-shape.js";

test("a trace is broken where nothing was measured", () => {
  const samples = [0, 1, 2, 20, 21].map((s) => ({ at: s * 1_000, value: 97 }));
  assert.deepEqual(stretches(samples, 10_000).map((part) => part.length), [3, 2]);
  assert.deepEqual(stretches([], 10_000), []);
});

test("the axis holds the samples and the normal range, and does not blow noise up", () => {
  const shown = axis([{ at: 0, value: 80 }], [95, 100]);
  assert.ok(shown.low < 80 && shown.high > 100);
  const flat = axis([{ at: 0, value: 5 }], null);
  assert.ok(flat.high - flat.low >= 0.4);
  assert.equal(axis([], null), null);
});
