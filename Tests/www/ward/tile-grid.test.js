import assert from "node:assert/strict";
import { test } from "node:test";
import { sideBySide, TILE, tileName } from "../../../www/ward/tile-grid.js";

/** The place for tiles on a screen, and the size of the letters there. */
const area = (width, height) => ({ width: width - 35, height: height - 141, gap: 10 });

const letters = (count, screen, side) => {
  const rows = Math.ceil(count / side);
  return Math.min((screen.width - (side - 1) * screen.gap) / side / TILE.width, (screen.height - (rows - 1) * screen.gap) / rows / TILE.height);
};

test("thirty-two patients share a screen of 1920 by 1080 in rows of eight, also one four times as large", () => {
  assert.equal(sideBySide(32, area(1920, 1080), 14), 8);
  assert.equal(sideBySide(32, area(3840, 2160), 20), 8);
});

test("no other number side by side has larger letters, however many patients and whatever the screen", () => {
  for (const [width, height] of [[1920, 1080], [3840, 2160], [1280, 900], [1080, 1920]]) {
    const screen = area(width, height);
    for (let count = 1; count <= 80; count++) {
      const chosen = letters(count, screen, sideBySide(count, screen, 0));
      const best = Math.max(...Array.from({ length: count }, (_, i) => letters(count, screen, i + 1)));
      assert.ok(chosen >= Math.min(best, screen.height / 24) - 1e-9, `${count} on ${width} × ${height}`);
    }
  }
});

test("where letters would be too small the page scrolls instead", () => {
  const side = sideBySide(60, area(1280, 720), 15);
  assert.equal(side, Math.floor((1245 + 10) / (TILE.width * 15 + 10)));
  assert.equal(sideBySide(60, area(390, 844), 15), 1);
});

test("a long name stands in smaller letters, a very long one with initials", () => {
  assert.deepEqual(tileName("Évrard", "Ulysse"), { last: "Évrard", first: "Ulysse", isLong: false });
  assert.equal(tileName("De La Rochefoucauld", "Marie-Thérèse").isLong, true);
  assert.equal(tileName("De La Rochefoucauld-Montmorency", "Marie-Antoinette Élise").first, "M.-A.-É.");
});
