import assert from "node:assert/strict";
import { test } from "node:test";
import { MonitoredWard } from "../../../www/alarms/monitored-ward.js";

test("the ward that is heard is the page's, else the one of this visit, else the last one if it is the account's, else the only one", () => {
  const kept = {};
  const memory = { getItem: (key) => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; } };
  const wards = [{ id: 3 }, { id: 4 }];
  const ward = new MonitoredWard(memory);
  assert.equal(ward.choose(null, wards), null);
  assert.equal(ward.choose(null, [{ id: 3 }]), 3);
  assert.equal(ward.choose(4, wards), 4);
  assert.equal(ward.choose(null, wards), 4);
  assert.equal(new MonitoredWard(memory).choose(null, wards), 4);
  assert.equal(new MonitoredWard(memory).choose(null, [{ id: 3 }, { id: 5 }]), null);
  assert.equal(new MonitoredWard(memory).choose(null, []), 4, "an administrator sees every ward");
});
