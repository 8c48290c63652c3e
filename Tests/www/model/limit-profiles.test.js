import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ADULT, choosable, HYPERCAPNIA, profileOf, PROFILES, proposedProfile, vitalIn } from "../../../www/model/limit-profiles.js";
import { judge, vital, VITALS } from "../../../www/model/vitals.js";

test("the page's profiles are the fixture that the server's are compared with", () => {
  assert.deepEqual(PROFILES, JSON.parse(readFileSync(new URL("../../fixtures/limit-profiles.json", import.meta.url))));
});

test("a pulse of 140 is normal for an infant and high for an adult, one of 60 the other way round", () => {
  const verdicts = (profile) => [140, 60].map((value) => judge(vitalIn("heart_rate", profile), value));
  assert.deepEqual(verdicts("nourrisson_0_2"), ["normal", "low"]);
  assert.deepEqual(verdicts(ADULT), ["high", "normal"]);
  assert.equal(judge(vitalIn("spo2", HYPERCAPNIA), 90), "normal");
  assert.equal(judge(vitalIn("spo2", HYPERCAPNIA), 97), "high");
});

test("a profile of a newer server, and an adult's, have the registry's ranges, and an unknown vital stays unknown", () => {
  for (const { name } of VITALS) for (const profile of [ADULT, "prematures", undefined]) assert.equal(vitalIn(name, profile), vital(name));
  assert.equal(vitalIn("glycemie", "enfant_1_4"), undefined);
});

test("the age proposes: a birthday changes the band on its day", () => {
  const today = "2026-11-30";
  assert.deepEqual(["2026-11-30", "2026-08-31", "2026-08-30", "2025-12-01", "2025-11-30", "2021-12-01", "2021-11-30", "2013-11-30", "2010-12-01", "2010-11-30", "1940-01-01"]
    .map((born) => proposedProfile(born, today)), ["nourrisson_0_2", "nourrisson_0_2", "nourrisson_3_11", "nourrisson_3_11", "enfant_1_4", "enfant_1_4", "enfant_5_12",
    "adolescent", "adolescent", ADULT, ADULT]);
  assert.deepEqual([null, "", "2026-12-01"].map((born) => proposedProfile(born, today)), [null, null, null]);
});

test("what holds for a patient is an adult's where an older server says nothing", () => {
  assert.equal(profileOf({ profil_en_vigueur: "enfant_1_4" }), "enfant_1_4");
  assert.deepEqual([profileOf({}), profileOf(null)], [ADULT, ADULT]);
});

test("chronic hypercapnia is a doctor's choice, to it and from it", () => {
  assert.ok(choosable(null, true).includes(HYPERCAPNIA));
  assert.ok(!choosable("enfant_1_4", false).includes(HYPERCAPNIA));
  assert.deepEqual(choosable(HYPERCAPNIA, false), [HYPERCAPNIA]);
});
