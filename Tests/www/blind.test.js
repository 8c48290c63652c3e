import assert from "node:assert/strict";
import { test } from "node:test";
import { Backfill, PAUSE_MS } from "../../www/live/backfill.js";
import { LiveState } from "../../www/model/live-state.js";

const NOW = Date.parse("2026-11-28T03:00:00Z");
const pulse = (upToDate = true, more = {}) => ({ kind: "pulse", at: null, upToDate, ...more });
const status = (status) => ({ status, reason: null, retryAt: null });
const spo2 = (at) => ({ kind: "readings", patient: 12, readings: [{ vital: "spo2", value: 97, at }], since: null, corrected: [] });

/** A state that is connected and has heard a value just now; with the gaps that it tells. */
function watching() {
  const state = new LiveState();
  const gaps = [];
  state.addEventListener("gap", ({ detail }) => gaps.push(detail.since));
  state.setConnection(status("connecting"), NOW - 10);
  state.setConnection(status("connected"), NOW);
  state.apply(spo2(NOW), NOW);
  state.apply({ kind: "ready" }, NOW);
  return { state, gaps };
}
const isStale = (state, at) => state.freshness(12, "spo2", at).stale;

test("a page that sees is not blind, and wants everything once its first snapshot is there", () => {
  const { state, gaps } = watching();
  assert.equal(state.blindSince(NOW + 1_000), null);
  assert.deepEqual(gaps, [-Infinity]);
});

test("a silent connection makes blind at once, since the last message, and no value is current", () => {
  const { state, gaps } = watching();
  state.setConnection(status("silent"), NOW + 4_500);
  assert.equal(state.blindSince(NOW + 4_500), NOW);
  assert.equal(isStale(state, NOW + 4_500), true);
  assert.equal(state.freshness(12, "spo2", NOW + 4_500).blind, true);
  for (const next of ["disconnected", "connecting"]) {
    state.setConnection(status(next), NOW + 9_000);
    assert.equal(state.blindSince(NOW + 9_000), NOW);
  }
  state.setConnection(status("connected"), NOW + 12_000);
  assert.equal(state.blindSince(NOW + 12_000), null);
  assert.equal(gaps.length, 1, "nothing is fetched before the snapshot is there");
  state.apply({ kind: "ready" }, NOW + 12_100);
  assert.ok(gaps[1] < NOW && gaps[1] > NOW - 60_000);
});

test("one that is heard again by itself sees at once, keeps its snapshot, and fetches what it may have missed", () => {
  const { state, gaps } = watching();
  state.addAlert(12, { id: 1, patient: 12, kind: "spo2_low", severity: "error", at: NOW, acknowledged: false, endedAt: null, version: 1 });
  state.setConnection(status("silent"), NOW + 4_500);
  state.setConnection(status("connected"), NOW + 6_000);
  assert.equal(state.blindSince(NOW + 6_000), null);
  assert.equal(gaps.length, 2);
  state.apply({ kind: "ready" }, NOW + 6_000);
  assert.equal(state.openAlerts().length, 1);
});

test("a short break of the connection is not told, a longer one is", () => {
  const { state } = watching();
  state.setConnection(status("disconnected"), NOW + 1_000);
  assert.equal(state.blindSince(NOW + 1_900), null);
  assert.equal(state.blindSince(NOW + 3_000), NOW);
});

test("a server that does not hear the database makes blind until it does, whatever the connection", () => {
  const { state, gaps } = watching();
  state.apply(pulse(false), NOW + 3_000);
  assert.equal(state.blindSince(NOW + 3_000), NOW + 3_000);
  assert.equal(isStale(state, NOW + 3_000), true);
  state.setConnection(status("disconnected"), NOW + 4_000);
  state.setConnection(status("connected"), NOW + 5_000);
  state.apply({ kind: "ready" }, NOW + 5_000);
  assert.equal(state.blindSince(NOW + 5_000), NOW + 3_000);
  assert.equal(gaps.length, 1);
  state.apply(pulse(true), NOW + 8_000);
  assert.equal(state.blindSince(NOW + 8_000), null);
  assert.equal(gaps.length, 2);
});

test("a page that is refused shows nothing, so it is not blind", () => {
  const { state } = watching();
  state.setConnection(status("error"), NOW);
  assert.equal(state.blindSince(NOW + 60_000), null);
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

test("what is missing is fetched one patient after the other, from the earliest instant, again after a failure, and not too often", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  const asked = [];
  const answers = [];
  const page = new AbortController();
  const backfill = new Backfill((patient, since) => {
    asked.push([patient, since]);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  }, page.signal);
  const settle = async (how, ...value) => {
    answers.shift()[how](...value);
    await new Promise(setImmediate);
  };
  backfill.need(1, 500);
  backfill.need(2, 900);
  backfill.need(2, 700);
  assert.deepEqual(asked, [[1, 500]]);
  await settle("reject", { status: 503 });
  context.mock.timers.tick(2_000);  // the longest of the first waits
  await new Promise(setImmediate);
  assert.deepEqual(asked.slice(1), [[1, 500]], "a server that was away is asked again");
  await settle("resolve");
  assert.deepEqual(asked.slice(2), [[2, 700]]);
  backfill.need(2, 800);
  await settle("resolve");
  assert.equal(asked.length, 3);
  context.mock.timers.tick(PAUSE_MS);
  await new Promise(setImmediate);
  assert.deepEqual(asked.slice(3), [[2, 800]]);
  page.abort();
});
