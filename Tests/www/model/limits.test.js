import assert from "node:assert/strict";
import { test } from "node:test";
import { changedCorners, changesOf, CORNERS, draftOf, LIMITED, linesOf, merged, rulesOf, signOf } from "../../../www/model/limits.js";

const rule = (vital, cote, severity, limit, more = {}) => ({ type_donnee: vital, cote, niveau_gravite: severity, seuil: limit, inclus: false, delai_s: 10, hysteresis: 1, ...more });
const [LOW_ERROR, LOW_WARNING, HIGH_WARNING, HIGH_ERROR] = CORNERS;

/** A ward's limits, and a patient's with an own low error of 88. */
const ward = { version: 1, propres: [], limites: [rule("spo2", "bas", "error", 90), rule("spo2", "bas", "warning", 94, { delai_s: 15 })] };

const own = rule("spo2", "bas", "error", 88, { delai_s: 15 });
const patient = { version: 2, propres: [own, rule("heart_rate", "haut", "error", 140)], limites: [{ ...own, origine: "patient" }, { ...ward.limites[1], origine: "defaut" }] };

const drafts = (changes = {}, limits = patient, parent = ward) =>
  CORNERS.map((corner, i) => ({ ...draftOf(limits, parent, "spo2", corner, "fr"), ...changes[i] }));

test("limits are for vitals that are numbers of their own", () => {
  assert.ok(LIMITED.includes("spo2") && LIMITED.includes("diastolic_bp"));
  for (const name of ["consciousness", "supplemental_o2", "signal_quality"]) assert.ok(!LIMITED.includes(name), name);
});

test("until somebody has confirmed a profile a form begins with what holds, which is stricter than the ward's", () => {
  const provisional = { ...patient, profil_provisoire: "adolescent", limites: [{ ...own, origine: "patient" }, rule("spo2", "bas", "warning", 96, { origine: "defaut" })] };
  assert.equal(draftOf(provisional, ward, "spo2", LOW_WARNING, "fr").seuil, "96");
  assert.equal(draftOf({ ...provisional, propres: [{ ...own, seuil: null }] }, ward, "spo2", LOW_ERROR, "fr").seuil, "90");
});

test("a corner's form begins with what holds there, and whose it is", () => {
  assert.deepEqual(draftOf(patient, ward, "spo2", LOW_ERROR, "fr"), { mode: "own", seuil: "88", delai_s: "15", hysteresis: "1" });
  assert.deepEqual(draftOf(patient, ward, "spo2", LOW_WARNING, "fr"), { mode: "inherited", seuil: "94", delai_s: "15", hysteresis: "1" });
  assert.deepEqual(draftOf(patient, ward, "spo2", HIGH_ERROR, "fr"), { mode: "inherited", seuil: "", delai_s: "15", hysteresis: "1" });
  const off = { ...patient, propres: [{ ...own, seuil: null }] };
  assert.deepEqual(draftOf(off, ward, "spo2", LOW_ERROR, "fr"), { mode: "off", seuil: "90", delai_s: "15", hysteresis: "1" });
  const fine = { ...ward, limites: [rule("temperature", "haut", "error", 39.1)] };
  assert.deepEqual(["fr", "en"].map((language) => draftOf(fine, null, "temperature", HIGH_ERROR, language).seuil), ["39,1", "39.1"]);
});

test("a form that nobody touched stands for the rules that are there", () => {
  assert.deepEqual(rulesOf(drafts(), patient, ward, "spo2"), { rules: [own], faults: {} });
  assert.deepEqual(merged(patient, "spo2", [own]), [patient.propres[1], own]);
});

test("own, inherited and off become a rule, none, and one without a limit", () => {
  const { rules } = rulesOf(drafts({ 0: { mode: "inherited" }, 1: { mode: "off" }, 3: { mode: "own", seuil: "99,5", delai_s: "0", hysteresis: "0" } }), patient, ward, "spo2");
  assert.deepEqual(rules.map(({ cote, niveau_gravite, seuil }) => [cote, niveau_gravite, seuil]), [["bas", "warning", null], ["haut", "error", 99.5]]);
});

test("what includes its limit goes on doing so", () => {
  const inclusive = { ...ward, limites: [rule("temperature", "haut", "error", 39.1, { inclus: true })] };
  const typed = CORNERS.map((corner) => ({ ...draftOf(inclusive, inclusive, "temperature", corner, "fr") }));
  typed[3].mode = "own";
  assert.equal(rulesOf(typed, inclusive, inclusive, "temperature").rules[0].inclus, true);
  assert.deepEqual([signOf(rule("spo2", "bas", "error", 1)), signOf(inclusive.limites[0])], ["<", "≥"]);
});

test("what cannot be a rule is told at its field", () => {
  const { faults } = rulesOf(drafts({ 0: { mode: "own", seuil: "12", delai_s: "x", hysteresis: "" }, 2: { mode: "own", seuil: "97", delai_s: "301", hysteresis: "71" } }), patient, ward, "spo2");
  assert.deepEqual(faults, { seuil_bas_error: "range", delai_s_bas_error: "number", hysteresis_bas_error: "number", delai_s_haut_warning: "delay", hysteresis_haut_warning: "hysteresis" });
});

test("what would change is what differs from what holds, also by going back to the ward's", () => {
  assert.deepEqual(changesOf(patient, ward, "spo2", [own]), []);
  assert.deepEqual(changesOf(patient, ward, "spo2", []).map(({ seuil }) => seuil), [90]);
  assert.deepEqual(changesOf(patient, ward, "spo2", [own, rule("spo2", "bas", "warning", null)]).map(({ seuil }) => seuil), [null]);
  const theirs = { ...patient, limites: [{ ...own, seuil: 86 }, patient.limites[1]] };
  assert.deepEqual(changedCorners(patient, theirs, "spo2"), ["bas_error"]);
});

test("a limit that is off is no line", () => assert.deepEqual(linesOf({ limites: [rule("spo2", "bas", "error", null), rule("spo2", "bas", "warning", 94), rule("heart_rate", "bas", "error", 40)] }, "spo2").map(({ seuil }) => seuil), [94]));

test("a temperature of the skin has the limits of its ward and patient only, until the ward has validated its site", () => {
  const limites = [rule("temperature", "bas", "error", 35), rule("temperature", "haut", "error", 39.1), rule("temperature", "haut", "warning", 38)]
    .map((one, i) => ({ ...one, origine: ["defaut", "hopital", "patient"][i] }));
  const lines = (valid, isOnSkin) => linesOf({ limites, temperature_cutanee_validee: valid }, "temperature", isOnSkin).map(({ seuil }) => seuil);
  assert.deepEqual(lines(false, true), [38]);
  assert.deepEqual(lines(false, false), [35, 39.1, 38]);
  assert.deepEqual(lines(true, true), [35, 39.1, 38]);
});

test("an urgent limit that would be crossed before the warning's is refused at its own field, else at the warning's", () => {
  const typed = (place, seuil) => rulesOf(drafts({ [place]: { mode: "own", seuil, delai_s: "10", hysteresis: "1" } }), patient, ward, "spo2").faults;
  assert.deepEqual(typed(0, "95"), { seuil_bas_error: "order.bas" });
  assert.deepEqual(typed(0, "94"), {}, "both at once");
  assert.deepEqual(rulesOf(drafts({ 0: { mode: "inherited" }, 1: { mode: "own", seuil: "85", delai_s: "10", hysteresis: "1" } }), patient, ward, "spo2").faults, { seuil_bas_warning: "order.bas" });
});
