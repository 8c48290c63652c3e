import assert from "node:assert/strict";
import { test } from "node:test";
import { view } from "../../../www/model/reading-view.js";
import { vital } from "../../../www/model/vitals.js";

test("a value is judged as it is shown, so that one text never has two colours", () => {
  const words = { has: () => false, t: (key) => key, language: "fr" };
  const shown = (name, value) => {
    const { text, state } = view(vital(name), { value }, { ageMs: 1, stale: false }, words);
    return `${text} ${state}`;
  };
  assert.deepEqual([36.04, 36.05, 37.2, 37.24, 37.25].map((value) => shown("temperature", value)),
    ["36,0 low", "36,1 normal", "37,2 normal", "37,2 normal", "37,3 high"]);
  assert.deepEqual([94.4, 94.5, 94.9].map((value) => shown("spo2", value)), ["94 low", "95 normal", "95 normal"]);
  assert.deepEqual([100.4, 100.5].map((value) => shown("heart_rate", value)), ["100 normal", "101 high"]);
});

test("a stale value is shown as stale whatever it is, and a missing one as two dashes", () => {
  const words = { has: () => false, t: (key) => key, language: "fr" };
  const shown = (fresh, known = { value: 88 }) => view(vital("spo2"), known, fresh, words);
  assert.deepEqual(shown({ ageMs: 1, stale: false }), { state: "low", text: "88", unit: "%", value: 88, ageMs: 1 });
  assert.equal(shown({ ageMs: 11_000, stale: true }).state, "stale");
  assert.deepEqual(shown(null, undefined), { state: "none", text: "--", unit: "%", value: null, ageMs: null });
});

test("33 °C is normal on the skin and low in the core", () => {
  const words = { has: () => false, t: (key) => key, language: "fr" };
  const state = (onSkin) => view(vital("temperature"), { value: 33, onSkin }, { ageMs: 1, stale: false }, words).state;
  assert.deepEqual([state(true), state(false)], ["normal", "low"]);
});
