import { t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { Moment, momentFault } from "../kit/moment-field.js";
import { bounds, isShowable, SPANS } from "./history.js";

/** What is done with a key on the curves is done with a button here. */
const MOVES = { earlier: "back", later: "forward", nearer: "plus", farther: "minus" };
const KEYS = { ArrowLeft: "earlier", ArrowRight: "later", "+": "nearer", "-": "farther", Home: "home" };

/** Which move a key stands for, or undefined. */
export const moveOfKey = ({ key, ctrlKey, metaKey, altKey }) => (ctrlKey || metaKey || altKey ? undefined : KEYS[key]);

/** The choice of the stretch that a history shows. Events "span" {name}, "move" {name} ("earlier", …), "between" {from, to}, "table". */
export class HistoryTools extends FajmaElement {
  #view = null;
  #now = 0;
  #hasTable = false;
  /** The two fields of a stretch. */
  #moments = [];

  /** Shows which stretch is chosen. */
  show(view, now, hasTable) {
    [this.#view, this.#now, this.#hasTable] = [view, now, hasTable];
    if (this.querySelector(".segments")) this.#update();
  }

  draw() {
    const tell = (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail }));
    this.replaceChildren(
      this.#fromTo(tell),
      el("div", { class: "segments", role: "group", "aria-label": t("history.span") }, ...Object.keys(SPANS).map((name) => el("button", { type: "button", "data-span": name,
        text: t(`history.span.${name}`), on: { click: () => tell("span", { name }) } }))),
      el("div", { class: "tools", role: "group", "aria-label": t("history.zoom") }, ...Object.entries(MOVES).map(([name, picture]) => el("button", { type: "button", class: "quiet", "data-move": name,
        "aria-label": t(`history.${name}`), title: t(`history.${name}`), on: { click: () => tell("move", { name }) } }, icon(picture)))),
      el("button", { type: "button", class: "as-table", on: { click: () => tell("table") } }, icon("grid"), el("span", { text: t("history.table") })));
    this.#update();
  }

  #fromTo(tell) {
    const [first, last] = this.#moments = ["from", "to"].map((name) => new Moment(null, { name: `history-${name}`, "aria-label": t(`history.${name}`), "aria-describedby": "history-fault" }));
    return el("form", { class: "from-to", novalidate: true, on: { submit: (event) => {
      event.preventDefault();
      const read = this.#moments.map((moment) => moment.read());
      const [{ at: from = null }, { at: to = null }] = read;
      const faulty = read.find(({ fault }) => fault);
      const wrong = from === null || to === null || to <= from ? "history.from_to.wrong" : isShowable(from, to) ? null : "history.from_to.length";
      setText(this.querySelector(".field-error"), faulty ? momentFault(faulty) : wrong ? t(wrong) : "");
      if (!faulty && !wrong) tell("between", { from, to });
    } } }, el("span", { "aria-hidden": "true", text: t("history.from") }), first.input, first.which, el("span", { "aria-hidden": "true", text: t("history.to") }), last.input, last.which,
    el("button", { text: t("history.show") }), el("p", { class: "field-error", id: "history-fault", role: "alert" }));
  }

  #update() {
    if (!this.#view) return;
    for (const button of this.querySelectorAll("[data-span]")) {
      button.setAttribute("aria-pressed", String(this.#view.end === null && this.#view.span === SPANS[button.dataset.span]));
    }
    const { from, to } = bounds(this.#view, this.#now);
    const typing = this.querySelector(".from-to").contains(document.activeElement) && ["INPUT", "SELECT"].includes(document.activeElement.tagName);
    if (!typing) [from, to].forEach((at, i) => this.#moments[i].propose(at));
    this.querySelector(".as-table").setAttribute("aria-expanded", String(this.#hasTable));
  }
}
