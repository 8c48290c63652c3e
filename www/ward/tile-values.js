import { agoShort } from "../kit/format.js";
import { vitalIn } from "../model/limit-profiles.js";
import { view } from "../model/reading-view.js";
import { isHigh } from "../model/severity.js";
import { vital as entryOf } from "../model/vitals.js";

/** What a tile says of values that are taken at rounds, which values it shows large, and what it says of the early warning score. Pure. */

/** The parts of the line below the measured values, each of one or more vitals. */
export const ROUND_PARTS = { respiratory_rate: ["respiratory_rate"], blood_pressure: ["systolic_bp", "diastolic_bp"], supplemental_o2: ["supplemental_o2"], consciousness: ["consciousness"] };

/** A value with this many points of the early warning score is shown large, also without a limit that it violates. */
const ABNORMAL_POINTS = 2;

/** Whether any of these vitals violates a limit, or has points that ask for somebody. @param record the patient's PatientRecord */
export const isAbnormal = (record, vitals) => vitals.some((vital) => record.lastingAlertAbout(vital) !== undefined
  || (record.score?.parts.some((part) => part.vital === vital && part.state === "connu" && part.minimum >= ABNORMAL_POINTS) ?? false));

/** From this age on a value that a person took says it: in black beside live ones it would read like them. */
const TOLD_AGE_MS = 3_600_000;

/** The age in ms of a value that a person took an hour ago or longer; null of every other. @param fresh `{byHand, ageMs}`, or null */
export const takenAge = (fresh) => (fresh?.byHand && fresh.ageMs >= TOLD_AGE_MS ? fresh.ageMs : null);

/** Of two states of one part the later one is shown. */
const STATES = ["none", "plain", "normal", "high", "low", "stale"];

/**
 * `{text, state, alarm, abnormal, taken}` of a part of the line; `taken`: the age as `takenAge`, of two values the older's; `text` null: there is nothing to show. An alert patient's consciousness says nothing.
 * @param freshness (vital) => as LiveState.freshness
 */
export function byHandText(part, record, freshness, i18n) {
  const vitals = ROUND_PARTS[part];
  const limits = (vital) => [record.lastingAlertAbout(vital)].filter(Boolean);
  const views = vitals.map((vital) => ({ vital, ...view(vitalIn(vital, record.profile), record.value(vital), freshness(vital), i18n, limits(vital)) })).filter(({ state }) => state !== "none");
  const alarm = vitals.map((vital) => record.lastingAlertAbout(vital)).find(Boolean);
  if (!views.length || (part === "consciousness" && record.value(part).value === 0)) return { text: null, state: "none", alarm: undefined, abnormal: false, taken: null };
  const taken = Math.max(0, ...views.map(({ vital }) => takenAge(freshness(vital)) ?? 0)) || null;
  const state = STATES.findLast((one) => views.some((each) => each.state === one));
  return { taken, text: views.map(({ vital, value, text }) => wordOf(vital, value, text, i18n)).join("/"), state, alarm, abnormal: state !== "stale" && isAbnormal(record, vitals) };
}

/** "FR, PA 4 h · O₂ 5 h": the values of the line that a person took an hour ago or longer, and the core temperature `core` (`{ageMs}`, or null). */
export function takenText(record, freshness, core, i18n) {
  const parts = Object.keys(ROUND_PARTS).map((part) => [i18n.t(`tile.part.${part}`), byHandText(part, record, freshness, i18n).taken]);
  const temperature = [i18n.t("vital.short.temperature"), takenAge(core && { ...core, byHand: true })];
  const byAge = new Map();
  for (const [name, taken] of [...parts, temperature]) {
    const age = taken === null ? null : agoShort(taken, i18n.language);
    if (age) byAge.set(age, [...(byAge.get(age) ?? []), name]);
  }
  return [...byAge].map(([age, names]) => `${names.join(", ")} ${age}`).join(" · ");
}

/** Where there is room for a few letters only. */
function wordOf(vital, value, text, i18n) {
  if (vital === "consciousness") return entryOf(vital).letters[value] ?? text;
  return i18n.has(`tile.value.${vital}.${value}`) ? i18n.t(`tile.value.${vital}.${value}`) : text;
}

const bounds = ({ minimum, maximum }) => (minimum === maximum ? String(minimum) : `${minimum}–${maximum}`);

/** The short name of what a part of the score is, on a tile. */
const nameOf = (vital, i18n) => (i18n.has(`tile.part.${vital}`) ? i18n.t(`tile.part.${vital}`) : i18n.t(`vital.short.${vital}`));
/** Both pressures go by one name. */
const PART_NAMES = { systolic_bp: "blood_pressure" };

/**
 * `{text, known, missing, label}` of the early warning score; null: there is none. While parameters are missing and what is known asks for nobody it is
 * "?" with what is missing: "0–14" says nothing. From a risk on it is what it can be, lower to upper.
 */
export function scoreView(score, i18n) {
  if (!score) return null;
  if (!score.applicable) return { text: "–", known: null, missing: "", label: i18n.t("tile.score.none") };
  const absent = score.parts.filter(({ state }) => state !== "connu").map(({ vital }) => nameOf(PART_NAMES[vital] ?? vital, i18n)).join(", ");
  const missing = absent ? i18n.t("tile.score.missing", { names: absent }) : "";
  const label = [i18n.t("tile.score.label", { score: bounds(score), known: score.known, of: score.parameters }), missing].filter(Boolean).join(". ");
  const isOpen = score.minimum !== score.maximum && score.riskMinimum === "faible" && !isHigh(score);
  return { text: isOpen ? "?" : bounds(score), known: isOpen || score.known === score.parameters ? null : `${score.known}/${score.parameters}`, missing: isOpen ? missing : "", label };
}
