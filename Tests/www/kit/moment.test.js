import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesOf, fieldText, latestText, readMoment } from "../../../www/kit/moment.js";

const PARIS = "Europe/Paris";
const utc = (text) => Date.parse(`${text}Z`);

test("an instant goes into a field as the hospital's time and comes back, and an untouched field keeps its seconds", () => {
  const at = utc("2026-11-22T13:05:42.123");
  assert.equal(fieldText(at, PARIS), "2026-11-22T14:05");
  assert.deepEqual(readMoment("2026-11-22T14:05", PARIS), { at: utc("2026-11-22T13:05") });
  assert.deepEqual(readMoment("2026-11-22T14:05", PARIS, { proposed: at }), { at });
  assert.deepEqual(readMoment("2026-11-22T14:06", PARIS, { proposed: at }), { at: utc("2026-11-22T13:06") });
  assert.deepEqual(["", "hier"].map((text) => readMoment(text, PARIS)), [{ at: null }, { fault: "unreadable" }]);
  assert.equal(fieldText(null, PARIS) + fieldText(NaN, PARIS), "");
});

test("of a time that exists twice nothing is guessed: it is asked for, and the proposal keeps its seconds", () => {
  const [first, second] = choicesOf("2026-10-25T02:09", PARIS);
  assert.deepEqual([first, second], [{ at: utc("2026-10-25T00:09"), offset: "UTC+2" }, { at: utc("2026-10-25T01:09"), offset: "UTC+1" }]);
  assert.deepEqual(choicesOf("2026-10-25T03:09", PARIS), []);
  const proposed = utc("2026-10-25T01:09:33.184");
  assert.deepEqual(readMoment("2026-10-25T02:09", PARIS), { fault: "twice" });
  assert.deepEqual(readMoment("2026-10-25T02:09", PARIS, { chosen: second.at, proposed }), { at: proposed });
  assert.deepEqual(readMoment("2026-10-25T02:09", PARIS, { chosen: first.at, proposed }), { at: first.at });
  assert.deepEqual(readMoment("2026-10-25T02:08", PARIS, { chosen: second.at, proposed }), { fault: "twice" }, "a choice belongs to its text");
});

test("of a time that does not exist it is said what clocks show instead", () => {
  assert.deepEqual(readMoment("2026-03-29T02:30", PARIS), { fault: "none", from: "02:00", to: "03:00" });
  assert.deepEqual(readMoment("2026-10-04T02:15", "Australia/Lord_Howe"), { fault: "none", from: "02:00", to: "02:30" });
});

test("just after clocks were set back the latest time that may be chosen is one of before", () => {
  assert.equal(latestText(utc("2026-10-25T01:05"), PARIS), "2026-10-25T02:50");
  assert.equal(latestText(utc("2026-11-22T13:05"), PARIS), "2026-11-22T14:05");
});
