import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { csv, line } from "../../../www/kit/csv.js";

test("a line is what the shared vectors say: quoted where it must be, and no spreadsheet runs any of it, whatever its separator", () => {
  for (const { cells, line: expected } of JSON.parse(readFileSync(new URL("../../fixtures/csv.json", import.meta.url), "utf8"))) assert.equal(line(cells), `${expected}\r\n`);
});

test("a French file has semicolons and decimal commas, an English one commas and points; both are as safe", () => {
  assert.equal(csv([["a", 1.5], ["é", null]], "en"), "\ufeffa,1.5\r\né,\r\n");
  assert.equal(csv([["a", 10.4, -2.5], ["x,=1", "-3.5", "b;c"]], "fr"), "\ufeffa;\"10,4\";\"-2,5\"\r\n\"x,'=1\";-3.5;\"b;c\"\r\n");
});
