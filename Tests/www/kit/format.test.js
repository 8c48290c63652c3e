import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ago, agoShort, atTime, axisTime, birthText, calendarDay, clockTime, duration, exactMinute, exactTime, number, range, weekdayTime, years, zoneText } from "../../../www/kit/format.js";
import { vital } from "../../../www/model/vitals.js";

const spoken = (language) => {
  const texts = JSON.parse(readFileSync(new URL(`../../../www/locales/${language}.json`, import.meta.url), "utf8"));
  return { language, t: (key, values) => texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name]) };
};
const [fr, en] = ["fr", "en"].map(spoken);

test("days and exact times are written day first in both languages", () => {
  assert.deepEqual(["fr", "en"].map((language) => calendarDay("1961-04-03", language)), ["03/04/1961", "03/04/1961"]);
  assert.equal(calendarDay("unknown", "fr"), "unknown");
  const at = new Date(2026, 10, 22, 14, 3, 7).getTime();
  assert.deepEqual(["fr", "en"].map((language) => exactTime(at, language)), ["22/11/2026 14:03:07", "22/11/2026 14:03:07"]);
});

const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");

test("ages are words, in whole units, rounded down", () => {
  assert.equal(plain(ago(3_999, "fr")), "il y a 3 secondes");
  assert.equal(plain(ago(1_000, "fr")), "il y a 1 seconde");
  assert.equal(plain(ago(59_999, "fr")), "il y a 59 secondes");
  assert.equal(plain(ago(120_000, "fr")), "il y a 2 minutes");
  assert.equal(plain(ago(3_600_000, "en")), "1 hour ago");
  assert.equal(plain(ago(49 * 3_600_000, "en")), "2 days ago");
});

test("an age is never negative: clocks differ", () => {
  assert.equal(plain(ago(-500, "fr")), "à l’instant");
});

test("short ages know the days of each language", () => {
  assert.deepEqual([3_000, 120_000, 7_200_000, 3 * 86_400_000].map((ms) => plain(agoShort(ms, "fr"))), ["3 s", "2 min", "2 h", "3 j"]);
  assert.equal(plain(agoShort(3 * 86_400_000, "en")), "3 d");
});

test("numbers have the vital's decimals and the language's comma", () => {
  assert.equal(number(36.84, 1, "fr"), "36,8");
  assert.equal(number(36.84, 1, "en"), "36.8");
  assert.equal(number(97.5, 0, "fr"), "98");
});

test("a range names both ends and the unit", () => {
  assert.equal(plain(range(vital("spo2").normal, vital("spo2"), "fr")), "95–100 %");
  assert.equal(plain(range(vital("temperature").normal, vital("temperature"), "fr")), "36,1–37,2 °C");
});

test("a time of today is a time, one of another day says which", () => {
  const now = new Date(2026, 10, 22, 14, 3).getTime();
  assert.equal(clockTime(now - 60_000, now, "fr"), "14:02");
  assert.match(clockTime(now - 86_400_000, now, "fr"), /^21 nov.*14:03$/);
  assert.deepEqual([fr, en].map((i18n) => atTime(now - 60_000, now, i18n)), ["à 14:02", "at 14:02"], "in a sentence");
  assert.deepEqual([fr, en].map((i18n) => atTime(now - 86_400_000, now, i18n)), ["le 21 nov. à 14:03", "on 21 Nov at 14:03"]);
});

test("times are the zone's that is asked for, and one that its clocks show twice says which it is", () => {
  const first = Date.parse("2026-10-25T00:30:05Z"), second = first + 3_600_000;
  const paris = (format, ...more) => [first, second].map((at) => plain(format(at, ...more, "Europe/Paris")));
  assert.deepEqual(paris(clockTime, second, "fr"), ["02:30 (UTC+2)", "02:30 (UTC+1)"]);
  assert.deepEqual(paris(atTime, second, fr), ["à 02:30 (UTC+2)", "à 02:30 (UTC+1)"]);
  assert.deepEqual(paris(exactTime, "en"), ["25/10/2026 02:30:05 (UTC+2)", "25/10/2026 02:30:05 (UTC+1)"]);
  assert.deepEqual(paris(exactMinute, "fr"), ["25/10/2026 02:30 (UTC+2)", "25/10/2026 02:30 (UTC+1)"]);
  assert.deepEqual(paris(axisTime, 0, "fr"), ["02:30 +2", "02:30 +1"]);
  assert.deepEqual(paris(weekdayTime, "fr"), ["dim. 25 02:30 (UTC+2)", "dim. 25 02:30 (UTC+1)"]);
  assert.equal(axisTime(Date.parse("2026-11-01T23:00:00Z"), 5 * 86_400_000, "fr", "Europe/Paris"), "lun. 2");
  assert.equal(clockTime(Date.parse("2026-04-04T14:45:00Z"), Date.parse("2026-04-05T01:00:00Z"), "en", "Australia/Lord_Howe"), "01:45\u00a0(UTC+11)", "the same day there");
  assert.equal(zoneText(first, second, "Europe/Paris"), "Europe/Paris, UTC+2 → UTC+1");
  assert.equal(zoneText(first, second, "UTC"), "UTC");
  assert.equal(years("2000-10-25", Date.parse("2026-10-24T23:00:00Z"), "Europe/Paris"), 26, "the hospital's birthday");
});

test("an age in years counts birthdays, and nothing is made of no date", () => {
  const now = new Date(2026, 10, 22).getTime();
  assert.equal(years("1961-11-22", now), 65);
  assert.equal(years("1961-11-23", now), 64);
  assert.equal(years(null, now), null);
  assert.equal(years("hier", now), null);
  assert.equal(years("2056-05-04", now), null);
  const age = ({ years: count }) => `${count} ans`;
  assert.deepEqual(["1961-11-22", "2056-05-04", null].map((born) => birthText(born, now, "fr", age)), ["22/11/1961 (65 ans)", "04/05/2056", null]);
});

test("what is left is rounded up, with as many parts as it needs", () => {
  assert.deepEqual([0, 1, 42_000, 59_001, 725_000, 3_600_000].map(duration), ["0:00", "0:01", "0:42", "1:00", "12:05", "1:00:00"]);
});
