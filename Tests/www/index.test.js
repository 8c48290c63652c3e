import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const www = new URL("../../www/", import.meta.url);
const files = readdirSync(www, { recursive: true });
const html = readFileSync(new URL("index.html", www), "utf8");
const linked = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]);
const styles = linked.filter((name) => name.endsWith(".css"));

test("the page links to files that exist, and to every style sheet once", () => {
  assert.deepEqual(linked.filter((name) => !files.includes(name)), []);
  assert.deepEqual(styles.toSorted(), files.filter((name) => name.endsWith(".css")).sort());
});

test("colours come first, their meanings next, high contrast last", () => {
  assert.deepEqual([styles[0], styles[1], styles.at(-1)], ["kit/palette.css", "kit/theme.css", "kit/contrast.css"]);
});

test("every element that is used is defined, once, and every defined one is used", () => {
  const sources = files.filter((name) => name.endsWith(".js")).map((name) => [name, readFileSync(new URL(name, www), "utf8")]);
  const isIndex = ([name]) => name.endsWith("/index.js");
  const defined = sources.filter(isIndex).flatMap(([, source]) => [...source.matchAll(/"([a-z-]+)": [A-Z]/g)].map((match) => match[1]));
  const code = [html, ...sources.filter((file) => !isIndex(file)).map(([, source]) => source)].join("\n");
  const used = new Set([...code.matchAll(/(?:\bel\("|element: "|<)([a-z]+-[a-z-]+)[">]/g)].map((match) => match[1]));
  assert.equal(new Set(defined).size, defined.length);
  assert.deepEqual([...used].filter((name) => !defined.includes(name)), []);
  assert.deepEqual(defined.filter((name) => !used.has(name) && !code.includes(`"${name}"`)), []);
});
