import { rounded } from "../kit/format.js";

/**
 * The registry of vitals, as the server has it (Sources/Clinical/Vital.swift). A test compares both with one fixture.
 * Ranges are in the vital's own unit. `normal` (`normalOnSkin` for a device's temperature) is for display beside a card, not an alarm limit.
 */
export const VITALS = [
  { name: "spo2", code: 1, unit: "%", ucum: "%", loinc: ["2708-6", "59408-5"], plausible: [30, 100], normal: [95, 100], decimals: 0, letters: null },
  { name: "heart_rate", code: 2, unit: "bpm", ucum: "/min", loinc: ["8867-4"], plausible: [15, 300], normal: [60, 100], decimals: 0, letters: null },
  { name: "temperature", code: 3, unit: "°C", ucum: "Cel", loinc: ["8310-5"], plausible: [20, 45], normal: [36.1, 37.2], normalOnSkin: [30, 35], decimals: 1, letters: null },
  { name: "respiratory_rate", code: 4, unit: "/min", ucum: "/min", loinc: ["9279-1"], plausible: [2, 80], normal: [12, 20], decimals: 0, letters: null },
  { name: "systolic_bp", code: 5, unit: "mmHg", ucum: "mm[Hg]", loinc: ["8480-6"], plausible: [30, 300], normal: [111, 140], decimals: 0, letters: null },
  { name: "diastolic_bp", code: 6, unit: "mmHg", ucum: "mm[Hg]", loinc: ["8462-4"], plausible: [15, 200], normal: [60, 90], decimals: 0, letters: null },
  { name: "consciousness", code: 7, unit: "", ucum: "1", loinc: ["67775-7"], plausible: [0, 4], normal: [0, 0], decimals: 0, letters: ["A", "C", "V", "P", "U"] },
  { name: "supplemental_o2", code: 8, unit: "", ucum: "1", loinc: ["3151-8"], plausible: [0, 1], normal: [0, 0], decimals: 0, letters: null },
  { name: "perfusion_index", code: 9, unit: "%", ucum: "%", loinc: [], plausible: [0, 30], normal: null, decimals: 1, letters: null },
  { name: "signal_quality", code: 10, unit: "%", ucum: "%", loinc: [], plausible: [0, 100], normal: null, decimals: 0, letters: null },
  { name: "ambient_temperature", code: 11, unit: "°C", ucum: "Cel", loinc: [], plausible: [-20, 60], normal: null, decimals: 1, letters: null },
];

const BY_NAME = new Map(VITALS.map((vital) => [vital.name, vital]));

/** The entry of a vital, or undefined: a newer server may send vitals that this page does not know. */
export const vital = (name) => BY_NAME.get(name);

/** The entry as it is for a value that a device measured on the skin, where that is another thing than one taken by hand. */
export const onSite = (entry, isOnSkin) => (isOnSkin && entry.normalOnSkin ? { ...entry, normal: entry.normalOnSkin } : entry);

/** These have a card even before they have a value: a missing one must be seen to be missing. */
export const ALWAYS_SHOWN = ["spo2", "heart_rate", "temperature"];

/** Measured beside a vital, for judging it: shown small. */
export const EXTRAS = ["perfusion_index", "signal_quality", "ambient_temperature"];

/** Taken by hand now and then, so they have no period: see freshness.js. */
export const TAKEN_BY_HAND = ["systolic_bp", "diastolic_bp", "consciousness", "supplemental_o2"];

/** Taken by hand where no device sends them. */
export const OFTEN_BY_HAND = ["respiratory_rate", "temperature"];

/**
 * What a value is against its normal range: "low", "normal", "high", or null where there is no range. Judged as it is
 * shown, rounded to the vital's decimals: the same "37,2" must not be green now and orange a second later.
 */
export function judge({ normal, decimals }, value) {
  if (!normal) return null;
  const shown = rounded(value, decimals);
  if (shown < normal[0]) return "low";
  return shown > normal[1] ? "high" : "normal";
}

/** The stored number of a wire value (a letter's index, a number as it is), or null when it is neither. */
export function numberOf({ letters }, wire) {
  if (letters && typeof wire === "string") {
    const index = letters.indexOf(wire);
    return index < 0 ? null : index;
  }
  return typeof wire === "number" && Number.isFinite(wire) ? wire : null;
}
