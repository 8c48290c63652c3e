import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isLooser, loosens } from "../../../www/model/limits.js";
import { changeTexts } from "../../../www/model/limit-change-text.js";
import { readLimitChange } from "../../../www/model/limit-changes.js";

const texts = JSON.parse(readFileSync(new URL("../../../www/locales/fr.json", import.meta.url), "utf8"));
const i18n = { language: "fr", t: (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name]) };
const WIRE = { moment: "2026-11-22T13:00:00Z", auteur: "m.ba", niveau: "patient", type_donnee: "spo2", cote: "bas", niveau_gravite: "warning",
  ancien: null, nouveau: { seuil: 88, inclus: false, delai_s: 15, hysteresis: 1 } };
const HELD = { en_vigueur_avant: { seuil: 94, inclus: false, delai_s: 15, hysteresis: 1, origine: "service" },
  en_vigueur_apres: { ...WIRE.nouveau, origine: "patient" }, assouplie: true, motif: "BPCO", expire_le: "2026-11-22T17:00:00Z" };
const plain = (text) => text.replaceAll("\u00a0", " ");
const said = (wire) => {
  const { what, before, after, facts } = changeTexts(readLimitChange(wire), i18n, (at) => new Date(at).toISOString().slice(11, 16));
  return [what, plain(before), plain(after), ...facts];
};

test("a change of limits has what was and what is, or that there was nothing", () => {
  const { at, by, level, before, after, held, isLooser: looser } = readLimitChange(WIRE);
  assert.deepEqual([at, by, level, before, held, looser], [Date.parse(WIRE.moment), "m.ba", "patient", null, null, false]);
  assert.deepEqual(after, { type_donnee: "spo2", cote: "bas", niveau_gravite: "warning", ...WIRE.nouveau });
  assert.equal(readLimitChange({ moment: "?" }), null);
});

test("a loosened limit says what held before, where that came from, why and until when", () => {
  assert.deepEqual(said({ ...WIRE, ...HELD }), ["SpO₂, basse, attention", "< 94 %, 15 s (service)", "< 88 %, 15 s", "13:00, m.ba (patient)", "BPCO", "fin : 17:00"]);
  const gone = { ...WIRE, ancien: WIRE.nouveau, nouveau: null, auteur: null, en_vigueur_avant: HELD.en_vigueur_apres, en_vigueur_apres: HELD.en_vigueur_avant };
  assert.deepEqual(said(gone), ["SpO₂, basse, attention", "< 88 %, 15 s", "< 94 %, 15 s (service)", "13:00, sans compte (patient)"]);
  const off = { ...WIRE, ...HELD, en_vigueur_avant: { seuil: null }, en_vigueur_apres: { seuil: null, origine: "patient" }, motif: null, expire_le: null };
  assert.deepEqual(said(off).slice(1, 3), ["aucune", "désactivée"]);
});

test("a limit that became looser although nobody changed it says what held before and after, and why", () => {
  const wire = { ...WIRE, ...HELD, nouveau: null, cause: "service", motif: null, expire_le: null, en_vigueur_apres: { ...HELD.en_vigueur_apres, origine: "service" } };
  assert.equal(readLimitChange(wire).isLooser, true);
  assert.deepEqual(said(wire), ["SpO₂, basse, attention", "< 94 %, 15 s (service)", "< 88 %, 15 s (service)", "13:00, m.ba (changement de service)"]);
  for (const cause of ["profil", "profil_par_defaut", "date_naissance", "admission"]) assert.ok(texts[`limits.cause.${cause}`]);
});

test("a change of the ward's limits says of which profile, unless an adult's", () => {
  const facts = (profil) => said({ ...WIRE, niveau: "service", profil })[3];
  assert.equal(facts("enfant_1_4"), "13:00, m.ba (service, enfant de 1 à 4 ans)");
  assert.deepEqual([facts("adulte"), facts(null)], ["13:00, m.ba (service)", "13:00, m.ba (service)"]);
});

test("a change from before that was kept says what its level had", () => {
  assert.deepEqual(said(WIRE).slice(1, 3), ["aucune", "< 88 %, 15 s"]);
  assert.deepEqual(said({ ...WIRE, ancien: { seuil: 90 }, nouveau: null }).slice(1, 3), ["< 90 %", "retirée"]);
});

test("the page asks for a reason where the server will: further out, none, a longer delay, a wider margin", () => {
  const rule = (seuil, more = {}) => ({ type_donnee: "spo2", cote: "bas", niveau_gravite: "warning", seuil, inclus: true, delai_s: 10, hysteresis: 1, ...more });
  const high = (seuil) => rule(seuil, { cote: "haut" });
  const looser = [[rule(89), rule(90)], [high(91), high(90)], [rule(null), rule(90)], [undefined, rule(90)], [rule(90, { inclus: false }), rule(90)], [rule(90, { delai_s: 11 }), rule(90)], [rule(90, { hysteresis: 2 }), rule(90)]];
  for (const [after, before] of looser) assert.deepEqual([isLooser(after, before), isLooser(before, after)], [true, false], JSON.stringify(after));
  for (const [after, before] of [[rule(90), rule(90)], [rule(90), undefined], [undefined, undefined], [rule(91), rule(90)]]) assert.equal(isLooser(after, before), false);
  const ward = { propres: [], limites: [rule(94)] };
  const patient = { propres: [rule(96)], limites: [{ ...rule(96), origine: "patient" }] };
  assert.equal(loosens(patient, ward, "spo2", []), true);  // the tighter own one goes
  assert.equal(loosens(ward, ward, "spo2", [rule(95)]), false);
  assert.equal(loosens(ward, ward, "spo2", [rule(93)]), true);
});
