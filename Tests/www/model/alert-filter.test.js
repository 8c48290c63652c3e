import assert from "node:assert/strict";
import { test } from "node:test";
import { delayOf, durationOf, history, matches, take } from "../../../www/model/alert-filter.js";

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_bas", severity: "warning", at: id * 1_000, raisedAt: id * 1_000 + 400, acknowledged: false,
  remindedAt: null, escalatedAt: null, endedAt: null, version: 1, vital: "spo2", side: "bas", value: 84, limit: 90, ...more });

test("the page filters as the server does", () => {
  const one = alert(5, { severity: "error" });
  assert.ok(matches(one, {}) && matches(one, { patient_id: "12", niveau_gravite: "error", acquittee: "false", debut: new Date(5_000).toISOString() }));
  for (const query of [{ patient_id: "13" }, { niveau_gravite: "info" }, { acquittee: "true" }, { debut: new Date(5_001).toISOString() }, { fin: new Date(5_000).toISOString() }]) {
    assert.equal(matches(one, query), false, JSON.stringify(query));
  }
});

test("a changed alert takes its place, a new one stands on top, and one beyond the loaded page waits for it", () => {
  const rows = [alert(9), alert(8)];
  assert.equal(take(rows, alert(8, { version: 2, endedAt: 1 }), {}, true)[1].endedAt, 1);
  assert.equal(take(rows, alert(8), {}, true), rows, "an old copy changes nothing");
  assert.deepEqual(take(rows, alert(10), {}, false).map(({ id }) => id), [10, 9, 8]);
  assert.equal(take(rows, alert(3), {}, false), rows);
  assert.deepEqual(take(rows, alert(3), {}, true).map(({ id }) => id), [9, 8, 3]);
  assert.equal(take(rows, alert(10), { niveau_gravite: "error" }, true), rows);
  assert.deepEqual(history([alert(1), alert(2, { endedAt: 1 }), alert(3, { severity: "error", endedAt: 1 })]).map(({ id }) => id), [2]);
});

test("delay and duration are reckoned from the measurement", () => {
  assert.equal(delayOf(alert(1)), 400);
  assert.equal(delayOf(alert(1, { raisedAt: null })), null);
  assert.equal(delayOf(alert(1, { vital: null })), null);
  assert.equal(durationOf(alert(1), 4_000), 3_000);
  assert.equal(durationOf(alert(1, { vital: null, raisedAt: 3_500 }), 4_000), 500);
  assert.equal(durationOf(alert(1, { endedAt: 2_500 }), 4_000), 1_500);
});
