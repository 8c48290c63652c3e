import assert from "node:assert/strict";
import { test } from "node:test";
import { MonitoredWards, MOST_WARDS } from "../../../www/alarms/monitored-wards.js";

function memory() {
  const kept = {};
  return { kept, getItem: (key) => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; } };
}

const nurse = { account: 5, own: [3, 4], hearsAll: true }, admin = { account: 1, own: [3, 4, 5, 6], hearsAll: false };

test("who looks after several wards hears all of them, on every page", () => {
  const wards = new MonitoredWards(memory());
  assert.deepEqual([wards.open(null, nurse), wards.home], [[3, 4], null]);
  assert.deepEqual([wards.open(4, nurse), wards.home], [[4, 3], 4]);
  assert.deepEqual([wards.open(null, nurse), wards.home], [[4, 3], 4]);
  const many = Array.from({ length: 20 }, (_, i) => i + 1);
  assert.equal(wards.open(null, { account: 6, own: many, hearsAll: true }).length, MOST_WARDS);
});

test("a choice is kept for its account on this browser, and is never empty", () => {
  const kept = memory(), wards = new MonitoredWards(kept);
  wards.open(3, nurse);
  assert.deepEqual(wards.choose([4]), [4]);
  assert.deepEqual(wards.open(null, nurse), [4], "also on the next page");
  assert.deepEqual(wards.choose([]), [4]);
  assert.deepEqual(wards.choose([99]), [4], "of foreign wards");
  assert.deepEqual(new MonitoredWards(kept).open(null, nurse), [4]);
  assert.deepEqual(new MonitoredWards(kept).open(null, { ...nurse, account: 6 }), [3, 4], "another account's");
  assert.deepEqual(new MonitoredWards(kept).open(null, { ...nurse, own: [3] }), [3], "the chosen ward was taken away");
  assert.deepEqual(wards.open(3, nurse), [3, 4], "a page about a ward is heard");
  kept.kept["fajma.ecoute.5"] = "{";
  assert.deepEqual(new MonitoredWards(kept).open(null, nurse), [3, 4]);
});

test("who sees every ward hears the page's, or the last visit's, until somebody chooses", () => {
  const kept = memory(), wards = new MonitoredWards(kept);
  assert.deepEqual(wards.open(null, admin), []);
  assert.deepEqual(wards.open(4, admin), [4]);
  assert.deepEqual(new MonitoredWards(kept).open(null, admin), [4]);
  assert.deepEqual(new MonitoredWards(kept).open(null, { ...admin, own: [3] }), [3], "the only one");
  assert.deepEqual(wards.choose([4, 6]), [4, 6]);
  assert.deepEqual(new MonitoredWards(kept).open(5, admin), [5, 4, 6]);
  wards.leave();
  assert.deepEqual([wards.heard(), wards.home], [[], null]);
  assert.deepEqual(new MonitoredWards(kept).open(3, { account: null, own: [3, 4], hearsAll: false }), [3], "a display on the wall");
});
