import assert from "node:assert/strict";
import { test } from "node:test";
import { homonyms } from "../../../www/model/homonyms.js";

const patient = (id, nom, service = 1, rest = {}) => ({ id, nom, prenom: `P${id}`, service, ...rest });

test("patients of one ward with the same last name are homonyms, however it is written; others are not", () => {
  const found = homonyms([patient(1, "Tévenin"), patient(2, "TEVENIN"), patient(3, "Béranger"), patient(4, "Béranger", 2), patient(5, "N’Diaye"), patient(6, "Ndiaye"),
    patient(7, "Œuvrard"), patient(8, "Oeuvrard"), patient(9, "Oeuvrard"), patient(10, "Sow"), patient(11, "Sow", 1, { sorti_le: "2026-11-22T14:43:18.250Z" })]);
  assert.deepEqual([...found].sort((a, b) => a - b), [1, 2, 5, 6, 7, 8, 9]);
  assert.deepEqual(homonyms([]), new Set());
});

test("patients without a name, as on a locked desk, are no homonyms", () => {
  assert.deepEqual(homonyms([patient(1, ""), patient(2, ""), patient(3, "Sow")]), new Set());
});
