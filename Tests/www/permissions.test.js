import assert from "node:assert/strict";
import { test } from "node:test";
import { has, may, mayAct } from "../../www/permissions.js";

const nurse = { role: "infirmier", permissions: ["readAlerts", "acknowledgeAlerts"] };

test("an account has the permissions that the server names, and nobody has any without one", () => {
  assert.deepEqual([has(null, "readAudit"), has({}, "readAudit"), has(nurse, "readAudit"), has(nurse, "readAlerts")], [false, false, false, true]);
});

test("nobody acts on a wall display, whatever the account", () => {
  assert.deepEqual([mayAct(nurse, false), mayAct(nurse, true), mayAct({ ...nurse, role: "ecran" }, false), mayAct(null, false)], [true, false, false, false]);
});

test("a wall display only reads", () => {
  assert.deepEqual(["readAlerts", "acknowledgeAlerts"].map((permission) => may(nurse, false, permission)), [true, true]);
  assert.deepEqual(["readAlerts", "acknowledgeAlerts"].map((permission) => may(nurse, true, permission)), [true, false]);
});
