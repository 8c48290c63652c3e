/** Text as people compare it when they look for somebody. The same rule as Sources/Store/Patients/FoldedName.swift; Tests/fixtures/folding.json holds both to it. Pure. */

const SPELLED_OUT = { œ: "oe", æ: "ae", ß: "ss", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ŧ: "t", ı: "i", ŋ: "n", ς: "σ" };
const SPELLED = new RegExp(`[${Object.keys(SPELLED_OUT).join("")}]`, "g");
/** Marks, hyphens, what is invisible, and what is typed for an apostrophe. */
const DROPPED = /[\p{M}\p{Pd}\p{Cf}\p{Cc}'\u2018\u2019\u201b\u2032\u02bc\u02bb\u02b9\u05f3\u0060\u00b4\u2212]/gu;

/** The words of a text without accents, capitals, apostrophes and hyphens; ligatures and letters with strokes are spelled out. */
export const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/\s+/g, " ").trim().replace(DROPPED, "").replace(SPELLED, (letter) => SPELLED_OUT[letter]);

/** The same without spaces: "Jean-Luc", "jean luc" and "JEANLUC" are one name. */
export const foldedName = (text) => fold(text).replace(/\s/g, "");
