import assert from "node:assert/strict";
import { test } from "node:test";
import { Reconnection } from "../../../www/live/reconnect.js";

const least = () => 0;

const after = (...events) => {
  const connection = new Reconnection();
  let actions;
  for (const event of events) actions = connection.handle(event, least);
  return { status: connection.status, reason: connection.reason, actions };
};

test("it dials, and is connected once the socket is open", () => {
  assert.deepEqual(after("start"), { status: "connecting", reason: null, actions: ["dial"] });
  assert.equal(after("start", "opened").status, "connected");
});

test("a lost connection is dialled again after a wait", () => {
  const lost = after("start", "opened", "ready", { closed: 1006 });
  assert.deepEqual(lost, { status: "disconnected", reason: null, actions: [{ wait: 1_000, renew: false }] });
  assert.deepEqual(after("start", "opened", "ready", { closed: 1012 }, "retry").actions, ["dial"]);
});

test("silence is told, and ends a connection that the browser still believes in only when it lasts", () => {
  assert.deepEqual(after("start", "opened", "silent"), { status: "silent", reason: null, actions: [] });
  assert.equal(after("start", "opened", "silent", "heard").status, "connected");
  assert.deepEqual(after("start", "opened", "silent", "dead"), { status: "disconnected", reason: null, actions: ["hangUp", { wait: 1_000, renew: false }] });
  assert.deepEqual(after("start", "opened", "silent", { closed: 1012 }).actions, [{ wait: 1_000, renew: false }]);
});

test("a handshake that takes too long is given up", () => {
  assert.deepEqual(after("start", "dead").actions, ["hangUp", { wait: 1_000, renew: false }]);
  assert.equal(after("start", "silent").status, "connecting", "who was never heard cannot fall silent");
});

test("a server that accepts and drops at once is given longer and longer, one that was ready is not", () => {
  const longest = (events) => {
    const connection = new Reconnection();
    for (const event of events) connection.handle(event, () => 1);
    return connection.handle({ closed: 1006 }, () => 1)[0].wait;
  };
  const dropped = ["start", "opened", { closed: 1006 }, "retry", "opened", { closed: 1006 }, "retry", "opened"];
  assert.equal(longest(dropped), 8_000);
  assert.equal(longest([...dropped, "ready"]), 2_000);
});

test("who presses Reconnecter a moment before the server is back does not wait as long as for one that was away", () => {
  const connection = new Reconnection();
  const fail = (event) => [event, { closed: 1006 }, { probed: "retry" }].map((each) => connection.handle(each, () => 1)).at(-1)[0].wait;
  assert.deepEqual(["start", "retry", "retry", "retry", "retry"].map(fail), [2_000, 4_000, 8_000, 16_000, 30_000]);
  assert.deepEqual(["restart", "retry"].map(fail), [2_000, 4_000]);
});

test("a refused handshake is asked about over HTTP, and goes on or ends as the answer says", () => {
  assert.deepEqual(after("start", { closed: 1006 }).actions, ["probe"]);
  assert.deepEqual(after("start", { closed: 1006 }, { probed: "retry" }).actions, [{ wait: 1_000, renew: false }]);
  assert.deepEqual(after("start", { closed: 1006 }, { probed: "refused" }), { status: "error", reason: "not_allowed", actions: ["rest"] });
});

test("an expired token is renewed and the room dialled at once, but a server that goes on refusing is not hammered", () => {
  assert.deepEqual(after("start", "opened", "ready", { closed: 4401 }).actions, [{ wait: 0, renew: true }]);
  assert.deepEqual(after("start", "opened", { closed: 4401 }, "retry", "opened", { closed: 4401 }).actions, [{ wait: 1_000, renew: true }]);
});

test("who is not allowed is told so and not tried again, until somebody presses Reconnecter", () => {
  assert.deepEqual(after("start", "opened", { closed: 4403 }), { status: "error", reason: "not_allowed", actions: ["rest"] });
  assert.deepEqual(after("start", "opened", { closed: 4403 }, { closed: 1006 }).actions, []);
  assert.deepEqual(after("start", "opened", { closed: 4403 }, "restart"), { status: "connecting", reason: null, actions: ["dial"] });
});

test("once stopped it hangs up and waits for nothing", () => {
  assert.deepEqual(after("start", "opened", "stop").actions, ["hangUp", "rest"]);
});
