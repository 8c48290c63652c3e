import { el } from "../dom.js";
import { number } from "../format.js";
import { i18n } from "../services.js";

/** Beside the normal range, so much of its width is shown on either side. */
const MARGIN = 1.5;

/** Where in its range a value lies: the normal stretch marked, its ends named. Hidden from readers: the card says it in words. */
export class RangeBar extends HTMLElement {
  #marker = el("span", { class: "marker" });

  /** Shows the range of a vital (an entry of the registry with a normal range). */
  set vital(vital) {
    const [low, high] = vital.normal;
    const span = (high - low) * MARGIN;
    this.from = Math.max(vital.plausible[0], low - span);
    this.to = Math.min(vital.plausible[1], high + span);
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
    this.replaceChildren(el("span", { class: "track" }, normal, this.#marker), end(low), end(high));
  }

  /** The value, or null for none. Outside of what is shown it stays at the end. */
  set value(value) {
    this.#marker.hidden = value === null;
    if (value !== null) this.#marker.style.left = this.#percent(value);
  }

  #percent(value) {
    return `${100 * Math.min(1, Math.max(0, (value - this.from) / (this.to - this.from)))}%`;
  }
}
