import assert from "node:assert/strict";
import { test } from "node:test";
import { iconOf, limitOf, messageOf, shortOf, stageOf, valueOf } from "../../../www/model/alert-text.js";

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_bas", severity: "warning", at: id * 1_000, raisedAt: id * 1_000 + 400, acknowledged: false,
  remindedAt: null, escalatedAt: null, endedAt: null, version: 1, vital: "spo2", side: "bas", value: 84, limit: 90, ...more });

const i18n = { language: "fr", has: () => false, t: (key, { limit }) => `${key} ${limit}` };

test("each stage has its shape: waiting its severity's, latched, acknowledged, over", () => {
  const stages = [alert(1), alert(1, { severity: "error", endedAt: 2 }), alert(1, { acknowledged: true }), alert(1, { endedAt: 2 })];
  assert.deepEqual(stages.map(stageOf), ["waiting", "ended", "acknowledged", "closed"]);
  assert.deepEqual(stages.map(iconOf), ["warning", "ended", "check", "check"]);
  assert.equal(valueOf(alert(1), i18n), "84\u00a0%");
  assert.equal(limitOf(alert(1), i18n), "alarms.limit.low 90\u00a0%");
  assert.equal(valueOf(alert(1, { vital: null, value: null }), i18n), null);
});

test("what a person raised says so, where there is room also who", () => {
  const words = { language: "fr", has: () => false, t: (key, { message, who }) => `${key}:${message}:${who}` };
  const raised = alert(1, { vital: null, value: null, limit: null, byHand: true, raisedBy: "a.diop", message: "SpO₂ 82 < 85", kind: "main:signal_perdu" });
  assert.equal(messageOf(raised, words), "alerts.byhand:SpO₂ 82 < 85:a.diop");
  assert.equal(messageOf({ ...raised, raisedBy: null }, words), "alerts.byhand.unknown:SpO₂ 82 < 85:undefined");
  assert.equal(shortOf(raised, words, 0), "tile.byhand:SpO₂ 82 < 85:undefined");
  assert.equal(messageOf(alert(1, { message: "SpO2 : 84 %" }), words), "SpO2 : 84 %");
});
