import assert from "node:assert/strict";
import { test } from "node:test";
import { Idle } from "../../../www/session/idle.js";

const MINUTE = 60_000;

/** A browser: a clock that is moved by hand, and what its tabs share. */
function browser() {
  const kept = {};
  const clock = { now: 1_700_000_000_000, writes: 0 };
  const memory = {
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => { kept[key] = value; clock.writes++; },
    removeItem: (key) => { delete kept[key]; },
  };
  return { clock, tab: () => new Idle(() => clock.now, memory) };
}

test("it warns one minute before the end, and then it is over", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  clock.now += 29 * MINUTE - 1;
  assert.equal(idle.look().state, "active");
  clock.now += 1;
  assert.deepEqual(idle.look(), { state: "warning", leftMs: MINUTE });
  clock.now += MINUTE;
  assert.deepEqual(idle.look(), { state: "over", leftMs: 0 });
});

test("a hand in the warning stays", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  clock.now += 29.5 * MINUTE;
  idle.touch();
  assert.deepEqual(idle.look(), { state: "active", leftMs: 30 * MINUTE });
});

test("a hand in one tab holds all of them", () => {
  const { clock, tab } = browser();
  const [here, there] = [tab(), tab()];
  here.begin(1800);
  there.watch(1800);
  clock.now += 29.5 * MINUTE;
  assert.equal(there.look().state, "warning");
  here.touch();
  assert.equal(there.look().state, "active");
  assert.equal(there.seconds, 0);
});

test("after a closed lid the first movement does not bring the session back", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  clock.now += 60 * MINUTE;
  idle.touch();
  assert.equal(idle.look().state, "over");
  assert.equal(idle.seconds, 3600);
});

test("a page that is loaded again goes on counting, a login begins anew", () => {
  const { clock, tab } = browser();
  tab().begin(1800);
  clock.now += 20 * MINUTE;
  const loaded = tab();
  assert.equal(loaded.seconds, 1200);
  loaded.watch(1800);
  assert.equal(loaded.look().leftMs, 10 * MINUTE);
  clock.now += 20 * MINUTE;
  loaded.begin(1800);
  assert.equal(loaded.look().state, "active");
});

test("a display on the wall has no end, and writes nothing down", () => {
  const { clock, tab } = browser();
  const idle = tab();
  assert.equal(idle.seconds, null);
  idle.begin(null);
  clock.now += 1000 * MINUTE;
  idle.touch();
  assert.deepEqual(idle.look(), { state: "active", leftMs: null });
  assert.equal(clock.writes, 0);
});

test("a display where somebody was logged in before tells nothing of that", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  idle.end();
  clock.now += 1000 * MINUTE;
  idle.begin(null);
  assert.equal(idle.seconds, null);
});

test("what ended is still known to a page that is loaded again", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  clock.now += 31 * MINUTE;
  idle.end();
  idle.touch();
  assert.equal(tab().seconds, 31 * 60);
});

test("a moving pointer is written down every other second", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  for (let ms = 0; ms < 10_000; ms += 20) {
    clock.now += 20;
    idle.touch();
  }
  assert.equal(clock.writes, 6);
});

test("a clock that was set back counts from then", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(1800);
  clock.now -= 60 * MINUTE;
  assert.equal(idle.look().leftMs, 30 * MINUTE);
  clock.now += 31 * MINUTE;
  assert.equal(idle.look().state, "over");
});

test("a limit of a minute does not begin with the warning", () => {
  const { clock, tab } = browser();
  const idle = tab();
  idle.begin(60);
  assert.equal(idle.look().state, "active");
  clock.now += 30_000;
  assert.equal(idle.look().state, "warning");
});

test("how long the time has been over tells a page that slept from one that was watched", () => {
  const { clock, tab } = browser();
  const idle = tab();
  assert.equal(idle.overMs, 0);
  idle.begin(1800);
  clock.now += 30 * MINUTE;
  assert.equal(idle.overMs, 0);
  clock.now += 5_000;
  assert.equal(idle.overMs, 5_000);
  clock.now += 60 * MINUTE;
  assert.equal(idle.overMs, 60 * MINUTE + 5_000);
  idle.end();
  assert.equal(idle.overMs, 0);
});
