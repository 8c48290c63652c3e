import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../../../www/kit/search.js";

test("a search finds every word anywhere, whatever its accents and capitals", () => {
  const row = ["Lefèvre", "Émile", "P1042", null, "12"];
  for (const search of ["", "lefevre", "ÉMILE lef", "p1042 12", "  fev  "]) assert.ok(matches(search, row), search);
  for (const search of ["lefevre jean", "p1043"]) assert.ok(!matches(search, row), search);
});
