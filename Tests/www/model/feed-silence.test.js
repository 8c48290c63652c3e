import assert from "node:assert/strict";
import { test } from "node:test";
import { FeedSilence } from "../../../www/model/feed-silence.js";

/** A reading a second of each patient, from `from` until before `until`. */
function run(feeds, patients, from, until) {
  for (let at = from; at < until; at += 1_000) for (const patient of patients) feeds.hear(patient, [{ vital: "spo2", at }], at, at);
}

test("a ward that falls silent all at once is in doubt, until it is heard again", () => {
  const feeds = new FeedSilence();
  run(feeds, [1, 2], 0, 10_000);
  assert.equal(feeds.areSilent(19_000), false);
  assert.equal(feeds.areSilent(19_001), true);
  run(feeds, [1], 20_000, 21_000);
  assert.equal(feeds.areSilent(20_000), false);
});

test("one feed of several, or the only one, is its device's matter", () => {
  const feeds = new FeedSilence();
  run(feeds, [1], 0, 10_000);
  assert.equal(feeds.areSilent(60_000), false);
  run(feeds, [2], 20_000, 30_000);
  assert.equal(feeds.areSilent(60_000), false, "the other had stopped long before");
});

test("a server that tells of a lost signal does not hang", () => {
  const feeds = new FeedSilence();
  run(feeds, [1, 2], 0, 10_000);
  feeds.explain(15_000);
  assert.equal(feeds.areSilent(60_000), false);
  run(feeds, [1, 2], 70_000, 80_000);
  assert.equal(feeds.areSilent(100_000), true);
});

test("values of the past, and those without a rhythm, are no feed", () => {
  const feeds = new FeedSilence();
  for (const patient of [1, 2]) {
    for (const at of [0, 1_000, 2_000, 3_000]) feeds.hear(patient, [{ vital: "spo2", at }], at + 3_600_000, at);
    feeds.hear(patient, [{ vital: "heart_rate", at: 3_000 }, { vital: "systolic_bp", at: 3_000 }], 3_000, 3_000);
  }
  assert.equal(feeds.areSilent(60_000), false);
});
