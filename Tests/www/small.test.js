import assert from "node:assert/strict";
import { test } from "node:test";
import { keepTrying } from "../../www/kit/retry.js";
import { axis, stretches } from "../../www/patient/trace-shape.js";
import { lifetime, usableFor } from "../../www/session/token.js";
import { route } from "../../www/shell/router.js";

test("addresses lead to their pages, everything else to the wards", () => {
  assert.deepEqual(route("#/service/3"), { element: "ward-page", properties: { ward: 3 } });
  assert.deepEqual(route("#/patient/12"), { element: "patient-page", properties: { address: "12" } });
  assert.deepEqual(route("#/patient/P1000"), { element: "patient-page", properties: { address: "P1000" } });
  assert.deepEqual(route("#/releve/service/3"), { element: "handover-page", properties: { ward: 3 } });
  assert.deepEqual(route("#/releve/patient/P1000"), { element: "handover-page", properties: { patient: "P1000" } });
  assert.deepEqual(route("#/compte"), { element: "account-page", properties: {} });
  assert.deepEqual(route("#/administration"), { element: "administration-page", properties: { section: null } });
  assert.deepEqual(route("#/administration/audit"), { element: "administration-page", properties: { section: "audit" } });
  for (const hash of ["", "#/", "#/administration/a/b", "#/service/x", "#/patient/1/../2", "#/x"]) assert.equal(route(hash).element, "ward-list", hash);
});

const token = (claims) => ["e30", Buffer.from(JSON.stringify(claims)).toString("base64url"), "x"].join(".");

test("a token is renewed a minute before its end, by its own claims", () => {
  assert.equal(lifetime(token({ iat: 1_000, exp: 1_900 })), 900_000);
  assert.equal(usableFor(token({ iat: 1_000, exp: 1_900 })), 840_000);
  assert.equal(usableFor(token({ iat: 1_000, exp: 1_060 })), 30_000);
});

test("a token without an end or without sense is renewed all the same", () => {
  assert.equal(lifetime(token({ iat: 1_000 })), 12 * 3_600_000);
  assert.equal(lifetime("nonsense"), 15 * 60_000);
});

test("a trace is broken where nothing was measured", () => {
  const samples = [0, 1, 2, 20, 21].map((s) => ({ at: s * 1_000, value: 97 }));
  assert.deepEqual(stretches(samples, 10_000).map((part) => part.length), [3, 2]);
  assert.deepEqual(stretches([], 10_000), []);
});

test("the axis holds the samples and the normal range, and does not blow noise up", () => {
  const shown = axis([{ at: 0, value: 80 }], [95, 100]);
  assert.ok(shown.low < 80 && shown.high > 100);
  const flat = axis([{ at: 0, value: 5 }], null);
  assert.ok(flat.high - flat.low >= 0.4);
  assert.equal(axis([], null), null);
});

test("a refusal is thrown at once, and an ended page is not tried for", async () => {
  const refusal = Object.assign(new Error("no"), { status: 404 });
  let tries = 0;
  await assert.rejects(keepTrying(() => { tries++; throw refusal; }, new AbortController().signal), refusal);
  assert.equal(tries, 1);
  const page = new AbortController();
  const away = keepTrying(() => { throw Object.assign(new Error(), { status: 503 }); }, page.signal, () => page.abort());
  await assert.rejects(away, { name: "AbortError" });
});
