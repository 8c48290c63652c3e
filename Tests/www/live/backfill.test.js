import assert from "node:assert/strict";
import { test } from "node:test";
import { Backfill, PAUSE_MS } from "../../../www/live/backfill.js";

const NOW = Date.parse("2026-11-28T03:00:00Z");
const status = (status) => ({ status, reason: null, retryAt: null });

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
