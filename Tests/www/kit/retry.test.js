import assert from "node:assert/strict";
import { test } from "node:test";
import { keepTrying } from "../../../www/kit/retry.js";

const away = () => Object.assign(new Error(), { status: 503 });

test("a refusal is thrown at once", async () => {
  const refusal = Object.assign(new Error("no"), { status: 404 });
  let tries = 0;
  await assert.rejects(keepTrying(() => { tries++; throw refusal; }, new AbortController().signal), refusal);
  assert.equal(tries, 1);
});

test("an ended page is not tried for, and its pause ends at once", async () => {
  const page = new AbortController();
  let tries = 0;
  await assert.rejects(keepTrying(() => { tries++; throw away(); }, page.signal, () => page.abort()), { name: "AbortError" });
  assert.equal(tries, 1);
});

test("a server that is away is asked again after longer and longer pauses, and each failure is told", async () => {
  const pauses = [], failures = [];
  const work = () => { if (pauses.length < 4) throw away(); return "there"; };
  const wait = async (ms) => { pauses.push(ms); };
  assert.equal(await keepTrying(work, new AbortController().signal, ({ status }) => failures.push(status), wait), "there");
  assert.deepEqual(failures, [503, 503, 503, 503]);
  pauses.forEach((ms, i) => assert.ok(ms >= 1_000 && ms <= 1_000 * 2 ** (i + 1), `${i}: ${ms}`));
});
