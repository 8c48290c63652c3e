import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { I18n } from "../../../www/kit/i18n.js";
import { iconOf, limitOf, messageOf, shortOf, stageOf, valueOf, whatOf } from "../../../www/model/alert-text.js";

const texts = (language) => JSON.parse(readFileSync(new URL(`../../../www/locales/${language}.json`, import.meta.url), "utf8"));
async function spoken(language) {
  const i18n = new I18n(texts, { getItem: () => null });
  await i18n.start(language);
  return i18n;
}
const [fr, en] = [await spoken("fr"), await spoken("en")];
const plain = (text) => text.replaceAll("\u00a0", " ");

const alert = (id, more = {}) => ({ id, patient: 12, kind: "spo2_bas", severity: "warning", at: id * 1_000, raisedAt: id * 1_000 + 400, acknowledged: false,
  remindedAt: null, escalatedAt: null, endedAt: null, version: 1, vital: "spo2", side: "bas", value: 84, limit: 90, message: "SpO2 : 84 % (< 90 %)", ...more });
const technical = (kind, message, more = {}) => alert(1, { kind, message, vital: null, side: null, value: null, limit: null, ...more });

test("each stage has its shape: waiting its severity's, latched, acknowledged, over", () => {
  const stages = [alert(1), alert(1, { severity: "error", endedAt: 2 }), alert(1, { acknowledged: true }), alert(1, { endedAt: 2 })];
  assert.deepEqual(stages.map(stageOf), ["waiting", "ended", "acknowledged", "closed"]);
  assert.deepEqual(stages.map(iconOf), ["warning", "ended", "check", "check"]);
  assert.equal(valueOf(alert(1), fr), "84\u00a0%");
  assert.equal(plain(limitOf(alert(1), fr)), "limite basse 90 %");
  assert.equal(valueOf(alert(1, { vital: null, value: null }), fr), null);
});

test("what is not measured, and what is about the equipment, has icons of its own while it waits", () => {
  const icons = ["signal_perdu", "mesure_absente", "capteur_detache", "batterie_faible", "horloge", "capteurs_discordants"].map((kind) => iconOf(technical(kind, "")));
  assert.equal(new Set([...icons, "warning", "error", "info"]).size, 9);
  assert.equal(iconOf(technical("signal_perdu", "", { acknowledged: true })), "check");
});

test("a message is made of the alert's parts, in the reader's language", () => {
  assert.deepEqual([fr, en].map((i18n) => plain(messageOf(alert(1), i18n))), ["SpO₂ : 84 % (< 90 %)", "SpO₂: 84 % (< 90 %)"]);
  assert.equal(plain(whatOf(alert(1), en)), "SpO₂: 84 % (< 90 %)");
  const rate = alert(1, { kind: "respiratory_rate_haut", vital: "respiratory_rate", side: "haut", value: 26, limit: 25, message: "Fréquence respiratoire : 26 /min (≥ 25 /min)" });
  assert.deepEqual([fr, en].map((i18n) => plain(messageOf(rate, i18n))), ["Fréquence respiratoire : 26 /min (≥ 25 /min)", "Respiratory rate: 26 /min (≥ 25 /min)"]);
  const missing = technical("mesure_absente", "Mesure absente : SpO2, fréquence cardiaque – Bracelet 12");
  assert.deepEqual([fr, en].map((i18n) => plain(messageOf(missing, i18n))), ["Mesure absente : SpO2, fréquence cardiaque – Bracelet 12", "Value missing – Bracelet 12"]);
  const english = technical("mesure_absente", "Value missing: SpO2, heart rate – Bracelet 12");
  assert.equal(plain(messageOf(english, en)), "Value missing – Bracelet 12", "the sockets of an English account");
  const unheard = technical("service_non_surveille", "Service non surveillé, aucun écran avec le son n’est connecté – Soins – nord", { patient: null });
  assert.deepEqual([fr, en].map((i18n) => plain(messageOf(unheard, i18n))), ["Soins – nord : alarmes non entendues, aucun poste n’a le son actif", "Soins – nord: alarms not heard, no screen has its sound on"]);
  assert.equal(messageOf(technical("unknown_kind", "Un texte du serveur"), en), "Un texte du serveur");
  assert.equal(messageOf(alert(1, { value: null, message: "SpO2 basse" }), fr), "SpO2 basse");
});

test("a value never reads like the limit that it violates", () => {
  const near = alert(1, { value: 93.6, limit: 94 });
  assert.equal(plain(valueOf(near, fr)), "93,6 %");
  assert.equal(plain(valueOf(alert(1, { value: 93.97, limit: 94 }), fr)), "93,97 %");
  assert.equal(plain(valueOf(alert(1, { value: 90, limit: 90 }), fr)), "90 %");
  assert.equal(plain(shortOf({ ...near, endedAt: 9 }, fr, 0)), "SpO₂ 93,6 < 94");
});

test("beside a live value the short text has the limit alone, once it ended the value that raised it", () => {
  assert.equal(plain(shortOf(alert(1), fr, 0)), "SpO₂ < 90");
  assert.equal(plain(shortOf(alert(1, { endedAt: 9 }), fr, 0)), "SpO₂ 84 < 90");
  assert.equal(shortOf(technical("capteur_detache", ""), fr, 0), "Capteur débranché");
});

test("what a person raised says so, where there is room also who", () => {
  const raised = technical("main:signal_perdu", "SpO₂ 82 < 85", { byHand: true, raisedBy: "a.diop" });
  assert.equal(messageOf(raised, fr), "SpO₂ 82 < 85 (signalée par a.diop)");
  assert.equal(whatOf(raised, fr), "SpO₂ 82 < 85", "where it stands apart who says so");
  assert.equal(messageOf({ ...raised, raisedBy: null }, fr), "SpO₂ 82 < 85 (signalée à la main)");
  assert.equal(plain(shortOf(raised, fr, 0)), "« SpO₂ 82 < 85 »");
});
