import { alarmMonitor, alarms, api, i18n, may, mayAct, roster, t } from "../context.js";
import { el, isBusy, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { wardName, whose } from "./alarm-subject.js";
import { endPause } from "./pause-actions.js";
import { messageOf } from "../model/alert-text.js";

/** A pause in one line needs so many times the letters' height (the same as in pause-strip.css). */
const COLUMN_REM = 44;
/** So many stand beside one another; where there are more, one line says how many, and unfolds. The strip is one line, as the banner. */
const columns = () => Math.max(1, Math.floor(innerWidth / (COLUMN_REM * parseFloat(getComputedStyle(document.documentElement).fontSize))));

/** On every page: each pause in the wards that are heard of the sound with its owner and what is left of it, and for a moment why one was broken. */
export class PauseStrip extends FajmaElement {
  #shown = "";
  #columns = 1;

  start() {
    for (const type of ["pause", "alert", "connection"]) this.listen(alarms, type, () => this.#update());
    this.listen(alarmMonitor, "change", () => this.#update());
    this.listen(roster, "change", () => this.draw());
    for (const type of ["login", "user"]) this.listen(api, type, () => this.draw());  // a locked desk has no controls
    this.listen(window, "resize", () => this.#columns !== columns() && this.draw());
    this.everySecond(() => this.#update());
  }

  draw() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("pause.title"));
    this.#shown = null;
    this.#update();
  }

  #update() {
    const now = alarms.now();
    const [running, broken] = [alarms.pauses.running(now), alarms.pauses.justBroken(now)];
    const local = alarmMonitor.localPauseEndsAt();
    const shown = [local, ...[...running, ...broken].map(({ id, endedAt }) => `${id} ${endedAt}`)].join();
    if (shown !== this.#shown) {
      const focused = this.contains(document.activeElement);
      this.#shown = shown;
      this.hidden = running.length + broken.length === 0 && local === null;
      const isOpen = this.querySelector("details")?.open === true;
      const rows = [...(local === null ? [] : [this.#localRow(local)]), ...running.map((pause) => this.#row(pause))];
      rows.push(...broken.map((pause) => this.#broken(pause)));
      this.#columns = columns();
      const folded = rows.length > this.#columns;
      this.replaceChildren(...(this.hidden ? [] : [folded ? this.#fold(rows, running, broken, isOpen) : el("ul", {}, ...rows)]));
      if (focused) (this.querySelector("summary, button") ?? document.getElementById("page")).focus();
      for (const pause of broken) this.announce(this.#why(pause), false);
    }
    for (const left of this.querySelectorAll(".left")) setText(left, duration(Number(left.dataset.endsAt) - (left.dataset.clock === "local" ? Date.now() : now)));
  }

  /** Why one was broken a moment ago; else how many there are, whose, and what is left of the longest. A display on the wall has nobody to unfold it. */
  #fold(rows, running, broken, open) {
    if (broken.length) return this.#folded([icon("sound"), el("strong", { text: this.#why(broken[0]) })], rows, open, "broken");
    const last = running.reduce((a, b) => (b.endsAt > a.endsAt ? b : a), running[0]);
    const owners = [...new Set(running.map(({ by }) => by))].join(", ");
    const [before, after] = last ? t("pause.folded.by", { who: owners, left: "\u0000" }).split("\u0000") : [];
    return this.#folded([icon("soundPaused"), el("strong", { text: t(`pause.folded.${i18n.plural(rows.length)}`, { count: rows.length }) }),
      last ? el("span", {}, before, el("span", { class: "left", "data-ends-at": last.endsAt }), after) : null].filter(Boolean), rows, open);
  }

  #folded(words, rows, open, kind = "") {
    return mayAct() ? el("details", { open }, el("summary", { class: kind }, ...words, icon("forward")), el("ul", {}, ...rows)) : el("p", { class: `folded ${kind}`.trim() }, ...words);
  }

  #subject(pause) { return pause.patient === null ? wardName(pause.ward) : whose(pause); }

  /** The interruption's sound, paused on this screen alone. */
  #localRow(endsAt) {
    const [before, after] = t("pause.local", { left: "\u0000" }).split("\u0000");
    return el("li", { class: "local" }, icon("soundPaused"),
      el("p", {}, el("strong", { text: t("blind.title") }), " ", el("span", {}, before, el("span", { class: "left", "data-ends-at": endsAt, "data-clock": "local" }), after)),
      el("button", { type: "button", class: "resume", "aria-label": t("pause.end.label", { whose: t("blind.title") }), text: t("pause.end"), on: { click: () => {
        alarmMonitor.resumeInterruption();
        /** @type {HTMLElement | null} */ (document.querySelector("pause-control:not([hidden]) .begin"))?.focus();
      } } }));
  }

  #row(pause) {
    const [before, after] = t("pause.running", { who: pause.by, left: "\u0000" }).split("\u0000");
    return el("li", { "data-pause": pause.id }, icon("soundPaused"),
      el("p", {}, el("strong", { text: this.#subject(pause) }), " ", el("span", {}, before, el("span", { class: "left", "data-ends-at": pause.endsAt }), after)),
      may("changeLimits") ? el("button", { type: "button", class: "resume", "aria-label": t("pause.end.label", { whose: this.#subject(pause) }), text: t("pause.end"),
        on: { click: ({ currentTarget: button }) => isBusy(button) || this.#end(pause, button) } }) : null);
  }

  /** Afterwards the focus is where a pause begins. */
  async #end(pause, button) {
    if (await endPause(pause, button)) return;
    if (this.hidden) document.querySelector("pause-control:not([hidden]) .begin")?.focus();
  }

  #broken(pause) { return el("li", { class: "broken", "data-pause": pause.id }, icon("sound"), el("p", { text: this.#why(pause) })); }

  #why(pause) {
    const alert = alarms.alert(pause.brokenBy);
    return alert ? t("pause.broken", { whose: whose(alert), message: messageOf(alert, i18n) }) : t("pause.broken.other", { whose: this.#subject(pause) });
  }
}
