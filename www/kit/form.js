import { el } from "./dom.js";
import { icon } from "./icons.js";
import { overall, sortProblem } from "./problem.js";
import { t } from "./texts.js";

/** Forms: every field with its label and, when the server refuses it, with the server's words beside it. */

let made = 0;

/** `input("text", {maxlength: 64, required: true})`. */
export const input = (type, attributes = {}) => el("input", { type, ...attributes });

/** A choice of one: `options` as `[[value, text], …]`. */
export function choice(options, chosen, attributes = {}) {
  return el("select", attributes, ...options.map(([value, text]) => el("option", { value, selected: String(value) === String(chosen ?? ""), text })));
}

/**
 * A field: `input` (input, select or textarea) gets its name, its label, perhaps a hint, and a place for what is wrong with it.
 * `mayBeEmpty` false: an empty one needs no mark that it may be, as in a filter.
 * @param {string} name
 * @param {string} label
 * @param {any} input
 * @param {{hint?: string, className?: string, mayBeEmpty?: boolean}} options
 */
export function field(name, label, input, { hint, className, mayBeEmpty = !input.required && input.tagName === "INPUT" } = {}) {
  const id = `field-${++made}`;
  Object.assign(input, { id, name });
  input.setAttribute("aria-describedby", hint ? `${id}-hint ${id}-error` : `${id}-error`);
  return el("div", { class: ["field", className].filter(Boolean).join(" "), "data-field": name },
    el("label", { for: id, text: label }, mayBeEmpty ? el("small", { text: ` ${t("form.optional")}` }) : null),
    input,
    hint ? el("p", { class: "hint", id: `${id}-hint`, text: hint }) : null,
    el("p", { class: "field-error", id: `${id}-error` }));
}

/** A choice of several, as boxes to tick: `options` as `[[value, text], …]`, `chosen` a list of values. */
export function choices(name, label, options, chosen = [], { hint = null } = {}) {
  const id = `field-${++made}`;
  const boxes = options.map(([value, text]) => el("label", { class: "tick" },
    el("input", { type: "checkbox", name, value, checked: chosen.map(String).includes(String(value)) }), el("span", { text })));
  return el("fieldset", { class: "field", "data-field": name, "aria-describedby": `${id}-error` },
    el("legend", { text: label }), el("div", { class: "ticks" }, ...boxes),
    hint ? el("p", { class: "hint", text: hint }) : null,
    el("p", { class: "field-error", id: `${id}-error` }));
}

/**
 * The values of a form's fields by name, trimmed; of boxes to tick the list of ticked values.
 * @returns {Record<string, any>}
 */
export function values(form) {
  const read = {};
  for (const place of form.querySelectorAll("[data-field]")) {
    const name = place.dataset.field;
    const controls = [...place.querySelectorAll("input, select, textarea")].filter((control) => control.name === name);
    read[name] = place.tagName === "FIELDSET" ? controls.filter(({ checked }) => checked).map(({ value }) => value) : controls[0].value.trim();
  }
  return read;
}

/** An error as the server's would be, about fields that this page itself refuses: `{name: [text]}`. */
export const refusal = (fields) => Object.assign(new Error("refused by the form"), { status: 400, fields });

/** Throws, as a server would, when a field that must be filled is not: the browser's own words are not in the page's language. */
export function checkFilled(form) {
  const empty = [...form.querySelectorAll("[required]")].filter((control) => control.value.trim() === "");
  if (empty.length) throw refusal(Object.fromEntries(empty.map(({ name }) => [name, [t("form.required")]])));
}

/** Takes back what `showProblem` showed. */
export function clearProblem(form) {
  form.querySelector(".form-problem")?.remove();
  for (const place of form.querySelectorAll(".field-error")) place.replaceChildren();
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** Shows a refusal where it belongs: at the fields that it names, else on top of the form. What was typed stays. */
export function showProblem(form, error) {
  clearProblem(form);
  const places = new Map([...form.querySelectorAll("[data-field]")].map((place) => [place.dataset.field, place]));
  const { fields, rest } = sortProblem(error, [...places.keys()]);
  for (const [name, text] of Object.entries(fields)) {
    const place = places.get(name);
    place.querySelector(".field-error").replaceChildren(icon("error"), el("span", { text }));
    for (const control of place.querySelectorAll("input, select, textarea")) control.setAttribute("aria-invalid", "true");
  }
  if (rest) form.prepend(problemNote(rest));
  form.querySelector('[aria-invalid="true"]')?.focus();
}

/** The text of a refusal that belongs to no field. */
export const problemText = (error) => wordsOf(overall(error));

/** @param {{key?: string, text?: string}} words */
const wordsOf = ({ key, text }) => text ?? t(key);

const problemNote = (words) => el("p", { class: "form-problem", role: "alert" }, icon("error"), el("span", { text: wordsOf(words) }));
