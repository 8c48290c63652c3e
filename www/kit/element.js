import { announce, keepFocus } from "./dom.js";
import { i18n } from "./texts.js";
import { ticker } from "./ticker.js";

/**
 * What every element of ours has: `start()` once it stands on the page, `draw()` then and whenever the language
 * changes, and an end (`signal`) that takes back every listener, timer and connection. `draw()` keeps the focus.
 */
export class FajmaElement extends HTMLElement {
  #gone = null;

  connectedCallback() {
    this.#gone = new AbortController();
    if (!Object.hasOwn(this, "draw")) {
      const draw = this.draw.bind(this);
      this.draw = () => keepFocus(this, draw);
    }
    this.listen(i18n, "change", () => this.draw());
    this.start();
    this.draw();
  }

  disconnectedCallback() {
    this.#gone.abort();
    this.replaceChildren();
  }

  start() {}
  draw() {}

  /** Aborts when the element leaves the page. */
  get signal() { return this.#gone.signal; }

  listen(target, type, listener) { target.addEventListener(type, listener, { signal: this.signal }); }

  everySecond(listener) { this.listen(ticker, "tick", listener); }

  /** Has a text spoken by screen readers: at once when it is urgent, else when there is a pause. */
  announce(text, urgent) { announce(text, urgent); }
}
