import assert from "node:assert/strict";
import { test } from "node:test";
import { reactionOf, stepsOf } from "../../../www/model/alert-timeline.js";

const NOW = Date.parse("2026-11-22T14:00:00Z");
const SECOND = 1_000;

const alert = (more = {}) => ({ id: 1, at: NOW, raisedAt: NOW + 3 * SECOND, worsenedAt: null, remindedAt: null, escalatedAt: null,
  acknowledged: false, acknowledgedBy: null, acknowledgedAt: null, firstAcknowledgedAt: null, endedAt: null, ...more });

const told = (one) => stepsOf(one).map(({ step, at }) => [step, (at - NOW) / SECOND]);

test("an alert's steps come in the order in which they happened", () => {
  const one = alert({ escalatedAt: NOW + 120 * SECOND, acknowledged: true, acknowledgedBy: "i.sow", acknowledgedAt: NOW + 150 * SECOND, firstAcknowledgedAt: NOW + 150 * SECOND, endedAt: NOW + 140 * SECOND });
  assert.deepEqual(told(one), [["raised", 3], ["escalated", 120], ["ended", 140], ["acknowledged", 150]]);
  assert.equal(stepsOf(one).at(-1).by, "i.sow");
});

test("the value belongs to the last change: to the worsening where there was one", () => {
  assert.deepEqual(stepsOf(alert()).map(({ step, measured }) => [step, measured]), [["raised", true]]);
  assert.deepEqual(stepsOf(alert({ worsenedAt: NOW + 40 * SECOND })).map(({ step, measured }) => [step, measured]), [["raised", false], ["worsened", true]]);
});

test("an acknowledgement that was taken back is told as the first one", () => {
  const reminded = alert({ firstAcknowledgedAt: NOW + 30 * SECOND, remindedAt: NOW + 330 * SECOND });
  assert.deepEqual(told(reminded), [["raised", 3], ["first_acknowledged", 30], ["reminded", 330]]);
  const again = { ...reminded, acknowledged: true, acknowledgedAt: NOW + 340 * SECOND };
  assert.deepEqual(told(again), [["raised", 3], ["first_acknowledged", 30], ["reminded", 330], ["acknowledged", 340]]);
});

test("how soon somebody came counts to the first time", () => {
  assert.equal(reactionOf(alert()), null);
  assert.equal(reactionOf(alert({ firstAcknowledgedAt: NOW + 30 * SECOND, acknowledgedAt: NOW + 340 * SECOND })), 27 * SECOND);
  assert.equal(reactionOf(alert({ raisedAt: null, firstAcknowledgedAt: NOW + 30 * SECOND })), 30 * SECOND);
});
