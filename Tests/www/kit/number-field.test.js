import assert from "node:assert/strict";
import { test } from "node:test";
import { readNumber } from "../../../www/kit/number-field.js";

test("a number may have a comma or a point, and nothing else is one", () => {
  assert.equal(readNumber("36,8"), 36.8);
  assert.equal(readNumber(" 36.8 "), 36.8);
  assert.equal(readNumber("1\u202f20"), 120);
  assert.equal(readNumber("38,"), 38);
  assert.equal(readNumber("  "), null);
  for (const text of ["x", "1,2,3", "-5", "1e3", "0x10", "12/8", "∞", ",", "3 6 x"]) assert.ok(Number.isNaN(readNumber(text)), text);
});
