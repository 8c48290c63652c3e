import assert from "node:assert/strict";
import { test } from "node:test";
import { URGENT_RANK } from "../../../www/model/severity.js";
import { CALM_MS, TileOrder } from "../../../www/ward/tile-order.js";

const tiles = (...ranks) => ranks.map((each, i) => ({ id: i + 1, rank: each }));

test("the worst stand first, of one rank in the order of beds", () => {
  assert.deepEqual(new TileOrder().next(tiles(0, 4, 1, 4), 0), { ids: [2, 4, 3, 1], waitMs: null });
});

test("tiles move at most every few seconds, but at once for a new error", () => {
  const order = new TileOrder();
  order.next(tiles(0, 0, 0), 0);
  assert.deepEqual(order.next(tiles(0, 0, 4), 1_000), { ids: [1, 2, 3], waitMs: CALM_MS - 1_000 });
  assert.deepEqual(order.next(tiles(0, 0, 4), CALM_MS), { ids: [3, 1, 2], waitMs: null });
  assert.deepEqual(order.next(tiles(0, URGENT_RANK, 4), CALM_MS + 1), { ids: [2, 3, 1], waitMs: null });
  assert.deepEqual(order.next(tiles(0, 4, URGENT_RANK), CALM_MS + 2).ids, [3, 2, 1]);
  assert.equal(order.next(tiles(0, 4, 0), CALM_MS + 3).waitMs, CALM_MS - 1);
  assert.deepEqual(order.next(tiles(0, 4), CALM_MS + 4).ids, [2, 1], "who left is gone at once");
});
