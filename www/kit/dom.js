/** Makes elements. Text enters as text: nothing here parses HTML. */

/**
 * `el("p", {class: "note", hidden: true, text: "…"}, child, …)`. `text` becomes the text, `on: {click}` listeners, `true` an
 * empty attribute; null and false are left out.
 * @template {string} Tag
 * @param {Tag} tag
 * @param {{text?: any, on?: Record<string, (event: any) => any>, [attribute: string]: any}} attributes
 * @param {(Node | string | null | undefined)[]} children
 * @returns {Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : any}
 */
export function el(tag, { text, on = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return /** @type {any} */ (element);
}

/**
 * The focused element if it is within `place`, else null.
 * @returns {HTMLElement | null}
 */
export const focusedIn = (place) => (place.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null);

/** What stays the same of a control that is drawn again, as a selector: where it leads, what it is called, what it is for. */
function selectorOf(control) {
  const known = [...control.attributes].filter(({ name }) => name === "href" || name === "name" || name.startsWith("data-"));
  const classes = [...control.classList].map((name) => `.${CSS.escape(name)}`);
  return control.localName + (known.length ? known.map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`) : classes).join("");
}

/** Redraws `place`. The focus stays on the control that it was on, where there is one like it again, and only one: never on another row's button. */
export function keepFocus(place, redraw) {
  const focused = focusedIn(place);
  if (!focused) return redraw();
  const selector = selectorOf(focused);
  const isOne = () => place.querySelectorAll(selector).length === 1;
  const wasOne = isOne();
  redraw();
  if (document.activeElement === document.body && wasOne && isOne()) place.querySelector(selector).focus({ preventScroll: true });
}

/** A button at work does nothing when it is pressed again, but keeps the focus, which `disabled` would take away. */
export const isBusy = (button) => button.getAttribute("aria-disabled") === "true";
export const setBusy = (button, busy) => (busy ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled"));

/** Sets an element's text only when it differs: rewriting the same text would wake screen readers and layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Has a text spoken by screen readers (live-announcer): at once when it is urgent, else when there is a pause. */
export const announce = (text, urgent) => document.dispatchEvent(new CustomEvent("announce", { detail: { text, urgent } }));
