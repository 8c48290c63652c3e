import assert from "node:assert/strict";
import { test } from "node:test";
import { canTakeBack, justEntered, stillOpen } from "../../../www/model/taking-back.js";

const NOW = Date.parse("2026-11-22T14:00:00Z");
const alert = { acknowledged: true, acknowledgedBy: "m.ba", acknowledgedAt: NOW - 30_000, hold: null };

test("an acknowledgement is taken back by who gave it, for a minute, and not by the second press of a double click", () => {
  const user = { username: "m.ba" };
  assert.equal(canTakeBack(alert, user, NOW), true);
  assert.deepEqual([-1, 500, 1_000, 59_999, 60_000].map((age) => canTakeBack({ ...alert, acknowledgedAt: NOW - age }, user, NOW)), [false, false, true, true, false]);
  assert.equal(canTakeBack(alert, { username: "other" }, NOW) || canTakeBack(alert, null, NOW), false);
  assert.equal(canTakeBack({ ...alert, acknowledged: false, acknowledgedAt: null, acknowledgedBy: null }, user, NOW), false);
  assert.equal(canTakeBack({ ...alert, hold: {} }, user, NOW), false);
});

test("an entry takes back what it stored and nothing else, as long as that can be", () => {
  const entry = (type_donnee, timestamp, until = NOW + 1) => ({ type_donnee, timestamp, modifiable_jusqu_a: new Date(until).toISOString() });
  const entries = [entry("spo2", "2026-11-22T13:59:00Z"), entry("spo2", "2026-11-22T13:00:00Z"), entry("respiratory_rate", "2026-11-22T13:59:00Z"), entry("temperature", "2026-11-22T13:59:00Z", NOW)];
  assert.deepEqual(stillOpen(entries, NOW), entries.slice(0, 3));
  const sent = ["spo2", "temperature"].map((type_donnee) => ({ type_donnee, timestamp: "2026-11-22T13:59:00.000Z" }));
  assert.deepEqual(justEntered(entries, sent), [entries[0], entries[3]]);
});
