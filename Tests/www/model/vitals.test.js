import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ALWAYS_SHOWN, EXTRAS, judge, numberOf, TAKEN_BY_HAND, vital, VITALS } from "../../../www/model/vitals.js";

test("the page's registry is the fixture that the server's registry is compared with", () => {
  const fixture = JSON.parse(readFileSync(new URL("../../fixtures/vitals.json", import.meta.url)));
  assert.deepEqual(VITALS, fixture);
});

test("every name that the page treats specially is a vital", () => {
  for (const name of [...ALWAYS_SHOWN, ...EXTRAS, ...TAKEN_BY_HAND]) assert.ok(vital(name), name);
});

test("a value on the edge of the normal range is normal", () => {
  assert.deepEqual([94, 95, 100].map((value) => judge(vital("spo2"), value)), ["low", "normal", "normal"]);
  assert.deepEqual([59, 60, 100, 101].map((value) => judge(vital("heart_rate"), value)), ["low", "normal", "normal", "high"]);
  assert.equal(judge(vital("signal_quality"), 3), null);
});

test("a wire value is a number or one of the vital's letters", () => {
  assert.equal(numberOf(vital("spo2"), 97), 97);
  assert.equal(numberOf(vital("spo2"), "A"), null);
  assert.equal(numberOf(vital("spo2"), Infinity), null);
  assert.equal(numberOf(vital("consciousness"), "U"), 4);
  assert.equal(numberOf(vital("consciousness"), "x"), null);
});
