import { t } from "../context.js";
import { el, focusedIn, keepFocus } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { problemText } from "../kit/form.js";
import { icon } from "../kit/icons.js";
import { keepTrying } from "../kit/retry.js";

/**
 * What every section of the administration has: a heading, controls, and a list that is fetched anew after every change.
 * A section says `name`, `load()` (a promise of its data), `list()` (nodes that show `this.data`), and perhaps `controls()`,
 * `primary()` (the button of what is done here most) and `secondary()` (another one beside it).
 */
export class SectionElement extends FajmaElement {
  name = "";
  data = null;
  #failure = null;
  #fetching = new AbortController();
  /** The button that had the focus last: a list that is drawn anew while a dialog is open takes it away. */
  #lastKey = "";

  start() {
    this.reload();
    this.listen(this, "focusin", ({ target }) => { this.#lastKey = target.dataset.key ?? ""; });
    this.listen(document, "visibilitychange", () => { if (!document.hidden) this.reload(); });
  }

  /** @returns {any} */
  load() { return null; }
  /** @returns {any} */
  list() { return []; }
  /** @returns {Node[]} */
  controls() { return []; }
  /** @returns {Node | null} */
  primary() { return null; }
  /** @returns {Node | null} */
  secondary() { return null; }

  /** Fetches and shows the list. What is shown stays while the server is away. */
  async reload() {
    this.#fetching.abort();
    this.#fetching = new AbortController();
    const signal = /** @type {any} */ (AbortSignal).any([this.signal, this.#fetching.signal]);
    try {
      const data = await keepTrying(() => this.load(), signal, (error) => this.#fail(error));
      if (signal.aborted) return;
      const same = JSON.stringify(data) === JSON.stringify(this.data);
      const [first, failed] = [this.data === null, this.#failure];
      [this.data, this.#failure] = [data, null];
      if (first) keepFocus(this, () => this.querySelector(".controls").replaceChildren(...this.controls()));  // their choices are known only now
      if (!same || failed) this.show();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #fail(error) {
    this.#failure = error;
    this.show();
  }

  draw() {
    document.title = `FAJMA – ${t(`administration.${this.name}`)}`;
    this.replaceChildren(
      el("header", { class: "section-head" },
        el("h2", { tabindex: "-1", text: t(`administration.${this.name}`) }), el("p", { class: "count" }), this.secondary(), this.primary()),
      el("div", { class: "done", hidden: true }),
      el("div", { class: "controls" }, ...this.controls()),
      el("div", { class: "list" }));
    this.show();
  }

  /** Draws the list; the focus stays on the button that it was on, or goes to the heading when its row is gone. */
  show() {
    const place = this.querySelector(".list");
    if (!place) return;
    const focused = focusedIn(place);
    const shown = [];
    if (this.#failure) shown.push(el("p", { class: "form-problem", role: "alert" }, icon("error"), el("span", { text: this.#why() })));
    if (this.data) shown.push(this.list());
    if (!shown.length) shown.push(el("p", { class: "empty", text: t("loading") }));
    place.replaceChildren(...shown.flat().filter(Boolean));
    if (focused) this.#focus(focused.dataset.key ?? "");
  }

  #focus(key) { (key && this.querySelector(`[data-key="${key}"]`) || this.querySelector("h2")).focus(); }

  #why() {
    const { status } = this.#failure;
    if (status === 0 || status >= 500) return t(this.data ? "section.stale" : "section.away");
    return problemText(this.#failure);
  }

  /** How many rows are shown: the number for eyes that see it beside the heading, `words` for who hears it. */
  count(count, words) {
    this.querySelector(".count").replaceChildren(
      el("span", { class: "visually-hidden", text: words }), el("span", { class: "number", "aria-hidden": "true", text: count }));
  }

  /** Waits for a dialog. When it did something: says so, fetches the list anew, and returns the dialog's result; else null. */
  async after(dialog, words) {
    const result = await dialog;
    if (this.signal.aborted) return null;
    if (!this.contains(document.activeElement)) this.#focus(this.#lastKey);
    if (result === null) return null;
    if (words) this.say(words(result));
    await this.reload();
    return result;
  }

  /** Says what has been done, to eyes and screen readers. */
  say(text) {
    const place = this.querySelector(".done");
    place.hidden = false;
    place.replaceChildren(icon("check"), el("p", { text }));
    this.announce(text, false);
  }

  /** What to show where there is no row: `searching` when rows are only hidden by what was asked for. */
  nothing(searching, text) {
    return el("div", { class: "empty" }, icon(searching ? "search" : "check"), el("p", { text: searching ? t("section.none_found") : text }));
  }
}
