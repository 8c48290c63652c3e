import { readNumber } from "../kit/number-field.js";
import { EXTRAS, vital as entryOf, VITALS } from "./vitals.js";

/**
 * Alarm limits as the page edits them: reading what was typed, telling what a level's own rules would be. Pure. A rule has the
 * wire's names: `{type_donnee, cote, niveau_gravite, seuil, inclus, delai_s, hysteresis}`; an effective one also `origine`.
 */

/** The corners of a vital, from the lowest value to the highest: its side and its priority. */
export const CORNERS = [
  { cote: "bas", niveau_gravite: "error" }, { cote: "bas", niveau_gravite: "warning" },
  { cote: "haut", niveau_gravite: "warning" }, { cote: "haut", niveau_gravite: "error" },
];
export const cornerName = ({ cote, niveau_gravite: severity }) => `${cote}_${severity}`;

/** The server's longest delay. */
export const LONGEST_DELAY_S = 300;
/** What a rule has that is new to its vital: nothing farther away gives these. */
const NEW_RULE = { delai_s: 15, hysteresis: 1, inclus: false };

/** The vitals that have limits, in the registry's order: those that are numbers of their own. */
export const LIMITED = VITALS.filter(({ name, letters }) => !letters && name !== "supplemental_o2" && !EXTRAS.includes(name)).map(({ name }) => name);

const keyOf = ({ type_donnee: vital, cote, niveau_gravite: severity }) => `${vital} ${cote} ${severity}`;
const find = (rules, key) => rules.find((rule) => keyOf(rule) === keyOf(key));

/** The rule that holds in a corner of a vital, or undefined. `limits` as the server answers them. */
export const effectiveIn = (limits, vital, corner) => find(limits?.limites ?? [], { type_donnee: vital, ...corner });
/** The level's own rule of a corner, with its reason and its end (`motif`, `expire_le`), or undefined. */
export const ownIn = (limits, vital, corner) => find(limits?.propres ?? [], { type_donnee: vital, ...corner });

/**
 * The limits of a vital that an alarm can come from: what is drawn as a line. Of a temperature of the skin, while the ward has not validated its
 * site, only those that a ward or a patient was given (the server's rule: AlarmLevels).
 */
export const linesOf = (limits, vital, isOnSkin = false) => (limits?.limites ?? []).filter(({ type_donnee: name, seuil: limit, origine: origin }) =>
  name === vital && limit !== null && (!isOnSkin || limits.temperature_cutanee_validee !== false || ["service", "patient"].includes(origin)));

/** "<", "≤", ">", "≥": how a value violates. */
export const signOf = ({ cote, inclus }) => (cote === "bas" ? (inclus ? "≤" : "<") : (inclus ? "≥" : ">"));

const textOf = (value, language) => (value === null || value === undefined ? "" : String(value).replace(".", language === "fr" ? "," : "."));

/**
 * What the form of a corner begins with: `{mode, seuil, delai_s, hysteresis}`, texts but for `mode`: "inherited" (as the level
 * above has it), "own", "off" (no alarm of this priority).
 * @param limits this level's; @param parent the level's above, null for the hospital's defaults
 */
export function draftOf(limits, parent, vital, corner, language) {
  const own = ownIn(limits, vital, corner);
  const above = inheritedIn(limits, parent, vital, corner);
  const base = own?.seuil == null ? above : own;
  return {
    mode: !own ? "inherited" : own.seuil === null ? "off" : "own",
    seuil: textOf(base?.seuil, language),
    delai_s: textOf((own ?? above ?? NEW_RULE).delai_s, language),
    hysteresis: textOf((own ?? above ?? NEW_RULE).hysteresis, language),
  };
}

/** What holds in a corner where this level has no rule of its own, or undefined where that is nothing or not known. */
export function inheritedIn(limits, parent, vital, corner) {
  const isOwn = Boolean(ownIn(limits, vital, corner));
  // Until somebody has confirmed a profile, the ward's limits are not all that holds.
  if (parent && (isOwn || !limits.profil_provisoire)) return effectiveIn(parent, vital, corner);
  return isOwn ? undefined : effectiveIn(limits, vital, corner);
}

/**
 * The rules that a vital's drafts stand for, as `{rules, faults}`: faults by the field's name (`seuil_bas_error`): "number",
 * "range", "delay", "hysteresis", "order.bas", "order.haut".
 * @param drafts as `draftOf` makes them, in the order of CORNERS
 */
