import assert from "node:assert/strict";
import { test } from "node:test";
import { areAlike, dayOf, instantsOf, isTwice, isZone, marksBetween, offsetText, skippedAt, stamp, ticksBetween, wallTime } from "../../../www/kit/zone.js";

const HOUR = 3_600_000;
const PARIS = "Europe/Paris", LORD_HOWE = "Australia/Lord_Howe";
const utc = (text) => Date.parse(`${text}Z`);
const wire = (instants) => instants.map((at) => new Date(at).toISOString().slice(0, 16));

test("a wall time is one instant, two where clocks are set back, none where they are set forward", () => {
  for (const [zone, wall, instants] of [
    [PARIS, "2026-06-01T12:00", ["2026-06-01T10:00"]],
    [PARIS, "2026-10-25T01:59", ["2026-10-24T23:59"]],
    [PARIS, "2026-10-25T02:00", ["2026-10-25T00:00", "2026-10-25T01:00"]],
    [PARIS, "2026-10-25T02:59", ["2026-10-25T00:59", "2026-10-25T01:59"]],
    [PARIS, "2026-10-25T03:00", ["2026-10-25T02:00"]],
    [PARIS, "2026-03-29T01:59", ["2026-03-29T00:59"]],
    [PARIS, "2026-03-29T02:00", []],
    [PARIS, "2026-03-29T02:59", []],
    [PARIS, "2026-03-29T03:00", ["2026-03-29T01:00"]],
    // By half an hour: 02:00 becomes 01:30, and in spring 02:30.
    [LORD_HOWE, "2026-04-05T01:29", ["2026-04-04T14:29"]],
    [LORD_HOWE, "2026-04-05T01:45", ["2026-04-04T14:45", "2026-04-04T15:15"]],
    [LORD_HOWE, "2026-04-05T02:00", ["2026-04-04T15:30"]],
    [LORD_HOWE, "2026-10-04T02:15", []],
    [LORD_HOWE, "2026-10-04T02:30", ["2026-10-03T15:30"]],
    ["Pacific/Apia", "2011-12-30T12:00", []],  // a day that was left out
    ["Asia/Kathmandu", "2026-01-01T05:45", ["2026-01-01T00:00"]],
    ["UTC", "2026-10-25T02:30", ["2026-10-25T02:30"]],
  ]) assert.deepEqual(wire(instantsOf(wall, zone)), instants, `${zone} ${wall}`);
  for (const nonsense of ["", "2026-02-30T12:00", "2026-10-25", "2026-10-25T24:00", "hier"]) assert.deepEqual(instantsOf(nonsense, PARIS), []);
});

test("what clocks show leads back to the same instant, over a whole year of quarters of an hour", () => {
  for (const zone of [PARIS, LORD_HOWE, "America/New_York", "Africa/Casablanca", "Antarctica/Troll"]) {
    for (let at = utc("2026-01-01T00:00"); at < utc("2027-01-01T00:00"); at += HOUR / 4) {
      const instants = instantsOf(wallTime(at, zone), zone);
      assert.ok(instants.includes(at), `${zone} ${new Date(at).toISOString()}`);
      assert.equal(isTwice(at, zone), instants.length === 2);
    }
  }
});

test("a skipped time says from when to when clocks were set forward", () => {
  assert.deepEqual(skippedAt("2026-03-29T02:30", PARIS), { from: "2026-03-29T02:00", to: "2026-03-29T03:00" });
  assert.deepEqual(skippedAt("2026-10-04T02:15", LORD_HOWE), { from: "2026-10-04T02:00", to: "2026-10-04T02:30" });
  assert.equal(skippedAt("2026-03-29T03:00", PARIS), null);
  assert.equal(skippedAt("hier", PARIS), null);
});

test("days, offsets and stamps are the zone's", () => {
  const at = utc("2026-10-25T00:09:33");
  assert.deepEqual([PARIS, LORD_HOWE, "UTC", "America/St_Johns"].map((zone) => offsetText(at, zone)), ["UTC+2", "UTC+11", "UTC", "UTC\u22122:30"]);
  assert.deepEqual([at, at + HOUR].map((instant) => stamp(instant, PARIS)), ["2026-10-25T02:09:33+02:00", "2026-10-25T02:09:33+01:00"]);
  assert.equal(stamp(at, "America/St_Johns"), "2026-10-24T21:39:33-02:30");
  assert.equal(dayOf(utc("2026-11-28T23:30"), PARIS), "2026-11-29");
  assert.ok(isZone(PARIS) && !isZone("Europe/Nowhere") && !isZone(""));
});

test("zones are alike when their clocks are, in summer and in winter", () => {
  const winter = utc("2026-11-30T00:00");
  assert.ok(areAlike(PARIS, "Europe/Brussels", winter));
  assert.ok(!areAlike(PARIS, "Africa/Lagos", winter), "the same in winter only");
  assert.ok(!areAlike(PARIS, "America/New_York", winter));
});

test("an axis has the hours of the hospital's clocks, also the one that comes twice", () => {
  const from = utc("2026-10-24T22:00"), texts = (marks, zone) => marks.map((at) => wallTime(at, zone).slice(11));
  assert.deepEqual(texts(marksBetween(from, from + 4 * HOUR, 60, PARIS), PARIS), ["00:00", "01:00", "02:00", "02:00", "03:00"]);
  const there = utc("2026-04-04T14:00");
  assert.deepEqual(texts(marksBetween(there, there + 2 * HOUR, 30, LORD_HOWE), LORD_HOWE), ["01:00", "01:30", "01:30", "02:00", "02:30"]);
  for (const hours of [0.1, 1, 6, 24, 168, 744]) {
    const ticks = ticksBetween(from, from + hours * HOUR, 8, PARIS);
    assert.ok(ticks.length >= 2 && ticks.length <= 10, `${hours} h: ${ticks.length}`);
  }
});
