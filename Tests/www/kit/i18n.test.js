import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { I18n, LANGUAGES, typeset } from "../../../www/kit/i18n.js";

const www = new URL("../../../www/", import.meta.url);
const texts = Object.fromEntries(LANGUAGES.map((language) => [language, JSON.parse(readFileSync(new URL(`locales/${language}.json`, www)))]));
const load = async (language) => texts[language];
const memory = (kept = {}) => ({ getItem: (key) => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; } });

test("no line breaks before a French sign that stands off, inside quotation marks or before a unit", () => {
  assert.equal(typeset("Nouvel essai : {count} min « ici » ?", "fr"), "Nouvel essai\u00a0: {count}\u00a0min «\u00a0ici\u00a0»\u00a0?");
  assert.equal(typeset("de {low} à {high} {unit} ; 98 %", "fr"), "de {low} à {high}\u00a0{unit}\u00a0; 98\u00a0%");
  assert.equal(typeset("at {time} so: {seconds} s", "en"), "at {time} so: {seconds}\u00a0s");
});

test("French is the first language, the account's comes before it, and what was chosen here before both", async () => {
  const fresh = new I18n(load, memory());
  await fresh.start(undefined);
  assert.equal(fresh.language, "fr");
  await fresh.start("en");
  assert.equal(fresh.language, "en");
  const remembering = new I18n(load, memory({ "fajma.langue": "fr" }));
  await remembering.start("en");
  assert.equal(remembering.language, "fr");
});

test("a choice is remembered and told, and a language that is none is not believed", async () => {
  const kept = memory();
  const i18n = new I18n(load, kept);
  let told = 0;
  i18n.addEventListener("change", () => told++);
  await i18n.choose("en");
  assert.equal(told, 1);
  assert.equal(new I18n(load, kept).remembered, "en");
  assert.equal(new I18n(load, memory({ "fajma.langue": "../x" })).remembered, null);
});

test("places are filled, and a missing text shows its key", async () => {
  const i18n = new I18n(load, memory());
  await i18n.start();
  assert.equal(i18n.t("patient.age", { years: 64 }), "64\u00a0ans");
  assert.equal(i18n.t("no.such.key"), "no.such.key");
});
