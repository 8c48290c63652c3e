import { el } from "./dom.js";
import { FajmaElement } from "./element.js";
import { problemText } from "./form.js";
import { table } from "./table.js";
import { t } from "./texts.js";

/**
 * A table within a dialog, fetched when it appears and after each change. One says `caption` and `empty` (names of texts; the
 * second where there is no row), `load()` (a promise of its rows) and `columns()`.
 */
export class TableElement extends FajmaElement {
  caption = "";
  empty = "";
  #rows = null;
  #failure = null;

  /** @returns {any} */
  load() { return []; }
  /** @returns {any[]} */
  columns() { return []; }

  start() { this.reload(); }

  async reload() {
    try {
      this.#rows = await this.load();
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
    }
    if (!this.signal.aborted) this.draw();
  }

  draw() {
    if (this.#failure) return this.replaceChildren(el("p", { class: "form-problem", role: "alert", text: problemText(this.#failure) }));
    if (!this.#rows) return this.replaceChildren(el("p", { class: "soft", text: t("loading") }));
    if (!this.#rows.length) return this.replaceChildren(el("p", { class: "soft", text: t(this.empty) }));
    this.replaceChildren(table({ caption: t(this.caption), rows: this.#rows, columns: this.columns() }));
  }

  /** Something was done: tells the section behind the dialog so (event "changed" {text}), and fetches anew. */
  async changed(text) {
    this.dispatchEvent(new CustomEvent("changed", { detail: { text } }));
    await this.reload();
  }
}
