import assert from "node:assert/strict";
import { test } from "node:test";
import { route } from "../../../www/shell/router.js";

test("addresses lead to their pages, everything else to the wards", () => {
  assert.deepEqual(route("#/service/3"), { element: "ward-page", properties: { ward: 3 } });
  assert.deepEqual(route("#/patient/12"), { element: "patient-page", properties: { address: "12" } });
  assert.deepEqual(route("#/patient/P1000"), { element: "patient-page", properties: { address: "P1000" } });
  assert.deepEqual(route("#/releve/service/3"), { element: "handover-page", properties: { ward: 3 } });
  assert.deepEqual(route("#/releve/patient/P1000"), { element: "handover-page", properties: { patient: "P1000" } });
  assert.deepEqual(route("#/patient/n:2024%2F17"), { element: "patient-page", properties: { address: "n:2024/17" } });
  assert.deepEqual(route("#/releve/patient/n%3A12"), { element: "handover-page", properties: { patient: "n:12" } });
  assert.deepEqual(route("#/patient/n:50%"), { element: "patient-page", properties: { address: "n:50%" } });
  assert.deepEqual(route("#/compte"), { element: "account-page", properties: {} });
  assert.deepEqual(route("#/administration"), { element: "administration-page", properties: { section: null } });
  assert.deepEqual(route("#/administration/audit"), { element: "administration-page", properties: { section: "audit" } });
  for (const hash of ["", "#/", "#/administration/a/b", "#/service/x", "#/patient/1/../2", "#/x"]) assert.equal(route(hash).element, "ward-list", hash);
});
