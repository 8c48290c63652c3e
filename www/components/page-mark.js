import { api, watch } from "../services.js";
import { Part } from "./part.js";

const SHAPES = { error: "⬣", warning: "▲", info: "●" };
const PREFIX = /^\(\d+\) [⬣▲●] /u;

/** Puts what waits into the page's title and icon, which are seen also where another page covers this one: "(2) ⬣ FAJMA – …". */
export class PageMark extends Part {
  start() {
    this.hidden = true;
    this.listen(watch, "change", () => this.#mark());
    for (const type of ["logout", "login"]) this.listen(api, type, () => this.#mark());
    // Pages set the title as if they were alone.
    const titles = new MutationObserver(() => this.#mark());
    titles.observe(document.querySelector("title"), { childList: true });
    this.signal.addEventListener("abort", () => titles.disconnect());
    this.#mark();
  }

  #mark() {
    const worst = api.user ? watch.worst() : null;
    const count = watch.waiting().length;
    const bare = document.title.replace(PREFIX, "");
    const title = worst ? `(${count}) ${SHAPES[worst]} ${bare}` : bare;
    if (document.title !== title) document.title = title;
    const picture = document.querySelector("link[rel=icon]");
    const file = worst ? `favicon-${worst}.svg` : "favicon.svg";
    if (picture.getAttribute("href") !== file) picture.setAttribute("href", file);
  }
}
