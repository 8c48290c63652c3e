import assert from "node:assert/strict";
import { test } from "node:test";
import { lifetime, usableFor } from "../../../www/session/token.js";

const token = (claims) => ["e30", Buffer.from(JSON.stringify(claims)).toString("base64url"), "x"].join(".");

test("a token is renewed a minute before its end, by its own claims", () => {
  assert.equal(lifetime(token({ iat: 1_000, exp: 1_900 })), 900_000);
  assert.equal(usableFor(token({ iat: 1_000, exp: 1_900 })), 840_000);
  assert.equal(usableFor(token({ iat: 1_000, exp: 1_060 })), 30_000);
});

test("a token without an end or without sense is renewed all the same", () => {
  assert.equal(lifetime(token({ iat: 1_000 })), 12 * 3_600_000);
  assert.equal(lifetime("nonsense"), 15 * 60_000);
});
