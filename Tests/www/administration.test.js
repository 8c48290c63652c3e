import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIONS } from "../../www/administration/audit-actions.js";
import { changes, readLimit, readSubject, shown } from "../../www/administration/audit-text.js";
import { qrPath, qrSide, QUIET_ZONE } from "../../www/administration/qr.js";
import { sectionsFor } from "../../www/administration/sections.js";
import { has } from "../../www/permissions.js";
import { fromField, fromFieldOf, toField } from "../../www/kit/date-field.js";
import { calendarDay, exactTime } from "../../www/kit/format.js";
import { overall, sortProblem } from "../../www/kit/problem.js";
import { matches } from "../../www/kit/search.js";

test("an account sees the sections that it may open, and no other", () => {
  const names = (permissions) => sectionsFor({ permissions }).map(({ name }) => name);
  assert.deepEqual(names(["readPatients", "managePatients", "assignDevices"]), ["patients", "dispositifs"]);
  assert.deepEqual(names(["manageDevices", "readAudit"]), ["dispositifs", "audit"]);
  assert.deepEqual(names(["readPatients"]), []);
  assert.deepEqual([sectionsFor(null), sectionsFor({}), has(null, "readAudit"), has({ permissions: ["readAudit"] }, "readAudit")], [[], [], false, true]);
});

test("a search finds every word anywhere, whatever its accents and capitals", () => {
  const row = ["Lefèvre", "Émile", "P1042", null, "12"];
  for (const search of ["", "lefevre", "ÉMILE lef", "p1042 12", "  fev  "]) assert.ok(matches(search, row), search);
  for (const search of ["lefevre jean", "p1043"]) assert.ok(!matches(search, row), search);
});

/** The modules that a path of rectangles paints, as rows. */
function painted(path, side) {
  const field = Array.from({ length: side }, () => Array(side).fill("0"));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) for (let i = 0; i < Number(width); i++) field[y][Number(x) + i] = "1";
  return field.map((row) => row.join(""));
}

test("a QR code is drawn module by module, with four light ones on each side", () => {
  const rows = ["1101", "0000", "1111", "0010"];
  const side = qrSide(rows);
  assert.equal(side, 12);
  const light = "0".repeat(QUIET_ZONE), empty = Array(QUIET_ZONE).fill("0".repeat(side));
  assert.deepEqual(painted(qrPath(rows), side), [...empty, ...rows.map((row) => light + row + light), ...empty]);
  assert.equal(qrPath(["000"]), "");
});

test("an instant goes into a field as local time and comes back, and an untouched field keeps its seconds", () => {
  const wire = "2026-11-22T13:05:42.123Z";
  const field = toField(wire);
  assert.match(field, /^2026-11-2[123]T\d\d:05$/);
  assert.equal(fromField(field), "2026-11-22T13:05:00.000Z");
  assert.equal(fromFieldOf(wire, field), wire);
  assert.equal(fromFieldOf(wire, toField("2026-11-22T14:05:00Z")), "2026-11-22T14:05:00.000Z");
  assert.deepEqual([toField(null), toField("nonsense"), fromField(""), fromFieldOf(null, "")], ["", "", null, null]);
});

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
  assert.deepEqual(readLimit("heart_rate-haut-warning"), { ward: null, vital: "heart_rate", side: "haut", severity: "warning" });
  assert.deepEqual(readLimit("ward-3-spo2-bas-error"), { ward: 3, vital: "spo2", side: "bas", severity: "error" });
  for (const text of ["17", "spo2-bas", "spo2-left-error", ""]) assert.equal(readLimit(text), null);
});

test("every action of the audit is offered once", () => assert.equal(new Set(ACTIONS).size, ACTIONS.length));

test("a refusal goes to the fields that it names, and what no field says stands above", () => {
  const refused = { status: 409, detail: "Conflit.", fields: { lit: ["Occupé.", "Vraiment."] } };
  assert.deepEqual(sortProblem(refused, ["nom", "lit"]), { fields: { lit: "Occupé. Vraiment." }, rest: null });
  assert.deepEqual(sortProblem(refused, ["nom"]), { fields: {}, rest: { text: "Occupé. Vraiment." } });
  assert.deepEqual(sortProblem({ status: 403, detail: "Non.", fields: {} }, ["nom"]), { fields: {}, rest: { text: "Non." } });
});

test("only a server that says so has stored nothing; one that is lost is said to be lost", () => {
  assert.deepEqual(overall({ status: 503, detail: "Service indisponible." }), { key: "problem.away" });
  for (const status of [0, 502, 504]) assert.deepEqual(overall({ status, detail: "" }), { key: "problem.unreachable" });
  assert.deepEqual(overall({ status: 429, detail: "Trop d’essais." }), { text: "Trop d’essais." });
  assert.deepEqual(overall({ status: 418, detail: "" }), { key: "problem.other" });
});

test("days and exact times are written day first in both languages", () => {
  assert.deepEqual(["fr", "en"].map((language) => calendarDay("1961-04-03", language)), ["03/04/1961", "03/04/1961"]);
  assert.equal(calendarDay("unknown", "fr"), "unknown");
  const at = new Date(2026, 10, 22, 14, 3, 7).getTime();
  assert.deepEqual(["fr", "en"].map((language) => exactTime(at, language)), ["22/11/2026 14:03:07", "22/11/2026 14:03:07"]);
});
