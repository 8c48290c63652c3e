import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { I18n, LANGUAGES, typeset } from "../../www/kit/i18n.js";
import { ALWAYS_SHOWN, VITALS } from "../../www/model/vitals.js";

const www = new URL("../../www/", import.meta.url);
const texts = Object.fromEntries(LANGUAGES.map((language) => [language, JSON.parse(readFileSync(new URL(`locales/${language}.json`, www)))]));
const load = async (language) => texts[language];
const memory = (kept = {}) => ({ getItem: (key) => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; } });
const sources = readdirSync(www, { recursive: true }).filter((name) => name.endsWith(".js")).map((name) => readFileSync(new URL(name, www), "utf8"));

test("both languages have the same keys, none empty, with the same places to fill", () => {
  const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  assert.deepEqual(Object.keys(texts.fr), Object.keys(texts.en));
  for (const key of Object.keys(texts.fr)) {
    assert.ok(texts.fr[key].trim() && texts.en[key].trim(), key);
    assert.deepEqual(places(texts.fr[key]), places(texts.en[key]), key);
  }
});

test("every text that the page asks for exists, and none is left over", () => {
  const source = sources.join("\n");
  const asked = new Set([...source.matchAll(/"([a-z]+(?:\.[a-z_]+)*)"/g)].map((match) => match[1]).filter((key) => key in texts.fr));
  const stems = [...source.matchAll(/`([a-z]+(?:\.[a-z]+)*\.)\$\{/g)].map((match) => match[1]);
  for (const [, key] of source.matchAll(/\bt\("([^"]+)"/g)) assert.ok(key in texts.fr, key);
  const unused = Object.keys(texts.fr).filter((key) => !asked.has(key) && !stems.some((stem) => key.startsWith(stem)));
  assert.deepEqual(unused, []);
});

/** What stands between quotation marks in a source without its comments. */
const strings = (source) => [...source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, "").matchAll(/"([^"\n]*)"|`([^`]*)`/g)].map(([, plain, filled]) => plain ?? filled);

test("no sentence and no word with an accent stands in the code: all that is read comes from the locales", () => {
  // The two forms that Intl does not have, and the units of the wire.
  const allowed = new Set(["à l’instant", "just now"]);
  const sentence = /[àâçéèêëîïôùûüœÀÉÊ]|^[A-Z][a-z]+(?: [a-z’]+)+[.?!…]?$|^[A-Z][a-z]+ [a-z]+ [a-z]+/;
  const found = sources.flatMap(strings).filter((text) => sentence.test(text.replace(/\$\{[^}]*\}/g, "")) && !allowed.has(text));
  assert.deepEqual(found, []);
});

test("no line breaks before a French sign that stands off, inside quotation marks or before a unit", () => {
  assert.equal(typeset("Nouvel essai : {count} min « ici » ?", "fr"), "Nouvel essai\u00a0: {count}\u00a0min «\u00a0ici\u00a0»\u00a0?");
  assert.equal(typeset("de {low} à {high} {unit} ; 98 %", "fr"), "de {low} à {high}\u00a0{unit}\u00a0; 98\u00a0%");
  assert.equal(typeset("at {time} so: {seconds} s", "en"), "at {time} so: {seconds}\u00a0s");
});

test("French is written with its accents and signs, English with its own", () => {
  for (const [language, wrong] of Object.entries({ fr: /'|\.\.\.|"|SpO2|[^\s\u00a0\u202f«(][:;?!](\s|$)|\b(Etat|Eleve|Echelle|A (?=[a-zé]))/, en: /'|\.\.\.|"|SpO2|[\s\u00a0][:;?!]/ })) {
    for (const [key, text] of Object.entries(texts[language])) assert.doesNotMatch(text, wrong, `${language} ${key}`);
  }
});

test("every vital has a name, every one on a tile a short one, every letter a word", () => {
  for (const { name, letters } of VITALS) {
    assert.ok(texts.fr[`vital.${name}`], name);
    (letters ?? []).forEach((letter, i) => assert.ok(texts.fr[`value.${name}.${i}`], `${name} ${letter}`));
  }
  for (const name of ALWAYS_SHOWN) assert.ok(texts.fr[`vital.short.${name}`], name);
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
