import assert from "node:assert/strict";
import { test } from "node:test";
import { qrPath, qrSide, QUIET_ZONE } from "../../../www/administration/qr.js";

/** The modules that a path of rectangles paints, as rows. */
function painted(path, side) {
  const field = Array.from({ length: side }, () => Array(side).fill("0"));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) for (let i = 0; i < Number(width); i++) field[y][Number(x) + i] = "1";
  return field.map((row) => row.join(""));
}

test("a QR code is drawn module by module, with four light ones on each side", () => {
  const rows = ["1101", "0000", "1111", "0010"];
  const side = qrSide(rows);
  assert.equal(side, 12);
  const light = "0".repeat(QUIET_ZONE), empty = Array(QUIET_ZONE).fill("0".repeat(side));
  assert.deepEqual(painted(qrPath(rows), side), [...empty, ...rows.map((row) => light + row + light), ...empty]);
  assert.equal(qrPath(["000"]), "");
});
