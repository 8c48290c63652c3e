import { api, t, wardHeard, watch } from "../services.js";
import { Part } from "./part.js";

const SHAPES = { error: "⬣", warning: "▲", info: "●" };

/**
 * Puts what waits into the page's title and icon, which are seen also where another page covers this one: "(2) ⬣ FAJMA – …". Worse
 * than any alarm: none can be received.
 */
export class PageMark extends Part {
  #prefix = "";

  start() {
    this.hidden = true;
    this.listen(watch, "change", () => this.#mark());
    this.everySecond(() => this.#mark());
    for (const type of ["logout", "login"]) this.listen(api, type, () => this.#mark());
    // Pages set the title as if they were alone.
    const titles = new MutationObserver(() => this.#mark());
    titles.observe(document.querySelector("title"), { childList: true });
    this.signal.addEventListener("abort", () => titles.disconnect());
    this.#mark();
  }

  #mark() {
    const isBlind = api.user !== null && wardHeard() !== null && watch.reception() === "lost";
    const worst = api.user && !isBlind ? watch.worst() : null;
    const bare = document.title.startsWith(this.#prefix) ? document.title.slice(this.#prefix.length) : document.title;
    this.#prefix = isBlind ? `✖ ${t("blind.title")} – ` : worst ? `(${watch.waiting().length}) ${SHAPES[worst]} ` : "";
    const title = this.#prefix + bare;
    if (document.title !== title) document.title = title;
    const picture = document.querySelector("link[rel=icon]");
    const file = isBlind ? "favicon-blind.svg" : worst ? `favicon-${worst}.svg` : "favicon.svg";
    if (picture.getAttribute("href") !== file) picture.setAttribute("href", file);
  }
}
