import assert from "node:assert/strict";
import { test } from "node:test";
import { PaintScheduler, REST_MS } from "../../../www/kit/paint-scheduler.js";

/** A clock, frames and timers that the test moves. */
class Screen {
  now = 1_000;
  frames = [];
  timers = [];
  pace = new PaintScheduler((run) => this.frames.push(run), (run, ms) => this.timers.push({ run, at: this.now + ms }), () => this.now);

  frame() { for (const run of this.frames.splice(0)) run(); }

  wait(ms) {
    this.now += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
    this.frame();
  }
}

test("what changes on a page at rest is painted at the next frame, once however often it is asked for", () => {
  const screen = new Screen();
  let painted = 0;
  const paint = () => painted++;
  screen.pace.soon(paint);
  screen.pace.soon(paint);
  assert.equal(painted, 0);
  screen.frame();
  assert.equal(painted, 1);
});

test("what changes soon after a painting waits for the rest to be over, all of it together", () => {
  const screen = new Screen();
  const painted = [];
  screen.pace.soon(() => painted.push("a"));
  screen.frame();
  screen.wait(REST_MS / 2);
  screen.pace.soon(() => painted.push("b"));
  screen.pace.soon(() => painted.push("c"));
  screen.wait(REST_MS / 2 - 1);
  assert.deepEqual(painted, ["a"]);
  screen.wait(1);
  assert.deepEqual(painted, ["a", "b", "c"]);
});

test("what has left the page is not painted, and the rest still is", () => {
  const screen = new Screen();
  const painted = [];
  const gone = () => painted.push("gone");
  screen.pace.soon(gone);
  screen.pace.cancel(gone);
  screen.pace.soon(() => painted.push("there"));
  screen.frame();
  assert.deepEqual(painted, ["there"]);
});

test("what a painting asks for comes with the next one", () => {
  const screen = new Screen();
  let painted = 0;
  const again = () => ++painted < 3 && screen.pace.soon(again);
  screen.pace.soon(again);
  screen.frame();
  assert.equal(painted, 1);
  screen.wait(REST_MS);
  screen.wait(REST_MS);
  assert.equal(painted, 3);
});
