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

test("33 °C is normal on the skin and low in the core, and where the skin has no limits it has no verdict", () => {
  const words = { has: () => false, t: (key) => key, language: "fr" };
  const state = (value, onSkin, limits) => view(vital("temperature"), { value, onSkin }, { ageMs: 1, stale: false }, words, limits).state;
  const limits = [{ side: "haut", limit: 38 }];
  assert.deepEqual([state(33, true, limits), state(36.8, true, limits), state(33, false), state(37.8, false)], ["normal", "high", "low", "high"]);
  assert.deepEqual([33, 36.8, 25].map((value) => state(value, true, [])), ["plain", "plain", "plain"]);
  assert.equal(view(vital("spo2"), { value: 92, onSkin: true }, { ageMs: 1, stale: false }, words).state, "low", "of a vital with one site only");
});

test("a value that violates a limit has the decimals that show it, and colour and text still agree", () => {
  const words = { has: () => false, t: (key) => key, language: "fr" };
  const shown = (name, value, side, limit) => {
    const { text, state } = view(vital(name), { value }, { ageMs: 1, stale: false }, words, [{ side, limit }]);
    return `${text} ${state}`;
  };
  assert.deepEqual([shown("spo2", 93.6, "bas", 94), shown("heart_rate", 130.4, "haut", 130), shown("temperature", 39.12, "haut", 39.1)], ["93,6 low", "130,4 high", "39,12 high"]);
  assert.deepEqual([shown("spo2", 93.4, "bas", 94), shown("spo2", 94, "bas", 94), shown("spo2", 94.3, "bas", 94)], ["93 low", "94 low", "94 low"], "where it reads right already");
  assert.equal(shown("spo2", 94.7, "bas", 95), "94,7 low", "rounded it were normal");
  assert.equal(shown("heart_rate", 93.6, "haut", 93.5), "94 normal", "a limit between two whole numbers");
  assert.equal(shown("spo2", 93.99996, "bas", 94), "94 low", "there is an end to decimals");
});
