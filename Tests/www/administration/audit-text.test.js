import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { changes, fieldKey, readLimit, readSubject, shown } from "../../../www/administration/audit-text.js";

test("an entry of the audit tells what differs, field by field", () => {
  assert.deepEqual(changes({ bed: "1", ward_id: 2, sex: "F" }, { bed: "4", ward_id: 2, sex: "F" }), [{ field: "bed", from: "1", to: "4" }]);
  assert.deepEqual(changes(null, { bed: "4", discharged_at: null }), [{ field: "bed", from: null, to: "4" }]);
  assert.deepEqual(changes({ bed: "4" }, null), [{ field: "bed", from: "4", to: null }]);
  assert.deepEqual(changes({ limits: { low: 90, high: 100 } }, { limits: { low: 92, high: 100 } }), [{ field: "limits.low", from: 90, to: 92 }]);
  assert.deepEqual(changes({ services: [1, 2] }, { services: [1, 2] }), []);
  assert.deepEqual(changes(null, undefined), []);
  const made = { zone: 1, id: 7, bed: "4", alarm: 2, last_name: "Diallo", hospital_number: "P1" };
  assert.deepEqual(changes(null, made, ["id"]).map(({ field }) => field), ["hospital_number", "last_name", "bed", "alarm", "zone"]);
  assert.deepEqual(changes(Object.fromEntries(Object.entries(made).reverse()), null, ["id"]).map(({ field }) => field),
    ["hospital_number", "last_name", "bed", "alarm", "zone"]);
});

test("values of the audit are shown as people read them", () => {
  const words = { moment: (at) => `<${new Date(at).toISOString()}>`, yes: "oui", no: "non" };
  assert.equal(shown(true, words), "oui");
  assert.equal(shown([1, "a"], words), "1, a");
  assert.equal(shown("2026-11-21T10:02:03.123+00:00", words), "<2026-11-21T10:02:03.123Z>");
  assert.equal(shown("2026-11-21 10:02:03.1+00", words), "<2026-11-21T10:02:03.100Z>");
  assert.equal(shown('["2026-11-22 18:00:00+00","2026-11-22 19:30:00.5+00")', words), "<2026-11-22T18:00:00.000Z> – <2026-11-22T19:30:00.500Z>");
  assert.equal(shown('["2026-11-22 18:00:00+00",)', words), "<2026-11-22T18:00:00.000Z> – …");
  for (const text of ["(a,b)", "P1042", "1961-04-30", "12"]) assert.equal(shown(text, words), text);
});

test("an entry's subject is read where it is a noun and a number", () => {
  assert.deepEqual(readSubject("device 3"), { noun: "device", id: "3" });
  for (const text of ["GET /api/utilisateurs/", "", null, "device"]) assert.equal(readSubject(text), null);
});

test("an alarm limit is told by what it watches, and a ward's by its ward", () => {
  assert.deepEqual(readLimit("heart_rate-haut-warning"), { ward: null, profile: null, vital: "heart_rate", side: "haut", severity: "warning" });
  assert.deepEqual(readLimit("ward-3-spo2-bas-error"), { ward: 3, profile: null, vital: "spo2", side: "bas", severity: "error" });
  assert.deepEqual(readLimit("ward-3-enfant_1_4-heart_rate-haut-error"), { ward: 3, profile: "enfant_1_4", vital: "heart_rate", side: "haut", severity: "error" });
  assert.deepEqual(readLimit("hypercapnie-spo2-bas-error"), { ward: null, profile: "hypercapnie", vital: "spo2", side: "bas", severity: "error" });
  for (const text of ["17", "spo2-bas", "spo2-left-error", ""]) assert.equal(readLimit(text), null);
});

test("a field has the word of what the entry is about: an alert is resolved, an absence has an end", () => {
  const texts = JSON.parse(readFileSync(new URL("../../../www/locales/fr.json", import.meta.url), "utf8"));
  const name = (action, field) => texts[fieldKey(action, field, { has: (key) => key in texts })] ?? null;
  assert.deepEqual(["alert.changed", "hold.changed", "pause.changed", "session.ended"].map((action) => name(action, "ended_at")), ["Résolue", "Fin", "Fin", "Fin"]);
  assert.deepEqual(["hold.created", "pause.created"].map((action) => name(action, "begun_by")), ["Déclaré par", "Suspendu par"]);
  assert.equal(name("limit.changed", "effective_hysteresis"), "Marge de retour en vigueur");
  assert.equal(name("patient.changed", "unheard_of"), null);
});
