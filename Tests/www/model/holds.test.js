import assert from "node:assert/strict";
import { test } from "node:test";
import { iconOf, shortOf } from "../../../www/model/alert-text.js";
import { readAlert, wantsSomebody } from "../../../www/model/alerts.js";
import { byUrgency, urgency } from "../../../www/model/severity.js";
import { ABSENCE, CUFF, holding, readHold, untilOfHold } from "../../../www/model/holds.js";

const NOW = new Date(2026, 10, 29, 14, 10).getTime();
const at = (ms) => new Date(ms).toISOString();
const i18n = { language: "fr", has: () => false, t: (key, filled) => [key, ...Object.values(filled ?? {})].join(" ") };

const veille = { id: 5, patient: 12, motif: "Scanner", par: "dupont", debut: at(NOW), fin: at(NOW + 3_600_000), terminee_le: null };
const wire = (more = {}) => ({ id: 7, patient: 12, type_alerte: ABSENCE, message: "Absent : Scanner, retour prévu dans 1 h – par dupont", niveau_gravite: "info", timestamp: at(NOW),
  acquittee: true, acquittee_par: "dupont", acquittee_le: at(NOW), terminee_le: null, version: 1, veille, ...more });

test("an alert carries the hold that it shows", () => {
  assert.deepEqual(readAlert(wire()).hold, { id: 5, reason: "Scanner", by: "dupont", beginsAt: NOW, endsAt: NOW + 3_600_000 });
  assert.equal(readAlert(wire({ veille: null })).hold, null);
  for (const bad of [undefined, {}, { id: 5 }, { id: "5", fin: at(NOW) }, { id: 5, fin: "demain" }]) assert.equal(readHold(bad), null);
});

test("a running absence is found by its kind; one that has ended, or an alert without a hold, is none", () => {
  const [absent, cuff] = [readAlert(wire()), readAlert(wire({ id: 8, type_alerte: CUFF, veille: { ...veille, id: 6, motif: "" } }))];
  assert.equal(holding([cuff, absent], ABSENCE), absent);
  assert.equal(holding([cuff, absent], CUFF), cuff);
  assert.equal(holding([readAlert(wire({ terminee_le: at(NOW) })), readAlert(wire({ veille: null }))], ABSENCE), null);
});

test("it asks nobody, and stands behind every other open alert", () => {
  const absent = readAlert(wire());
  const battery = readAlert(wire({ id: 3, type_alerte: "batterie_faible", veille: null }));
  assert.equal(wantsSomebody(absent), false);
  assert.equal(urgency(absent), 0);
  assert.deepEqual([absent, battery].sort(byUrgency).map(({ id }) => id), [3, 7]);
});

test("a tile says when the patient comes back before it says why, in the reader's time", () => {
  const absent = readAlert(wire());
  assert.equal(shortOf(absent, i18n, NOW), "tile.absent 15:10 Scanner");
  assert.equal(iconOf(absent), "away");
  assert.equal(untilOfHold(absent, NOW, i18n), "hold.until.absence 15:10 dupont");
  assert.equal(iconOf(readAlert(wire({ terminee_le: at(NOW) }))), "check");
});

test("a cuff counts down, and never below nothing", () => {
  const cuff = readAlert(wire({ type_alerte: CUFF, veille: { ...veille, motif: "", fin: at(NOW + 78_000) } }));
  assert.equal(untilOfHold(cuff, NOW, i18n), "hold.until.brassard 1:18 dupont");
  assert.equal(untilOfHold(cuff, NOW + 80_000, i18n), "hold.until.brassard 0:00 dupont");
  assert.equal(untilOfHold(cuff, NOW - 2_000, i18n), "hold.until.brassard 1:18 dupont", "nor more than all of it");
  assert.equal(shortOf(cuff, i18n, NOW), "tile.kind.brassard");
});
