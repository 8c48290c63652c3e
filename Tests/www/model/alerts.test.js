import assert from "node:assert/strict";
import { test } from "node:test";
import { clearsFreshness, isEscalated, unansweredSince } from "../../../www/model/alerts.js";
import { byUrgency, isLostPulse } from "../../../www/model/severity.js";

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_bas", severity: "warning", at: id * 1_000, raisedAt: id * 1_000 + 400, acknowledged: false,
  remindedAt: null, escalatedAt: null, endedAt: null, version: 1, vital: "spo2", side: "bas", value: 84, limit: 90, ...more });

test("an alert that nobody answered is escalated until it is acknowledged, a ward that nobody hears from the beginning", () => {
  assert.equal(isEscalated(alert(1, { severity: "error" })), false);
  assert.equal(isEscalated(alert(1, { severity: "error", escalatedAt: 5, endedAt: 9 })), true);
  assert.equal(isEscalated(alert(1, { severity: "error", escalatedAt: 5, acknowledged: true })), false);
  assert.equal(isEscalated(alert(1, { severity: "error", kind: "service_non_surveille" })), true);
});

test("an alert waits since it was passed on, else since it was brought back or raised", () => {
  assert.deepEqual([alert(1), alert(1, { remindedAt: 6_000 }), alert(1, { remindedAt: 6_000, escalatedAt: 7_000 })].map(unansweredSince), [1_400, 6_000, 7_000]);
});

test("a lost signal clears what was measured before it, a battery clears nothing", () => {
  assert.equal(clearsFreshness(alert(5, { kind: "signal_perdu" }), "spo2", 5_000, null), true);
  assert.equal(clearsFreshness(alert(5, { kind: "signal_perdu" }), "spo2", 5_001, null), false);
  assert.equal(clearsFreshness(alert(5, { kind: "batterie_faible" }), "spo2", 0, null), false);
});

test("a lost pulse is before every other error, and clears what a pulse gives, not the temperature", () => {
  const lost = alert(1, { kind: "pouls_introuvable", severity: "error", vital: null });
  assert.deepEqual([alert(9, { severity: "error" }), lost, alert(8, { severity: "error" })].sort(byUrgency).map(({ id }) => id), [1, 9, 8]);
  assert.deepEqual(["spo2", "heart_rate", "temperature"].map((vital) => clearsFreshness(lost, vital, 5_000, null)), [true, true, false]);
  for (const over of [{ endedAt: 9 }, { acknowledged: true }, { severity: "warning" }]) assert.equal(isLostPulse({ ...lost, ...over }), false);
});
