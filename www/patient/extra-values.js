import { i18n, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { agoShort } from "../kit/format.js";
import { view } from "../model/reading-view.js";
import { EXTRAS, vital as entryOf } from "../model/vitals.js";

/** What is measured beside the vitals, small, as far as there is any. Property: `patient`. */
export class ExtraValues extends FajmaElement {
  patient = null;

  start() {
    this.listen(state, "readings", ({ detail }) => detail.patient === this.patient && this.#update());
    this.everySecond(() => this.#update());
  }

  draw() {
    this.replaceChildren(el("dl"));
    this.#update();
  }

  #update() {
    const record = state.record(this.patient);
    const known = EXTRAS.filter((name) => record.value(name));
    this.hidden = known.length === 0;
    const list = this.firstElementChild;
    if (list.childElementCount !== known.length) list.replaceChildren(...known.map(row));
    known.forEach((name, i) => {
      const now = view(entryOf(name), record.value(name), state.freshness(this.patient, name), i18n);
      const stale = now.state === "stale";
      const [label, value] = /** @type {any} */ (list.children[i].children);
      setText(label, t(`vital.${name}`));
      list.children[i].classList.toggle("stale", stale);
      const text = `${now.text}\u00a0${now.unit}`;
      const shape = `${stale} ${text}`;
      if (value.dataset.shape !== shape) {
        value.dataset.shape = shape;
        value.replaceChildren(el(stale ? "s" : "span", { text }), el("small"));
      }
      setText(value.lastElementChild, stale ? agoShort(now.ageMs, i18n.language) : "");
    });
  }
}

const row = () => el("div", {}, el("dt"), el("dd"));
