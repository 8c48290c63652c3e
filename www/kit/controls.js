import { el } from "./dom.js";
import { icon } from "./icons.js";

/** What stands above the lists: a search, choices, the button of what is done most. */

let made = 0;

/** A search box that tells `changed` what stands in it. */
export function searchBox(label, text, changed) {
  const id = `search-${++made}`;
  const box = el("input", { id, type: "search", autocomplete: "off", spellcheck: "false", placeholder: label, value: text });
  box.addEventListener("input", () => changed(box.value));
  return el("div", { class: "search" }, el("label", { class: "visually-hidden", for: id, text: label }), icon("search"), box);
}

/** A choice of one that tells `changed`; `options` as `[[value, text], …]`. */
export function filter(label, options, chosen, changed) {
  const select = el("select", { "aria-label": label }, ...options.map(([value, text]) => el("option", { value, selected: value === chosen, text })));
  select.addEventListener("change", () => changed(select.value));
  return select;
}

/** A few alternatives side by side. */
export function segments(label, options, chosen, changed) {
  const buttons = options.map(([value, text]) => el("button", {
    type: "button", "aria-pressed": String(value === chosen), text, on: { click: () => choose(value) } }));
  const choose = (value) => {
    options.forEach(([each], i) => buttons[i].setAttribute("aria-pressed", String(each === value)));
    changed(value);
  };
  return el("div", { class: "segments", role: "group", "aria-label": label }, ...buttons);
}

/** The primary button of a section. */
export const primaryButton = (label, click) =>
  el("button", { type: "button", class: "primary add", on: { click } }, icon("plus"), el("span", { text: label }));

/** `[["", "Tous les services"], ["3", "Cardiologie"], …]` */
export const wardOptions = (wards, all) => [...(all ? [["", all]] : []), ...wards.map(({ id, nom }) => [String(id), nom])];
