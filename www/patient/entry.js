import { readNumber } from "../kit/number-field.js";
import { numberOf, vital } from "../model/vitals.js";

/** What a person enters by hand: reading what was typed, and what of it is still to be stored. Pure. */

/** Typed with a keypad, in the order of a round. */
export const TYPED = ["respiratory_rate", "spo2", "heart_rate", "systolic_bp", "diastolic_bp", "temperature"];
/** Chosen among a few: the wire's values, in the order of the stored numbers. */
export const CHOSEN = { supplemental_o2: ["0", "1"], consciousness: vital("consciousness").letters };

/**
 * What was entered, as `{values, faults}`: the wire's values by the vital's name, empty fields left out, and by name why
 * a field cannot be sent ("number", "range", "pressures").
 * @param typed texts by the vital's name; a chosen vital's is its wire value
 */
export function check(typed) {
  const values = {}, faults = {};
  for (const [name, text] of Object.entries(typed)) {
    const { letters, plausible } = vital(name);
    const value = letters ? text || null : readNumber(text);
    if (value === null) continue;
    const number = numberOf(vital(name), value);
    if (number === null) faults[name] = "number";
    else if (number < plausible[0] || number > plausible[1]) faults[name] = "range";
    else values[name] = value;
  }
  // The two are often swapped.
  if (values.diastolic_bp >= values.systolic_bp) {
    faults.diastolic_bp = "pressures";
    delete values.diastolic_bp;
  }
  return { values, faults };
}

/**
 * One entry from its first sending until all of it is stored. A reading's identity is patient, vital and instant: the same
 * value goes out with the same instant however often it is sent, so that it is stored once.
 */
export class Entry {
  #patient;
  #sent = new Map();
  #order = [];
  /** The names of what is stored. */
  stored = new Set();

  constructor(patient) { this.#patient = patient; }

  /** What is stored and when it says that it was measured: `[{type_donnee, timestamp}]`. */
  get storedReadings() {
    return [...this.stored].map((name) => ({ type_donnee: name, timestamp: new Date(this.#sent.get(name).instant).toISOString() }));
  }

  /**
   * The body of the next sending, or null when nothing is left. A value that was changed after a sending whose answer never
   * came is another reading: a millisecond later, or the server would take it for the first one and keep that.
   * @param values as `check` gives them; @param at the instant of measurement in ms
   */
  body(values, at) {
    this.#order = Object.keys(values).filter((name) => !this.stored.has(name));
    if (this.#order.length === 0) return null;
    const mesures = this.#order.map((name) => {
      const before = this.#sent.get(name);
      const instant = before === undefined || before.asked !== at ? at : before.instant + (before.value === values[name] ? 0 : 1);
      this.#sent.set(name, { value: values[name], asked: at, instant });
      return { type_donnee: name, valeur: values[name], unite: vital(name).unit, timestamp: new Date(instant).toISOString() };
    });
    return { patient: this.#patient, mesures };
  }

  /** Takes the server's `rejetees` in and returns the reasons by the vital's name; all else of the last body is stored. */
  settle(rejected) {
    const reasons = {};
    for (const { index, raison } of rejected ?? []) if (this.#order[index]) reasons[this.#order[index]] = raison;
    for (const name of this.#order) if (!(name in reasons)) this.stored.add(name);
    return reasons;
  }
}

/**
 * The instant of an entry whose field gives minutes: the seconds are those of the form's opening, so that two entries for the same minute are
 * two readings.
 */
export const withSeconds = (at, openedAt) => Math.floor(at / 60_000) * 60_000 + (openedAt % 60_000);
