import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { look } from "../../../www/kit/look.js";
import { namesakes } from "../../../www/model/homonyms.js";

test("texts look the same or not as the fixture says, which the database is compared with", () => {
  for (const { one, other, same } of JSON.parse(readFileSync(new URL("../../fixtures/looks.json", import.meta.url)))) {
    assert.equal(look(one) === look(other), same, `${one} ${other}`);
  }
});

test("devices whose names look the same are marked, but for those that are retired", () => {
  const device = (id, nom, retire_le = null) => ({ id, nom, retire_le });
  const devices = [device(1, "Bracelet A"), device(2, "bracelet А"), device(3, "Bracelet B"), device(4, "Bracelet B", "2026-11-01T00:00:00Z"), device(5, "Bracelet C")];
  assert.deepEqual([...namesakes(devices)], [1, 2]);
});
