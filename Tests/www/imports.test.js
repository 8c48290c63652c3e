import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

/** The layers, each of which may import itself and those before it. Every other folder is a feature. */
const LAYERS = ["kit", "model", "live"];
/** What a feature may import of the root. */
const ROOT = ["context.js", "permissions.js"];
/** Which features another one may import, and why. A pair that is not here belongs in a layer, or in one feature. */
const ALLOWED = {
  "context.js": { alarms: "makes the alarm monitor, its player and its roster", session: "makes the session" },
  administration: { limits: "edits the limits of wards and of the hospital", session: "reads the browser of a session" },
  handover: { alarms: "marks alerts with the shapes of the live traces", signal: "draws the recorded signal of an alert", history: "shows the same gaps, limits and alert steps as the history" },
  patient: { alarms: "marks alerts on the live traces", limits: "shows a patient's limits" },
  shell: { administration: "links to the administration if an account may open a section of it" },
};

const www = new URL("../../www/", import.meta.url);
const files = readdirSync(www, { recursive: true }).filter((name) => name.endsWith(".js"));
const folderOf = (file) => (file.includes("/") ? file.split("/")[0] : null);
const IMPORT = /^(?:import|export)\b[^;"']*\bfrom\s*["']([^"']+)|^import\s*["']([^"']+)|\bimport\s*\(\s*["'`]([^"'`]+)/gm;
const specifiersOf = (file) => [...readFileSync(new URL(file, www), "utf8").matchAll(IMPORT)].map(([, ...found]) => found.find(Boolean));
const edges = files.flatMap((from) => specifiersOf(from).map((specifier) => ({ from, specifier, to: posix.join(posix.dirname(from), specifier) })));

/** Why an import is in the wrong direction, or null. */
function wrong({ from, to }) {
  const [here, there] = [folderOf(from), folderOf(to)];
  if (to === "app.js") return "nobody imports app.js";
  if (from === "app.js" || (here === there && here !== null)) return null;
  if (LAYERS.includes(there)) return LAYERS.includes(here) && LAYERS.indexOf(there) > LAYERS.indexOf(here) ? `${here} is below ${there}` : null;
  if (LAYERS.includes(here)) return `${here} is a layer below`;
  if (there === null) return ROOT.includes(to) ? null : `${to} is not for features`;
  return ALLOWED[here ?? from]?.[there] ? null : `${here ?? from} may not import ${there}`;
}

test("imports go from features down to live, model and kit, and between features only where it is allowed", () => {
  assert.ok(edges.length > 500);
  assert.deepEqual(edges.map((edge) => [edge, wrong(edge)]).filter(([, why]) => why).map(([{ from, specifier }, why]) => `${from}: ${specifier} (${why})`), []);
});

test("what is allowed between features is used", () => {
  const pairs = Object.entries(ALLOWED).flatMap(([from, targets]) => Object.keys(targets).map((to) => [from, to]));
  assert.deepEqual(pairs.filter(([from, to]) => !edges.some((edge) => (folderOf(edge.from) ?? edge.from) === from && folderOf(edge.to) === to)), []);
});

test("specifiers are relative, name a file, and go up by one folder at most", () => {
  assert.deepEqual(edges.filter(({ specifier, to }) => !/^\.\.?\/(?!.*\.\.)/.test(specifier) || !existsSync(new URL(to, www))), []);
});

test("no file imports itself by way of others, and no feature another one that imports it", () => {
  const fileGraph = new Map(files.map((file) => [file, edges.filter(({ from }) => from === file).map(({ to }) => to)]));
  assert.deepEqual(cycle(fileGraph), null);
  assert.deepEqual(cycle(new Map(Object.entries(ALLOWED).map(([from, targets]) => [from, Object.keys(targets)]))), null);
});

/** The first path of a graph that comes back to where it was, or null. */
function cycle(graph) {
  const done = new Set();
  const visit = (node, path) => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const found = visit(next, [...path, node]);
      if (found) return found;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return null;
}
