import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ADULT, askText, choosable, HYPERCAPNIA, profileOf, PROFILES, proposedProfile, provisionalText, vitalIn } from "../../../www/model/limit-profiles.js";
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

test("the question says the age's profile or that no age is known; provisional limits say of which profiles they are, until somebody confirmed one", () => {
  const t = (key, values) => `${key} ${JSON.stringify(values ?? {})}`;
  assert.equal(askText({ profil_propose: "adolescent" }, t), 'profile.asks.of {"name":"profile.adolescent {}"}');
  assert.equal(askText({ profil_propose: null }, t), "profile.asks.unknown {}");
  const both = 'limits.provisional {"one":"profile.adulte {}","other":"profile.adolescent {}"}';
  assert.equal(provisionalText({ profil: null, profil_en_vigueur: ADULT, profil_provisoire: "adolescent" }, t), both, "a patient");
  assert.equal(provisionalText({ profil: ADULT, profil_provisoire: "adolescent" }, t), both, "an answer about limits");
  for (const one of [{ profil: ADULT }, { profil: "adolescent", profil_en_vigueur: "adolescent", profil_provisoire: null }]) assert.equal(provisionalText(one, t), null);
});

test("chronic hypercapnia is a doctor's choice, to it and from it", () => {
  assert.ok(choosable(null, true).includes(HYPERCAPNIA));
  assert.ok(!choosable("enfant_1_4", false).includes(HYPERCAPNIA));
  assert.deepEqual(choosable(HYPERCAPNIA, false), [HYPERCAPNIA]);
});
