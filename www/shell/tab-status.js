import { alarmMonitor, alarms, api, t } from "../context.js";
import { FajmaElement } from "../kit/element.js";

/** An eye, struck through. Written here: when it is shown no file can be had from the server. */
const BLIND_ICON = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect x="2" y="2" width="60" height="60" rx="12" fill="#12202b"/><path d="M8 32s9-16 24-16 24 16 24 16-9 16-24 16S8 32 8 32z" fill="none" stroke="#fff" stroke-width="5"/>
<circle cx="32" cy="32" r="8" fill="#fff"/><path d="M10 10l44 44" stroke="#d21f2b" stroke-width="10" stroke-linecap="round"/></svg>`)}`;
/** What is worse than any alarm, in words. */
const UNHEARD = { lost: "blind.title", doubtful: "sound.doubtful" };
const SHAPES = { error: "⬣", warning: "▲", info: "●" };

/**
 * Puts what waits into the page's title and icon, which are seen also where another page covers this one: "(2) ⬣ FAJMA – …". Worse
 * than any alarm: none can be received, or the whole ward is silent.
 */
export class TabStatus extends FajmaElement {
  #prefix = "";

  start() {
    this.hidden = true;
    this.listen(alarmMonitor, "change", () => this.#mark());
    this.everySecond(() => this.#mark());
    for (const type of ["logout", "login"]) this.listen(api, type, () => this.#mark());
    // Pages set the title as if they were alone.
    const titles = new MutationObserver(() => this.#mark());
    titles.observe(document.querySelector("title"), { childList: true });
    this.signal.addEventListener("abort", () => titles.disconnect());
    this.#mark();
  }

  #mark() {
    const unheard = api.user !== null && alarms.wards.length > 0 ? UNHEARD[alarmMonitor.reception()] ?? null : null;
    const worst = api.user && !unheard ? alarmMonitor.worst() : null;
    const bare = document.title.startsWith(this.#prefix) ? document.title.slice(this.#prefix.length) : document.title;
    this.#prefix = unheard ? `✖ ${t(unheard)} – ` : worst ? `(${alarmMonitor.count()}) ${SHAPES[worst]} ` : "";
    const title = this.#prefix + bare;
    if (document.title !== title) document.title = title;
    const picture = document.querySelector("link[rel=icon]");
    const file = unheard ? BLIND_ICON : worst ? `favicon-${worst}.svg` : "favicon.svg";
    if (picture.getAttribute("href") !== file) picture.setAttribute("href", file);
  }
}
