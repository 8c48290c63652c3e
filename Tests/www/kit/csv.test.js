import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, csv } from "../../../www/kit/csv.js";

test("a cell is quoted where it must be, and a spreadsheet runs none of it", () => {
  assert.deepEqual(["=1+1", "+33", "-2", "@x", -2, 'a "b"', "a,b", null].map(cell), ["'=1+1", "'+33", "'-2", "'@x", "-2", '"a ""b"""', '"a,b"', ""]);
  assert.equal(csv([["a", 1], ["é", null]]), "\ufeffa,1\r\né,\r\n");
});
