/** Numbers, ages and times as people read them. Pure: language and instants are arguments. */

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
const time = cached((language) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
const dayAndTime = cached((language) => new Intl.DateTimeFormat(DAY_FIRST[language] ?? language, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));

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

/** "95–100 %"; a sign of percent or degrees stands off by a no-break space, as French wants it. */
export function range([low, high], { decimals, unit }, language) {
  const ends = `${number(low, decimals, language)}–${number(high, decimals, language)}`;
  return unit ? `${ends}\u00a0${unit}` : ends;
}

/** "14:03" of the same day, "21 nov., 14:03" of another. */
export function clockTime(at, now, language) {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return (sameDay ? time : dayAndTime)(language).format(at);
}

const precise = cached((language) => new Intl.DateTimeFormat(language, {
  day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }));
const date = cached((language) => new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" }));
/** British: 04/11 must not be read as the eleventh of April. */
const DAY_FIRST = { en: "en-GB" };

/** "22/11/2026 14:03:07", for what must be told apart to the second. */
export const exactTime = (at, language) => precise(DAY_FIRST[language] ?? language).format(at).replace(",", "");

/** "30/04/1961" of "1961-04-30"; the text itself where it is no date. */
export function calendarDay(text, language) {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) ? text : date(DAY_FIRST[language] ?? language).format(at);
}

/** Whole years between a date of birth ("1961-04-30") and now, or null. */
export function years(born, now) {
  const birth = new Date(`${born}T00:00:00`);
  if (!born || Number.isNaN(birth.getTime())) return null;
  const today = new Date(now);
  const beforeBirthday = today.getMonth() < birth.getMonth()
    || (today.getMonth() === birth.getMonth() && today.getDate() < birth.getDate());
  return today.getFullYear() - birth.getFullYear() - (beforeBirthday ? 1 : 0);
}

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
