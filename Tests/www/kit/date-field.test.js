import assert from "node:assert/strict";
import { test } from "node:test";
import { fromField, fromFieldOf, toField } from "../../../www/kit/date-field.js";

test("an instant goes into a field as local time and comes back, and an untouched field keeps its seconds", () => {
  const wire = "2026-11-22T13:05:42.123Z";
  const field = toField(wire);
  assert.match(field, /^2026-11-2[123]T\d\d:05$/);
  assert.equal(fromField(field), "2026-11-22T13:05:00.000Z");
  assert.equal(fromFieldOf(wire, field), wire);
  assert.equal(fromFieldOf(wire, toField("2026-11-22T14:05:00Z")), "2026-11-22T14:05:00.000Z");
  assert.deepEqual([toField(null), toField("nonsense"), fromField(""), fromFieldOf(null, "")], ["", "", null, null]);
});
