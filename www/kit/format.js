import { hospitalZone } from "./hospital-zone.js";
import { dayOf, isTwice, offsetText, wallTime } from "./zone.js";

/** Numbers, ages and times as people read them. Pure: language and instants are arguments; times are the hospital's unless another zone is asked for. */

const SECOND = 1_000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** An age as a unit of `Intl.RelativeTimeFormat` and a whole count of it, rounded down: never older than it is. */
function split(ms) {
  const age = Math.max(0, ms);
  if (age < MINUTE) return ["second", Math.floor(age / SECOND)];
  if (age < HOUR) return ["minute", Math.floor(age / MINUTE)];
  if (age < DAY) return ["hour", Math.floor(age / HOUR)];
  return ["day", Math.floor(age / DAY)];
}

const cached = (make) => {
  const made = new Map();
  return (...key) => made.get(key.join()) ?? made.set(key.join(), make(...key)).get(key.join());
};
const relative = cached((language) => new Intl.RelativeTimeFormat(language, { numeric: "always" }));
const decimal = cached((language, digits) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const plain = cached((digits) => new Intl.NumberFormat("en", { maximumFractionDigits: digits, useGrouping: false }));
/** @type {Intl.DateTimeFormatOptions} */
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
/** @type {Intl.DateTimeFormatOptions} */
const day = { day: "2-digit", month: "2-digit", year: "numeric" };
/** British: 04/11 must not be read as the eleventh of April. */
const DAY_FIRST = { en: "en-GB" };
const formats = {
  time: clock,
  dayAndTime: { day: "numeric", month: "short", ...clock },
  dayAndMonth: { day: "numeric", month: "short" },
  weekday: { weekday: "short", day: "numeric" },
  weekdayAndTime: { weekday: "short", day: "numeric", ...clock },
  minute: { ...day, ...clock },
  second: { ...day, ...clock, second: "2-digit" },
};
const format = cached((name, language, zone) => new Intl.DateTimeFormat(DAY_FIRST[language] ?? language, { ...formats[name], timeZone: zone }));
/** A time that the clocks show twice says which one it is: "02:30 (UTC+1)". */
const shown = (name, at, language, zone) =>
  format(name, language, zone).format(at).replace(/^([\d/]+),/, "$1") + (isTwice(at, zone) ? `\u00a0(${offsetText(at, zone)})` : "");

const JUST_NOW = { fr: "à l’instant", en: "just now" };

/** "il y a 3 secondes", "3 seconds ago"; under a second "à l’instant": nobody says "il y a 0 seconde". */
export function ago(ms, language) {
  const [unit, count] = split(ms);
  if (count === 0) return JUST_NOW[language];
  return relative(language).format(-count, unit);
}

const SHORT = { second: "s", minute: "min", hour: "h", day: { fr: "j", en: "d" } };

/** "3 s", "2 min": where there is little room. */
export function agoShort(ms, language) {
  const [unit, count] = split(ms);
  return `${count}\u00a0${SHORT[unit][language] ?? SHORT[unit]}`;
}

/** A number with a vital's decimals: "36,8". */
export const number = (value, decimals, language) => decimal(language, decimals).format(value);

/** The number that `number` shows. By the same rounding: `toFixed` makes 36.05 a 36.0 where `Intl` makes it a 36.1. */
export const rounded = (value, decimals) => Number(plain(decimals).format(value));

/** So many more decimals are given to a value that would read like a limit. */
const FINER = [0, 1, 2, 3];

/** How many decimals, at least these, show that a value is beyond a limit: one more for 93.6 under 94. */
export function decimalsApart(value, limit, least) {
  if (value === limit) return least;
  return FINER.map((more) => least + more).find((count) => (value < limit ? rounded(value, count) < limit : rounded(value, count) > limit)) ?? least;
}

/** The decimals that a limit was given, at least these. */
export const decimalsGiven = (limit, least) => Math.max(least, String(limit).split(".")[1]?.length ?? 0);

/** "95–100 %"; a sign of percent or degrees stands off by a no-break space, as French wants it. */
export function range([low, high], { decimals, unit }, language) {
  const ends = `${number(low, decimals, language)}–${number(high, decimals, language)}`;
  return unit ? `${ends}\u00a0${unit}` : ends;
}

/** "14:03" of the same day, "21 nov., 14:03" of another. */
export const clockTime = (at, now, language, zone = hospitalZone()) =>
  shown(dayOf(at, zone) === dayOf(now, zone) ? "time" : "dayAndTime", at, language, zone);

/** In a sentence: "à 14:03" of the same day, "le 21 nov. à 14:03" of another. */
export function atTime(at, now, i18n, zone = hospitalZone()) {
  const time = shown("time", at, i18n.language, zone);
  return dayOf(at, zone) === dayOf(now, zone) ? i18n.t("time.at", { time }) : i18n.t("time.on", { time, day: format("dayAndMonth", i18n.language, zone).format(at) });
}

/** "lun. 23, 14:03": of a few days. */
export const weekdayTime = (at, language, zone = hospitalZone()) => shown("weekdayAndTime", at, language, zone);

/** "lun. 23" at midnight, else "14:03", and the offset of a time that the clocks show twice: for an axis. */
export function axisTime(at, spanMs, language, zone = hospitalZone()) {
  const isMidnight = spanMs > 1.5 * DAY && wallTime(at, zone).endsWith("T00:00");
  const text = format(isMidnight ? "weekday" : "time", language, zone).format(at);
  return isTwice(at, zone) ? `${text}\u00a0${offsetText(at, zone).replace("UTC", "") || "UTC"}` : text;
}

/** "22/11/2026 14:03:07", for what must be told apart to the second. */
export const exactTime = (at, language, zone = hospitalZone()) => shown("second", at, language, zone);

/** "22/11/2026 14:03" */
export const exactMinute = (at, language, zone = hospitalZone()) => shown("minute", at, language, zone);

/** "Europe/Paris, UTC+2 → UTC+1": the zone of the times from one instant to another. */
export function zoneText(from, to, zone = hospitalZone()) {
  const ends = [...new Set([from, to].map((at) => offsetText(at, zone)))].join(" → ");
  return zone === ends ? zone : `${zone}, ${ends}`;
}

const date = cached((language) => new Intl.DateTimeFormat(DAY_FIRST[language] ?? language, { ...day, timeZone: "UTC" }));

/** "30/04/1961" of "1961-04-30"; the text itself where it is no date. */
export function calendarDay(text, language) {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) ? text : date(language).format(at);
}

