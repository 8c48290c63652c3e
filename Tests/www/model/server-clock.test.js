import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveState } from "../../../www/model/live-state.js";

const NOW = Date.parse("2026-11-22T14:43:00Z");
const reading = (value, at, vital = "spo2") => ({ vital, value, at });

test("ages are by the server's clock, which the pulses tell: the fastest of them is believed", () => {
  const state = new LiveState();
  state.addReadings(12, [reading(97, NOW)], NOW - 300_000);
  state.apply({ kind: "pulse", at: NOW + 1_000, upToDate: true }, NOW - 298_000);  // a second late on the way
  state.apply({ kind: "pulse", at: NOW + 2_000, upToDate: true }, NOW - 298_000);
  assert.equal(state.clock.offset, 300_000);
  assert.equal(state.freshness(12, "spo2", NOW - 298_000).ageMs, 2_000);
});

test("a Date header serves only until the first pulse, and only against a clock that is clearly off", () => {
  const state = new LiveState();
  state.clock.hearRoughly(NOW, NOW + 1_200);
  assert.equal(state.clock.offset, 0);
  state.clock.hearRoughly(NOW, NOW - 60_000);
  assert.equal(state.clock.offset, 60_500);
  state.clock.hear(NOW, NOW - 60_010);
  assert.equal(state.clock.offset, 60_010);
});

test("an answer to a question shows that the page's clock has been set", () => {
  const { clock } = new LiveState();
  clock.hear(NOW, NOW - 10);
  clock.hear(NOW + 20_000, NOW + 900_000 + 20_000, NOW + 900_000 + 19_990);  // a quarter of an hour forward
  assert.ok(Math.abs(clock.now(NOW + 900_000 + 20_000) - (NOW + 20_000)) <= 10);
});

test("a late answer that does not contradict what is known changes nothing", () => {
  const { clock } = new LiveState();
  clock.hear(NOW, NOW);
  clock.hear(NOW + 1_000, NOW + 6_000, NOW + 1_000);
  assert.equal(clock.offset, 0);
});
