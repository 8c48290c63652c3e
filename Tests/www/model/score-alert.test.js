import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { audible, AlarmSound } from "../../../www/alarms/alarm-sound.js";
import { I18n } from "../../../www/kit/i18n.js";
import { messageOf, shortOf } from "../../../www/model/alert-text.js";
import { stepsOf } from "../../../www/model/alert-timeline.js";
import { readAlert } from "../../../www/model/alerts.js";
import { isLinked, isOverdue, responseOf, SCORE, scoreCare } from "../../../www/model/score-alert.js";
import { byUrgency } from "../../../www/model/severity.js";

const NOW = Date.parse("2026-11-30T14:00:00Z");
const MINUTE = 60_000;
const at = (ms) => new Date(ms).toISOString();
const texts = async (language) => JSON.parse(readFileSync(new URL(`../../../www/locales/${language}.json`, import.meta.url)));
const i18n = {};
for (const language of ["fr", "en"]) {
  i18n[language] = new I18n(texts, { getItem: () => null });
  await i18n[language].start(language);
}
const pauses = { silences: () => false };

/** As the server sends it; `score` holds what is different. */
const alert = (score = {}, more = {}) => readAlert({ id: 9, patient: 12, type_alerte: SCORE, message: "NEWS2 7. Surveillance continue", niveau_gravite: "error", timestamp: at(NOW), levee_le: at(NOW + 2 * MINUTE),
  acquittee: false, version: 1, score: { minimum: 7, maximum: 7, parametres_a_3: [], alerte_liee: null, prochaine_mesure_le: at(NOW + 32 * MINUTE), medecin_appele_le: null, medecin_appele_par: null, ...score }, ...more });
const rule = (id, severity, more = {}) => readAlert({ id, patient: 12, type_alerte: "spo2_bas", niveau_gravite: severity, type_donnee: "spo2", cote: "bas", valeur: 90, seuil: 94, timestamp: at(NOW), ...more });

test("it is the system's, and is named by its parts in the reader's language", () => {
  assert.equal(alert().byHand, false);
  assert.equal(messageOf(alert(), i18n.fr), "NEWS2\u00a0: 7");
  assert.equal(messageOf(alert({ minimum: 3, maximum: 8, parametres_a_3: ["spo2"] }), i18n.fr), "NEWS2\u00a0: 3–8 (3 points\u00a0: SpO₂)");
  assert.equal(messageOf(alert({ minimum: 3, maximum: 3, parametres_a_3: ["spo2"] }), i18n.en), "NEWS2: 3 (3 points: SpO₂)");
  assert.equal(shortOf(alert(), i18n.fr, NOW), "NEWS2 7");
});

test("what a person raised under its name is theirs: it has no score", () => {
  const own = readAlert({ id: 1, patient: 12, type_alerte: SCORE, message: "m", niveau_gravite: "error", timestamp: at(NOW), levee_par: "i.sow" });
  assert.deepEqual([own.byHand, own.score, isOverdue(own, NOW), isLinked(own)], [true, null, false, false]);
});

test("each level has its response, and a text in both languages", () => {
  assert.deepEqual([3, 4, 5, 6, 7, 20].map((minimum) => responseOf({ minimum })), ["trois", "trois", "urgent", "urgent", "urgence", "urgence"]);
  for (const language of Object.values(i18n)) for (const minimum of [3, 5, 7]) assert.ok(scoreCare(alert({ minimum }), language, NOW, { time: String, when: String }).response.length > 20);
});

test("the observation is overdue after the due time, while the alert lasts", () => {
  const one = alert();
  assert.equal(isOverdue(one, NOW + 32 * MINUTE), false);
  assert.equal(isOverdue(one, NOW + 32 * MINUTE + 1), true);
  assert.equal(shortOf(one, i18n.fr, NOW + 33 * MINUTE), "NEWS2 7 en retard");
  const time = (instant) => at(instant).slice(11, 16), words = { time, when: (instant) => `à ${time(instant)}` };
  assert.equal(scoreCare(one, i18n.fr, NOW, words).due, "Prochaine mesure avant 14:32");
  assert.equal(scoreCare(one, i18n.fr, NOW + 33 * MINUTE, words).due, "Observation en retard, attendue à 14:32");
  const over = alert({}, { terminee_le: at(NOW + 5 * MINUTE) });
  assert.deepEqual([isOverdue(over, NOW + 60 * MINUTE), scoreCare(over, i18n.fr, NOW, words).due, scoreCare(over, i18n.fr, NOW, words).response], [false, null, null]);
});

test("that a doctor was called is told with time and name, and is a step of the alert", () => {
  const called = alert({ medecin_appele_le: at(NOW + 3 * MINUTE), medecin_appele_par: "i.sow" });
  assert.equal(scoreCare(called, i18n.fr, NOW, { time: String, when: (instant) => `à ${at(instant).slice(11, 16)}` }).called, "Médecin appelé à 14:03, par i.sow");
  assert.deepEqual(stepsOf(called).map(({ step, by }) => [step, by ?? null]), [["raised", null], ["called", "i.sow"]]);
  assert.equal(scoreCare(rule(1, "error"), i18n.fr, NOW, String), null);
});

test("a score of 7 or a single 3 stands after urgent rules and before lost signals, 5 and 6 among the warnings", () => {
  const lost = readAlert({ id: 3, patient: 12, type_alerte: "signal_perdu", dispositif: 5, niveau_gravite: "error", timestamp: at(NOW) });
  const [seven, three] = [alert(), alert({ minimum: 3, parametres_a_3: ["spo2"] }, { id: 10, niveau_gravite: "warning" })];
  const five = alert({ minimum: 5 }, { id: 11, niveau_gravite: "warning", timestamp: at(NOW - 1) });
  const battery = readAlert({ id: 4, patient: 12, type_alerte: "batterie_faible", dispositif: 5, niveau_gravite: "warning", timestamp: at(NOW) });
  const sorted = [battery, five, lost, three, seven, rule(1, "error"), rule(2, "warning")].sort(byUrgency).map(({ id }) => id);
  assert.deepEqual(sorted, [1, 9, 10, 3, 2, 11, 4]);
});

test("what is linked is seen and not heard, and raised again it sounds again", () => {
  const linked = alert({ minimum: 3, parametres_a_3: ["spo2"], alerte_liee: 2 }, { niveau_gravite: "warning" });
  assert.deepEqual(audible([linked, rule(2, "warning")], pauses, NOW).map(({ id }) => id), [2]);
  assert.deepEqual(audible([alert()], pauses, NOW).map(({ id }) => id), [9]);
  const sound = new AlarmSound();
  assert.deepEqual(sound.look([alert()], NOW), { play: "error" });
  assert.equal(sound.look([alert()], NOW + 5_000), null);
  assert.deepEqual(sound.look([alert({ minimum: 8 }, { version: 2, aggravee_le: at(NOW + 5_000) })], NOW + 5_000), { play: "error" });
});
