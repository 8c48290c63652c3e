import { i18n } from "../context.js";
import { el } from "../kit/dom.js";
import { number } from "../kit/format.js";

/** Beside the normal range, so much of its width is shown on either side. */
const MARGIN = 1.5;
/** And so much of it beyond a limit that lies farther out. */
const BEYOND = 0.15;

/** Where in its range a value lies: the normal stretch marked, its ends named. Hidden from readers: the card says it in words. */
export class RangeBar extends HTMLElement {
  #marker = el("span", { class: "marker" });
  #vital = null;
  #limits = [];
  #value = null;

  /** Shows the range of a vital (an entry of the registry with a normal range). */
  set vital(vital) {
    this.#vital = vital;
    this.#draw();
  }

  /** The alarm limits (rules with a `seuil`) as lines. What is shown reaches beyond the farthest. */
  set limits(limits) {
    this.#limits = limits;
    this.#draw();
  }

  #draw() {
    const vital = this.#vital;
    const [low, high] = vital.normal;
    const span = (high - low) * MARGIN;
    const beyond = (high - low) * BEYOND;
    const edges = this.#limits.map(({ seuil: limit }) => limit);
    this.from = Math.max(vital.plausible[0], Math.min(low - span, ...edges.map((edge) => edge - beyond)));
    this.to = Math.min(vital.plausible[1], Math.max(high + span, ...edges.map((edge) => edge + beyond)));
    const normal = el("span", { class: "normal" });
    normal.style.left = this.#percent(low);
    normal.style.width = `${(100 * (high - low)) / (this.to - this.from)}%`;
    const end = (value) => {
      const label = el("span", { class: "end", text: number(value, vital.decimals, i18n.language) });
      label.style.left = this.#percent(value);
      label.classList.toggle("last", value >= this.to);
      return label;
    };
    this.setAttribute("aria-hidden", "true");
    this.replaceChildren(el("span", { class: "track" }, normal, ...this.#limits.map((rule) => this.#line(rule)), this.#marker), end(low), end(high));
    this.value = this.#value;
  }

  /** The value, or null for none. Outside of what is shown it stays at the end. */
  set value(value) {
    this.#value = value;
    this.#marker.hidden = value === null;
    if (value !== null) this.#marker.style.left = this.#percent(value);
  }

  #line({ seuil: limit, niveau_gravite: severity }) {
    const line = el("span", { class: "limit", "data-severity": severity });
    line.style.left = this.#percent(limit);
    return line;
  }

  #percent(value) {
    return `${100 * Math.min(1, Math.max(0, (value - this.from) / (this.to - this.from)))}%`;
  }
}
