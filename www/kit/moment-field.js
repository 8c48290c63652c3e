import { el } from "./dom.js";
import { field, refusal } from "./form.js";
import { hospitalZone } from "./hospital-zone.js";
import { choicesOf, fieldText, readMoment } from "./moment.js";
import { t } from "./texts.js";

/** Fields for an instant, in the hospital's time. Of a time that its clocks show twice they ask which; one that they skip they refuse. */

/** The fields of a page by their input. */
const moments = new WeakMap();

/** An input with the choice that appears beside it: `input`, `which`. */
export class Moment {
  #proposed;

  /**
   * @param {number | null} at the instant that it shows; its seconds are kept until somebody types
   * @param {{text?: string, [attribute: string]: any}} options `text`: what somebody has typed
   */
  constructor(at, { text = fieldText(at, hospitalZone()), ...attributes } = {}) {
    this.#proposed = at;
    this.input = el("input", { type: "datetime-local", value: text, ...attributes });
    this.which = el("select", { class: "which", "aria-label": t("moment.which"), hidden: true });
    for (const type of ["input", "change"]) this.input.addEventListener(type, () => this.#ask());
    moments.set(this.input, this);
    this.#ask(at);
  }

  /** Shows another instant. */
  propose(at) {
    const text = fieldText(at, hospitalZone());
    if (this.#proposed === at && this.input.value === text) return;
    this.#proposed = at;
    this.input.value = text;
    this.#ask(at);
  }

  /** As `readMoment` answers. */
  read() {
    this.#ask();
    if (this.input.validity.badInput) return { fault: "unreadable" };
    return readMoment(this.input.value, hospitalZone(), { chosen: Number(this.which.value) || null, proposed: this.#proposed });
  }

  /** Asks which of two, once for each text. `at`: the one that is proposed. */
  #ask(at = null) {
    if (at === null && this.which.dataset.of === this.input.value) return;
    this.which.dataset.of = this.input.value;
    const choices = choicesOf(this.input.value, hospitalZone());
    this.which.hidden = choices.length === 0;
    const minute = at === null ? null : Math.floor(at / 60_000) * 60_000;
    this.which.replaceChildren(el("option", { value: "", text: t("moment.choose") }), ...choices.map((choice, i) =>
      el("option", { value: choice.at, selected: choice.at === minute, text: t(`moment.which.${i}`, { offset: choice.offset }) })));
  }
}

/** What is wrong with what stands in a field, in words. */
export const momentFault = ({ fault, from, to }) => t(`moment.${fault}`, { from, to });

/**
 * A field for an instant, as `field` makes one. `at`: the instant that it shows; `text`: what somebody has typed.
 * @param {string} name
 * @param {string} label
 * @param {{at?: number | null, text?: string, max?: string, required?: boolean, hint?: string, mayBeEmpty?: boolean}} options
 */
export function momentField(name, label, { at = null, text, max, required, hint, mayBeEmpty } = {}) {
  const moment = new Moment(at, { ...(text ? { text } : {}), max, required });
  const place = field(name, label, moment.input, { hint, mayBeEmpty });
  moment.input.after(moment.which);
  return place;
}

/** The instants of a form's fields by name, in ms, null for an empty one. Throws a refusal that names each field which says none. */
export function readMoments(form, names) {
  const read = Object.fromEntries(names.map((name) => [name, moments.get(form.querySelector(`[data-field="${name}"] input`)).read()]));
  const faults = Object.entries(read).filter(([, { fault }]) => fault);
  if (faults.length) throw refusal(Object.fromEntries(faults.map(([name, one]) => [name, [momentFault(one)]])));
  return Object.fromEntries(Object.entries(read).map(([name, { at }]) => [name, at]));
}

/** The same as the wire has them. */
export const readWireMoments = (form, names) =>
  Object.fromEntries(Object.entries(readMoments(form, names)).map(([name, at]) => [name, at === null ? null : new Date(at).toISOString()]));
