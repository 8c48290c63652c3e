import assert from "node:assert/strict";
import { test } from "node:test";
import { interruptedSince } from "../../../www/model/interruption.js";

const connection = (more) => ({ status: "connected", reason: null, retryAt: null, lostAt: null, heardAt: null, behindAt: null, ...more });

test("a connection that is lost for 5 s is an interruption, since the last message; a shorter loss is none", () => {
  const lost = connection({ status: "disconnected", lostAt: 1_000, heardAt: 700 });
  assert.equal(interruptedSince(lost, 5_999), null);
  assert.equal(interruptedSince(lost, 6_000), 700);
  assert.equal(interruptedSince(connection({ status: "silent", lostAt: 1_000 }), 6_000), 1_000);
});

test("a server that does not hear the database is one after 1 s more than the 3 s that it has waited itself", () => {
  assert.equal(interruptedSince(connection({ behindAt: 1_000 }), 1_999), null);
  assert.equal(interruptedSince(connection({ behindAt: 1_000 }), 2_000), 1_000);
});

test("a refusal is none, nor is a connection that hears everything", () => {
  assert.equal(interruptedSince(connection({ status: "error", lostAt: 1_000 }), 60_000), null);
  assert.equal(interruptedSince(connection({}), 60_000), null);
});
