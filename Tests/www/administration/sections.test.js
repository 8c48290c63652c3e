import assert from "node:assert/strict";
import { test } from "node:test";
import { sectionsFor } from "../../../www/administration/sections.js";

test("an account sees the sections that it may open, and no other", () => {
  const names = (permissions) => sectionsFor({ permissions }).map(({ name }) => name);
  assert.deepEqual(names(["readPatients", "managePatients", "assignDevices"]), ["patients", "dispositifs"]);
  assert.deepEqual(names(["manageDevices", "readAudit"]), ["dispositifs", "audit"]);
  assert.deepEqual(names(["readPatients"]), []);
  assert.deepEqual([sectionsFor(null), sectionsFor({})], [[], []]);
});
