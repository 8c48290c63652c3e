import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { foldedName } from "../../../www/kit/fold.js";

test("a name is folded as the shared vectors say", () => {
  for (const [name, folded] of JSON.parse(readFileSync(new URL("../../fixtures/folding.json", import.meta.url), "utf8"))) assert.equal(foldedName(name), folded, name);
});
