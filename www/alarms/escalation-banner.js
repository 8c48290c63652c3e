import { acknowledge, alarmMonitor, alarms, i18n, may, mayAct, roster, state, t } from "../context.js";
import { el, focusedIn, isBusy, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime, duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { messageOf } from "../model/alert-text.js";
import { byWaiting, isEscalated, unansweredSince } from "../model/alerts.js";
import { whose } from "./alarm-subject.js";

/** So many stand there; of the others the number. */
const SHOWN = 3;

/** Whether the page shows an alert itself: its list, or the patient. */
const isShown = ({ patient }) => location.hash.startsWith("#/alertes") || state.knows(patient);

/**
 * On every page: alarms of the wards that are heard to which nobody came in time, urgent ones that the page does not show, and a ward where no screen
 * can be heard. One line where there is little room.
 */
export class EscalationBanner extends FajmaElement {
  #shown = "";

  start() {
    for (const type of ["alert", "connection"]) this.listen(alarms, type, () => this.#update());
    this.listen(roster, "change", () => this.draw());
    this.everySecond(() => this.#update());  // another page may show other alerts itself
  }

  draw() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("escalation.title"));
    this.#shown = null;
    this.#update();
  }

  #update() {
    const escalated = alarmMonitor.standing(isShown).sort(byWaiting);
    const shown = escalated.map(({ id, version }) => `${id} ${version}`).join();
    if (shown === this.#shown) return this.#updateTimes();
    const focused = focusedIn(this);
    this.#shown = shown;
    this.hidden = escalated.length === 0;
    this.replaceChildren(...(escalated.length ? [this.#short(escalated), this.#list(escalated)] : []));
    this.#updateTimes();
    if (!focused) return;
    (this.querySelector(`[data-alert="${focused.dataset.alert ?? ""}"]`) ?? this.querySelector("[data-alert]") ?? document.getElementById("page")).focus();
  }

  #list(escalated) {
    const count = escalated.length - SHOWN;
    return el("ul", {}, ...escalated.slice(0, SHOWN).map((alert) => this.#row(alert)),
      count > 0 ? el("li", { class: "more" }, this.#toAlerts({ text: t(`escalation.more.${i18n.plural(count)}`, { count }) })) : null);
  }

  /** All of it in one line, for a small screen. */
  #short(escalated) {
    const isOver = escalated.every(({ endedAt }) => endedAt !== null);
    const words = el("strong", { text: t("escalation.short", { count: escalated.length }) });
    return this.#toAlerts({ class: "short", "data-stage": isOver ? "ended" : "waiting" }, icon(isOver ? "ended" : "escalated"), words, mayAct() ? icon("forward") : null);
  }

  /** A display on the wall has no other page to go to. */
  #toAlerts(attributes, ...children) { return mayAct() ? el("a", { href: "#/alertes", ...attributes }, ...children) : el("span", attributes, ...children); }

  #row(alert) {
    const who = whose(alert);
    // A ward's own alert names the ward itself.
    const subject = alert.patient === null ? [] : [el("span", { class: "tag", text: t(isEscalated(alert) ? "escalation.nobody" : "severity.error") }), " ", mayAct() ? el("a", { href: `#/patient/${alert.patient}`, text: who }) : el("strong", { text: who }), " "];
    const hasEnded = alert.endedAt !== null;
    return el("li", { "data-severity": "error", "data-stage": hasEnded ? "ended" : "waiting" }, icon(hasEnded ? "ended" : "escalated"),
      el("p", {}, ...subject,
        el("span", { class: "message", title: messageOf(alert, i18n), text: messageOf(alert, i18n) }), " · ", this.#since(alert)),
      may("acknowledgeAlerts") ? el("button", { type: "button", class: "acknowledge", "data-alert": alert.id,
        "aria-label": t("alerts.acknowledge.label", { message: `${who}, ${messageOf(alert, i18n)}` }), text: t("alerts.acknowledge"),
        on: { click: ({ currentTarget: button }) => isBusy(button) || acknowledge(alert, button) } }) : null);
  }

  /** What has ended or went to somebody else says when; only what nobody was told of counts on. */
  #since(alert) {
    const at = (time) => clockTime(time, alarms.now(), i18n.language);
    if (alert.endedAt !== null) return el("span", { class: "when", text: t("escalation.ended", { time: at(alert.endedAt) }) });
    if (alert.escalatedAt !== null) return el("span", { class: "when", text: t("escalation.at", { time: at(alert.escalatedAt) }) });
    return el("span", { class: "since", "data-since": unansweredSince(alert) });
  }

  #updateTimes() {
    for (const since of this.querySelectorAll(".since")) setText(since, t("escalation.since", { time: duration(alarms.now() - Number(since.dataset.since)) }));
  }
}
