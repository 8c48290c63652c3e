import { i18n, state, t } from "../context.js";
import { el, focusedIn } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { iconOf, messageOf } from "../model/alert-text.js";
import { stepTexts } from "./history-text.js";

/** So many are listed; a shorter stretch shows the others. */
const MOST = 200;
/** By its own shape each: raised, worse, taken, brought back, passed on, over. */
const STEP_ICONS = { raised: "bell", worsened: "high", escalated: "escalated", first_acknowledged: "check", acknowledged: "check", reminded: "reminded", ended: "ended" };

/** What happened in the stretch that the history shows: each alert with its steps, newest first. Event "chosen" {id}: null for none. */
export class HistoryNotes extends FajmaElement {
  #shown = null;

  /** @param shown `{alerts, chosen, failure, cut}`, or null while nothing is known */
  show(shown) {
    const moved = shown?.chosen && shown.chosen.id !== this.#shown?.chosen?.id;
    this.#shown = shown;
    this.draw();
    if (moved) this.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const focused = focusedIn(this)?.dataset.note;
    const top = this.querySelector("ol")?.scrollTop ?? 0;
    this.replaceChildren(el("h3", { id: "history-notes-title", text: t("notes.title") }), ...this.#body());
    if (this.querySelector("ol")) this.querySelector("ol").scrollTop = top;
    if (focused) this.querySelector(`[data-note="${focused}"]`)?.focus({ preventScroll: true });
  }

  #body() {
    if (!this.#shown) return [el("p", { class: "soft", text: t("loading") })];
    const { alerts, failure, cut } = this.#shown;
    if (failure) return [el("p", { class: "form-problem", role: "alert" }, icon("error"), el("span", { text: t("notes.away") }))];
    if (!alerts.length) return [el("p", { class: "soft" }, icon("check"), " ", t("notes.none"))];
    const listed = alerts.toReversed().slice(0, MOST);
    const left = alerts.length - listed.length;
    return [el("ol", { tabindex: "0", "aria-labelledby": "history-notes-title" }, ...listed.map((alert) => this.#note(alert))),
      left || cut ? el("p", { class: "soft", text: cut ? t("notes.cut") : t("notes.more", { count: left }) }) : null].filter(Boolean);
  }

  #note(alert) {
    const isChosen = alert.id === this.#shown.chosen?.id;
    const time = (at) => clockTime(at, state.now(), i18n.language);
    return el("li", { "data-severity": alert.severity, class: isChosen ? "chosen" : null },
      el("button", { type: "button", "data-note": alert.id, "aria-pressed": String(isChosen), on: { click: () => this.#choose(isChosen ? null : alert.id) } },
        icon(iconOf(alert)), el("span", {}, el("strong", { text: t(`severity.${alert.severity}`) }), " ", el("span", { text: messageOf(alert, i18n) })),
        el("time", { datetime: new Date(alert.at).toISOString(), text: time(alert.at) })),
      el("ul", {}, ...stepTexts(alert, i18n).map(({ step, at, text }) => el("li", { "data-step": step }, icon(STEP_ICONS[step]), el("span", { text }), el("time", { text: time(at) })))));
  }

  #choose(id) { this.dispatchEvent(new CustomEvent("chosen", { detail: { id } })); }
}
