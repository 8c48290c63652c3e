import assert from "node:assert/strict";
import { test } from "node:test";
import { overall, sortProblem } from "../../../www/kit/problem.js";
import { has } from "../../../www/permissions.js";

test("a refusal goes to the fields that it names, and what no field says stands above", () => {
  const refused = { status: 409, detail: "Conflit.", fields: { lit: ["Occupé.", "Vraiment."] } };
  assert.deepEqual(sortProblem(refused, ["nom", "lit"]), { fields: { lit: "Occupé. Vraiment." }, rest: null });
  assert.deepEqual(sortProblem(refused, ["nom"]), { fields: {}, rest: { text: "Occupé. Vraiment." } });
  assert.deepEqual(sortProblem({ status: 403, detail: "Non.", fields: {} }, ["nom"]), { fields: {}, rest: { text: "Non." } });
});

test("only a server that says so has stored nothing; one that is lost is said to be lost", () => {
  assert.deepEqual(overall({ status: 503, detail: "Service indisponible." }), { key: "problem.away" });
  assert.deepEqual(overall({ status: 503, code: "outcome_unknown", detail: "Peut-être." }), { key: "problem.unconfirmed" });
  for (const status of [0, 502, 504]) assert.deepEqual(overall({ status, detail: "" }), { key: "problem.unreachable" });
  assert.deepEqual(overall({ status: 429, detail: "Trop d’essais." }), { text: "Trop d’essais." });
  assert.deepEqual(overall({ status: 418, detail: "" }), { key: "problem.other" });
});
