import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestKeys } from "../../../www/session/request-keys.js";

const PAUSE = ["api/patients/1/pause/", '{"duree_s":120}'];

function keys() {
  const clock = { now: 0 };
  let made = 0;
  return { clock, keys: new RequestKeys(() => clock.now, () => `key-${++made}`) };
}

test("each action has a key of its own", () => {
  const { keys: all } = keys();
  const first = all.keyOf(...PAUSE);
  all.settle(...PAUSE, 201);
  assert.notEqual(all.keyOf(...PAUSE), first);
  assert.notEqual(all.keyOf(PAUSE[0], '{"duree_s":600}'), all.keyOf(...PAUSE));
});

test("what failed without an answer, or with the server's own failure, keeps its key while it is sent again", () => {
  for (const status of [0, 500, 503, 401]) {
    const { keys: all } = keys();
    const first = all.keyOf(...PAUSE);
    all.settle(...PAUSE, status);
    assert.equal(all.keyOf(...PAUSE), first);
  }
});

test("a refusal ends the action, and so do two minutes", () => {
  const { keys: all, clock } = keys();
  const first = all.keyOf(...PAUSE);
  all.settle(...PAUSE, 409);
  const second = all.keyOf(...PAUSE);
  assert.notEqual(second, first);
  clock.now = 119_999;
  assert.equal(all.keyOf(...PAUSE), second);
  clock.now = 120_000;
  assert.notEqual(all.keyOf(...PAUSE), second);
});

test("keys are long and random", () => {
  const made = new Set(Array.from({ length: 60 }, (_, number) => new RequestKeys().keyOf("api/x/", String(number))));
  assert.equal(made.size, 60);
  for (const key of made) assert.match(key, /^[0-9a-f]{32}$/);
});
