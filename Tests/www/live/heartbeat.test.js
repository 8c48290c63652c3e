import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK_MS, BLIND_MS, DEAD_MS, Heartbeat } from "../../../www/live/heartbeat.js";

/** Looks whenever it says so until `until`, as live.js does; the actions with their instants. `late`: how much later each look comes. */
function course(hearing, until, { heard = [], late = 0 } = {}) {
  const actions = [];
  const messages = [...heard];
  let at = 0, { action, waitMs } = hearing.look(0);
  for (;;) {
    if (action) actions.push([action, at]);
    if (action === "dead") return actions;
    const next = at + waitMs + late;
    while (messages.length && messages[0] <= next) hearing.heard(messages.shift());
    if (next > until) return actions;
    at = next;
    ({ action, waitMs } = hearing.look(at));
  }
}

test("a busy ward is never asked", () => {
  const everySecond = Array.from({ length: 60 }, (_, i) => i * 1_000);
  assert.deepEqual(course(new Heartbeat(0), 60_000, { heard: everySecond }), []);
});

test("after a silence it asks, is blind within 5 s, and gives the connection up later", () => {
  assert.deepEqual(course(new Heartbeat(0), 60_000), [["ask", ASK_MS], ["silent", BLIND_MS], ["dead", DEAD_MS]]);
  assert.ok(BLIND_MS < 5_000);
});

test("one question a silence: an answer begins it anew", () => {
  assert.deepEqual(course(new Heartbeat(0), 12_000, { heard: [1_510, 4_010] }), [["ask", 1_500], ["ask", 4_000], ["ask", 5_510], ["silent", 8_010]]);
});

test("a page that slept asks before it calls itself blind", () => {
  const hearing = new Heartbeat(0);
  hearing.heard(1_000);
  hearing.look(1_000);
  assert.deepEqual(hearing.look(300_000), { action: "ask", waitMs: BLIND_MS - ASK_MS });
  hearing.heard(300_040);
  assert.equal(hearing.look(302_500).action, "ask");  // a quiet ward, as ever
  assert.equal(hearing.look(304_040).action, "silent");
});

test("a page whose clock was set back asks as well", () => {
  const hearing = new Heartbeat(600_000);
  hearing.look(600_000);
  assert.equal(hearing.look(1_000).action, "ask");
});

test("a hidden page, whose timers come once a minute, is not called blind while it is heard, and is when it is not", () => {
  const everyTenSeconds = Array.from({ length: 60 }, (_, i) => i * 10_000);
  const actions = course(new Heartbeat(0), 600_000, { heard: everyTenSeconds, late: 60_000 });
  assert.deepEqual([...new Set(actions.map(([action]) => action))], ["ask"]);
  const unheard = course(new Heartbeat(0), 600_000, { late: 60_000 }).map(([action]) => action);
  assert.deepEqual(unheard, ["ask", "ask", "dead"]);
});

test("a page that was shown again asks at once, and silence counts from then", () => {
  const hearing = new Heartbeat(0);
  hearing.heard(1_000);
  assert.deepEqual(hearing.doubt(9_000), { action: "ask", waitMs: BLIND_MS - ASK_MS });
  assert.equal(hearing.look(11_500).action, "silent");
});
