import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGES } from "../../www/kit/i18n.js";
import { ALWAYS_SHOWN, VITALS } from "../../www/model/vitals.js";

const www = new URL("../../www/", import.meta.url);
const texts = Object.fromEntries(LANGUAGES.map((language) => [language, JSON.parse(readFileSync(new URL(`locales/${language}.json`, www)))]));
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