export function rulesOf(drafts, limits, parent, vital) {
  const rules = [], faults = {};
  CORNERS.forEach((corner, i) => {
    const { mode, ...texts } = drafts[i];
    if (mode === "inherited") return;
    const known = ownIn(limits, vital, corner) ?? inheritedIn(limits, parent, vital, corner) ?? NEW_RULE;
    const rule = { type_donnee: vital, ...corner, seuil: null, inclus: known.inclus, delai_s: known.delai_s, hysteresis: known.hysteresis };
    if (mode === "own") {
      for (const [member, text] of Object.entries(texts)) {
        rule[member] = readNumber(text);
        const fault = faultOf(member, rule[member], entryOf(vital));
        if (fault) faults[`${member}_${cornerName(corner)}`] = fault;
      }
    }
    rules.push(rule);
  });
  return { rules, faults: { ...orderFaults(rules, limits, parent, vital), ...faults } };
}

/** An urgent limit that would be crossed before the warning's, by the field that says so: `{seuil_bas_error: "order.bas"}`. */
function orderFaults(rules, limits, parent, vital) {
  const limitAt = (corner) => (find(rules, { type_donnee: vital, ...corner }) ?? inheritedIn(limits, parent, vital, corner))?.seuil ?? null;
  return Object.fromEntries(["bas", "haut"].flatMap((cote) => {
    const [error, warning] = ["error", "warning"].map((niveau_gravite) => limitAt({ cote, niveau_gravite }));
    if (error === null || warning === null || !(cote === "bas" ? error > warning : error < warning)) return [];
    const isOwn = rules.some((rule) => rule.cote === cote && rule.niveau_gravite === "error");
    return [[`seuil_${cote}_${isOwn ? "error" : "warning"}`, `order.${cote}`]];
  }));
}

function faultOf(member, value, { plausible }) {
  if (value === null || Number.isNaN(value)) return "number";
  if (member === "seuil") return value < plausible[0] || value > plausible[1] ? "range" : null;
  if (member === "delai_s") return value > LONGEST_DELAY_S ? "delay" : null;
  return value > plausible[1] - plausible[0] ? "hysteresis" : null;
}

/** All of a level's own rules once those of a vital's corners are `rules`: what is stored or tried out. */
export function merged(limits, vital, rules) {
  const edited = (rule) => rule.type_donnee === vital && CORNERS.some((corner) => keyOf({ type_donnee: vital, ...corner }) === keyOf(rule));
  const plain = ({ origine, motif, ...rule }) => rule;
  return [...(limits?.propres ?? []).filter((rule) => !edited(rule)).map(plain), ...rules];
}

/** What the rules of a vital's corners would change: the rules that would hold instead, without those that hold already. */
export function changesOf(limits, parent, vital, rules) {
  return CORNERS.flatMap((corner) => {
    const is = effectiveIn(limits, vital, corner);
    const becomes = find(rules, { type_donnee: vital, ...corner }) ?? inheritedIn(limits, parent, vital, corner);
    return becomes && !sameRule(is, becomes) ? [becomes] : [];
  });
}

/**
 * Whether a rule lets more pass than another of the same corner; undefined: there is none. The server's rule (LoosenedLimits.swift), which also decides
 * whether a reason is needed.
 */
export function isLooser(after, before) {
  if (before?.seuil == null) return false;
  if (after?.seuil == null) return true;
  const isFurtherOut = before.cote === "bas" ? after.seuil < before.seuil : after.seuil > before.seuil;
  return isFurtherOut || (after.seuil === before.seuil && before.inclus && !after.inclus) || after.delai_s > before.delai_s || after.hysteresis > before.hysteresis;
}

/** Whether any corner of a vital becomes looser with these rules of its own: against what holds now. */
export const loosens = (limits, parent, vital, rules) => CORNERS.some((corner) =>
  isLooser(find(rules, { type_donnee: vital, ...corner }) ?? inheritedIn(limits, parent, vital, corner), effectiveIn(limits, vital, corner)));

const MEMBERS = ["seuil", "delai_s", "hysteresis"];
const sameRule = (a, b) => MEMBERS.every((member) => (a?.[member] ?? null) === (b?.[member] ?? null));

/** The corners of a vital where two answers of the server differ, by name: somebody else has changed them. */
export const changedCorners = (before, after, vital) =>
  CORNERS.filter((corner) => !sameRule(effectiveIn(before, vital, corner), effectiveIn(after, vital, corner))).map(cornerName);
