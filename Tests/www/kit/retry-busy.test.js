import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../../../www/kit/retry-busy.js";

const busy = Object.assign(new Error("busy"), { status: 503, retryAfter: 2 });
const now = () => Promise.resolve();

test("one is asked after the other, and a failure keeps nobody else from being asked", async () => {
  const order = [];
  const ask = (name, outcome) => async () => { order.push(name); await null; order.push(`${name} done`); if (outcome) throw outcome; return name; };
  const answers = await inTurn([ask("a"), ask("b", Object.assign(new Error(), { status: 404 })), ask("c")], now);
  assert.deepEqual(order, ["a", "a done", "b", "b done", "c", "c done"]);
  assert.deepEqual(answers.map(({ status, reason }) => [status, reason?.status]), [["fulfilled", undefined], ["rejected", 404], ["fulfilled", undefined]]);
});

test("a busy server, and one of which this account wants too much at once, is asked again after about as long as it says, and not for ever", async () => {
  let asked = 0;
  const pauses = [];
  const [answer] = await inTurn([async () => { if (++asked < 3) throw busy; return "there"; }], async (seconds) => { pauses.push(seconds); });
  assert.equal(answer.value, "there");
  assert.ok(pauses.length === 2 && pauses.every((seconds) => seconds >= 1 && seconds <= 3), pauses.join());
  asked = 0;
  const [refused] = await inTurn([async () => { asked++; throw Object.assign(busy, { status: 429 }); }], now);
  assert.equal(refused.reason, busy);
  assert.equal(asked, 6);
});
