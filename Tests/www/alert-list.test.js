import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, csv } from "../../www/kit/csv.js";
import { delayOf, durationOf, history, matches, take } from "../../www/model/alert-filter.js";
import { iconOf, limitOf, stageOf, valueOf } from "../../www/model/alert-text.js";
import { byWaiting, clearsFreshness, isEscalated, unansweredSince } from "../../www/model/alerts.js";
import { CALM_MS, rank, TileOrder } from "../../www/ward/tile-order.js";

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_bas", severity: "warning", at: id * 1_000, raisedAt: id * 1_000 + 400, acknowledged: false,
  remindedAt: null, escalatedAt: null, endedAt: null, version: 1, vital: "spo2", side: "bas", value: 84, limit: 90, ...more });
const i18n = { language: "fr", has: () => false, t: (key, { limit }) => `${key} ${limit}` };

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

test("each stage has its shape: waiting its severity's, latched, acknowledged, over", () => {
  const stages = [alert(1), alert(1, { severity: "error", endedAt: 2 }), alert(1, { acknowledged: true }), alert(1, { endedAt: 2 })];
  assert.deepEqual(stages.map(stageOf), ["waiting", "ended", "acknowledged", "closed"]);
  assert.deepEqual(stages.map(iconOf), ["warning", "ended", "check", "check"]);
  assert.equal(valueOf(alert(1), i18n), "84\u00a0%");
  assert.equal(limitOf(alert(1), i18n), "alarms.limit.low 90\u00a0%");
  assert.equal(valueOf(alert(1, { vital: null, value: null }), i18n), null);
});

test("an alert that nobody answered is escalated until it is acknowledged, a ward that nobody hears from the beginning", () => {
  assert.equal(isEscalated(alert(1, { severity: "error" })), false);
  assert.equal(isEscalated(alert(1, { severity: "error", escalatedAt: 5, endedAt: 9 })), true);
  assert.equal(isEscalated(alert(1, { severity: "error", escalatedAt: 5, acknowledged: true })), false);
  assert.equal(isEscalated(alert(1, { severity: "error", kind: "service_non_surveille" })), true);
});

test("of what nobody answered the longest waiting stands first, and what has ended last", () => {
  const escalated = [alert(1, { escalatedAt: 9_000 }), alert(2, { escalatedAt: 8_000 }), alert(3, { escalatedAt: 3_500, endedAt: 4_000 })];
  assert.deepEqual(escalated.sort(byWaiting).map(({ id }) => id), [2, 1, 3]);
  assert.equal(unansweredSince(alert(1)), 1_400);
  assert.equal(unansweredSince(alert(1, { remindedAt: 6_000 })), 6_000);
});

test("a lost signal clears what was measured before it, a battery clears nothing", () => {
  assert.equal(clearsFreshness(alert(5, { kind: "signal_perdu" }), "spo2", 5_000, null), true);
  assert.equal(clearsFreshness(alert(5, { kind: "signal_perdu" }), "spo2", 5_001, null), false);
  assert.equal(clearsFreshness(alert(5, { kind: "batterie_faible" }), "spo2", 0, null), false);
});

test("a cell is quoted where it must be, and a spreadsheet runs none of it", () => {
  assert.deepEqual(["=1+1", "+33", "-2", "@x", -2, 'a "b"', "a,b", null].map(cell), ["'=1+1", "'+33", "'-2", "'@x", "-2", '"a ""b"""', '"a,b"', ""]);
  assert.equal(csv([["a", 1], ["é", null]]), "\ufeffa,1\r\né,\r\n");
});

const tiles = (...ranks) => ranks.map((each, i) => ({ id: i + 1, rank: each }));

test("the worst stand first, of one rank in the order of beds", () => {
  assert.deepEqual(new TileOrder().next(tiles(0, 4, 1, 4), 0), { ids: [2, 4, 3, 1], waitMs: null });
  const ranks = [null, { acknowledged: true }, { endedAt: 1 }, { severity: "info" }, { severity: "warning" }, { severity: "error" }]
    .map((more) => rank(more && alert(1, more)));
  assert.deepEqual(ranks, [0, 1, 2, 3, 4, 5]);
});

test("tiles move at most every few seconds, but at once for a new error", () => {
  const order = new TileOrder();
  order.next(tiles(0, 0, 0), 0);
  assert.deepEqual(order.next(tiles(0, 0, 4), 1_000), { ids: [1, 2, 3], waitMs: CALM_MS - 1_000 });
  assert.deepEqual(order.next(tiles(0, 0, 4), CALM_MS), { ids: [3, 1, 2], waitMs: null });
  assert.deepEqual(order.next(tiles(0, 5, 4), CALM_MS + 1), { ids: [2, 3, 1], waitMs: null });
  assert.deepEqual(order.next(tiles(0, 4, 5), CALM_MS + 2).ids, [3, 2, 1]);
  assert.equal(order.next(tiles(0, 4, 0), CALM_MS + 3).waitMs, CALM_MS - 1);
  assert.deepEqual(order.next(tiles(0, 4), CALM_MS + 4).ids, [2, 1], "who left is gone at once");
});
