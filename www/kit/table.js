import { el } from "./dom.js";
import { icon } from "./icons.js";

/**
 * A table that becomes cards where it has no room. `columns`: `[{label, cell, className, hidden}]`; `cell(row)` returns
 * a text, a node or a list of nodes, nothing for an empty cell; `hidden` labels are for screen readers only. The column of
 * class "name", else the first, says what its row is. The roles are written out because a table that is laid out as cards
 * would lose them.
 */
export function table({ caption, columns, rows, rowClass = (row) => null }) {
  const head = columns.map(({ label, hidden, className }) => el("th", { role: "columnheader", scope: "col", class: className },
    el("span", { class: hidden ? "visually-hidden" : null, text: label })));
  const naming = Math.max(0, columns.findIndex(({ className }) => className === "name"));
  const cell = (column, row, first) => el(first ? "th" : "td", { role: first ? "rowheader" : "cell", scope: first ? "row" : null,
    class: column.className, "data-label": column.hidden ? null : column.label }, ...content(column.cell(row)));
  return fitted(caption, el("table", { class: "data", role: "table" },
    el("caption", { class: "visually-hidden", text: caption }),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)),
    el("tbody", { role: "rowgroup" }, ...rows.map((row) => el("tr", { role: "row", class: rowClass(row) },
      ...columns.map((column, i) => cell(column, row, i === naming)))))));
}

/** How wide the tables of each caption have to be for their columns, in px, where that was more than there was. */
const needed = new Map();
let observer = null;

/** A table that lacks room for its columns becomes cards; one drawn again begins as the last one was. */
function fitted(caption, element) {
  observer ??= new ResizeObserver((entries) => requestAnimationFrame(() => entries.flatMap(({ target }) => tablesOf(target)).forEach(fit)));
  element.dataset.of = caption;
  element.classList.toggle("cards", needed.has(caption));
  observer.observe(element);
  return element;
}

/** A table keeps its width where its place grows narrower: the place is observed, too. */
const tablesOf = (target) => (target.localName === "table" ? [target] : [...target.children].filter(({ dataset }) => dataset.of !== undefined));

function fit(element) {
  if (!element.isConnected) return observer.unobserve(element);
  observer.observe(element.parentElement);
  const { of: caption } = element.dataset;
  const room = element.parentElement.clientWidth;
  if (!room || (element.classList.contains("cards") && room < needed.get(caption))) return;
  element.classList.remove("cards");
  needed.delete(caption);
  if (element.offsetWidth <= room) return;
  needed.set(caption, element.offsetWidth);
  element.classList.add("cards");
}

const isNothing = (value) => value === null || value === undefined || value === "";

function content(value) {
  const parts = [value].flat().filter((part) => !isNothing(part));
  return parts.length ? parts : [el("span", { class: "nothing", "aria-hidden": "true", text: "–" })];
}

/** A row's button. Its accessible name ends with `about`, whom it concerns; `key` finds it again after the list was drawn anew. */
export const rowAction = ({ label, about, key, click, kind = null }) => el("button", {
  type: "button", class: ["row-action", kind].filter(Boolean).join(" "), "data-key": key, "aria-label": `${label} : ${about}`, text: label, on: { click },
});

/** A cell of two lines, the second one small. */
export const twoLines = (first, second, attributes = {}) => el("span", { class: "two", ...attributes }, first, second && el("small", { text: second }));

/** A small coloured word: `tone` is a judged value's ("normal", "high", "low", "stale") or "error". */
export const badge = (tone, text, iconName) => el("span", { class: "badge", "data-tone": tone }, iconName ? icon(iconName) : null, el("span", { text }));
