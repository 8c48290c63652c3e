import assert from "node:assert/strict";
import { test } from "node:test";
import { delay, LONGEST_MS, SHORTEST_MS } from "../../../www/kit/backoff.js";

test("the first wait lies between one and two seconds", () => {
  assert.equal(delay(0, () => 0), 1_000);
  assert.equal(delay(0, () => 1), 2_000);
});

test("the ceiling doubles until thirty seconds and stays there for ever", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((attempt) => delay(attempt, () => 1)), [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assert.equal(delay(1_000_000, () => 1), LONGEST_MS);
});

test("every wait is drawn anew and none is shorter than a second", () => {
  const waits = Array.from({ length: 200 }, () => delay(6));
  assert.ok(waits.every((ms) => ms >= SHORTEST_MS && ms <= LONGEST_MS));
  assert.ok(new Set(waits).size > 100);
});