/** Whole years between a date of birth ("1961-04-30") and the hospital's day of an instant; null for none, and for one that is still to come. */
export function years(born, now, zone = hospitalZone()) {
  if (!born || Number.isNaN(Date.parse(`${born}T00:00:00Z`))) return null;
  const today = dayOf(now, zone);
  const age = Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (today.slice(5) < born.slice(5, 10) ? 1 : 0);
  return age < 0 ? null : age;
}

/** "30/04/1961 (65 ans)", or null: what tells people of one name apart. @param text the age as words */
export const birthText = (born, now, language, text) => {
  const age = years(born, now);
  return born ? `${calendarDay(born, language)}${age === null ? "" : ` (${text({ years: age })})`}` : null;
};

/** "35 s", "47 min", "2 h 05": how long something lasted, rounded to what is told of it. */
export function lasting(ms) {
  const seconds = Math.round(ms / SECOND), minutes = Math.round(ms / MINUTE);
  if (seconds < 120) return `${seconds}\u00a0s`;
  return minutes < 60 ? `${minutes}\u00a0min` : `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}`;
}

/** "45 s", "5 min 33 s", "1 h 05": how long somebody waited, to the second while that tells something. */
export function waited(ms) {
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60 || seconds >= 3600) return lasting(ms);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)}\u00a0min${rest ? `\u00a0${rest}\u00a0s` : ""}`;
}

/** "0:42", "12:05", "1:00:00": what is left, rounded up, so that the last second is seen. */
export function duration(ms) {
  const seconds = Math.ceil(Math.max(0, ms) / SECOND);
  const two = (number) => String(number).padStart(2, "0");
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(min)}:${two(s)}` : `${min}:${two(s)}`;
}
