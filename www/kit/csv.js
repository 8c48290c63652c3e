/** Tables as files for a spreadsheet. The same rule as Sources/Store/Audit/CSV.swift; Tests/fixtures/csv.json holds both to it. Pure. */

/** Where a spreadsheet begins a cell or a line, whatever its list separator. */
const SEPARATOR = /[,;|\t\r\n]/;
/** What a spreadsheet would take for a formula, after what it drops or shows as nothing. */
const FORMULA = /^["\p{White_Space}\p{Cf}\p{Cc}]*[=+\-@＝＋－＠]/u;
/** -3.5 or -1e-05: a number, and nothing that can be calculated. */
const PLAIN_NUMBER = /^-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** A text that no spreadsheet runs: an apostrophe stands before what it would calculate, also within a cell where another separator would begin one. */
function inert(text) {
  if (PLAIN_NUMBER.test(text)) return text;
  const pieces = text.split(/([,;|\t\r\n])/).map((piece) => (FORMULA.test(piece) && !SEPARATOR.test(piece) ? `'${piece}` : piece)).join("");
  return /^[\t\r\n]/.test(text) ? `'${pieces}` : pieces;
}

/** By language: what a double click on the file expects. French spreadsheets have semicolons, and commas in numbers. */
const FORMATS = { fr: { separator: ";", decimal: "," }, en: { separator: ",", decimal: "." } };

function cell(value, decimal) {
  const text = typeof value === "number" ? String(value).replace(".", decimal) : inert(value === null || value === undefined ? "" : String(value));
  return /[",;|\t\r\n]|^\p{White_Space}|\p{White_Space}$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line with its CRLF; null is an empty cell. */
export function line(cells, { separator, decimal } = FORMATS.en) {
  const written = cells.map((value) => cell(value, decimal)).join(separator);
  // A line without a single character would be no record to most readers.
  return `${written === "" && cells.length === 1 ? '""' : written}\r\n`;
}

/** Rows as RFC 4180 has them but for the separator, which is the language's, with the mark by which spreadsheets know UTF-8. */
export const csv = (rows, language) => `\ufeff${rows.map((row) => line(row, FORMATS[language])).join("")}`;
