import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledger } from "../../../www/alarms/acknowledge.js";
import { isBusy } from "../../../www/kit/dom.js";
import { LiveState } from "../../../www/model/live-state.js";

const wire = { id: 5, patient: 12, type_alerte: "spo2_bas", niveau_gravite: "error", acquittee: true, acquittee_par: "i.sow", version: 2 };
const alert = { id: 5, patient: 12, severity: "error" };

/** A page with a server that answers `answer`, and what became of it: what was posted, announced and told. */
function page(answer) {
  const made = { posted: [], announced: [], told: [], alarms: new LiveState(), state: new LiveState(), attributes: new Map() };
  made.button = {
    getAttribute: (name) => made.attributes.get(name) ?? null, setAttribute: (name, value) => made.attributes.set(name, value), removeAttribute: (name) => made.attributes.delete(name),
  };
  const api = { post: async (...request) => { made.posted.push(request); made.wasBusy = isBusy(made.button); return answer(); } };
  const acknowledge = acknowledger({ api, alarms: made.alarms, state: made.state, t: (key) => key, announce: (...words) => made.announced.push(words) });
  made.acknowledge = () => acknowledge(alert, made.button, (text) => made.told.push(text));
  return made;
}

test("an acknowledged alert is known at once, on the page only where its patient is, and its button stays busy until it is redrawn", async () => {
  const made = page(() => wire);
  made.state.record(12);
  assert.equal((await made.acknowledge()).acknowledgedBy, "i.sow");
  assert.deepEqual(made.posted, [["api/iot/alertes/5/acquitter/", { niveau_gravite: "error" }]]);
  assert.deepEqual([made.alarms, made.state].map((state) => state.alert(5)?.acknowledged), [true, true]);
  assert.deepEqual([made.wasBusy, isBusy(made.button), made.announced, made.told], [true, true, [], []]);
  const elsewhere = page(() => wire);
  await elsewhere.acknowledge();
  assert.equal(elsewhere.state.knows(12), false);
});

test("a refusal is announced and told in the server's words, and the button can be pressed again", async () => {
  const made = page(() => { throw Object.assign(new Error(), { status: 409, detail: "Déjà terminée." }); });
  assert.equal(await made.acknowledge(), null);
  assert.deepEqual([made.announced, made.told, isBusy(made.button)], [[["Déjà terminée.", true]], ["Déjà terminée."], false]);
});

test("an answer that is no alert is announced and told, and the button can be pressed again", async () => {
  for (const answer of [null, {}, { ...wire, id: "5" }, { ...wire, niveau_gravite: "?" }]) {
    const made = page(() => answer);
    assert.equal(await made.acknowledge(), null);
    assert.deepEqual([made.announced, made.told, isBusy(made.button)], [[["alerts.failed", true]], ["alerts.failed"], false]);
    assert.equal(made.alarms.alert(5), undefined);
  }
});
