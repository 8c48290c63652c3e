import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIONS } from "../../../www/administration/audit-actions.js";

test("every action of the audit is offered once", () => assert.equal(new Set(ACTIONS).size, ACTIONS.length));
