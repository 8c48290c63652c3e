import { acknowledge, alarmMonitor, alarms, api, i18n, may, mayAct, roster, state, t } from "../context.js";
import { el, focusedIn, isBusy, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { atTime, lasting } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { messageOf, shortOf } from "../model/alert-text.js";
import { byWaiting, isEscalated, unansweredSince } from "../model/alerts.js";
import { entriesOf } from "../model/severity.js";
import { whose } from "./alarm-subject.js";

/** Whether the page shows an alert itself: its list, or the patient. */
const isShown = ({ patient }) => location.hash.startsWith("#/alertes") || state.knows(patient);

/**
 * On every page: patients to whom nobody came in time, urgent alerts of the wards that are heard which the page does not show, and a ward where no
 * screen can be heard. One line, whatever waits: how many, then the worst first, each patient once. A press opens the list, with Acquitter.
 */
export class EscalationBanner extends FajmaElement {
  #shown = "";

  start() {
    for (const type of ["alert", "connection"]) this.listen(alarms, type, () => this.#update());
    this.listen(roster, "change", () => this.draw());
    for (const type of ["login", "user"]) this.listen(api, type, () => this.draw());  // a locked desk has no controls
    this.listen(this, "keydown", ({ key }) => key === "Escape" && this.#close());
    this.everySecond(() => this.#update());  // another page may show other alerts itself
  }

  draw() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("escalation.title"));
    this.#shown = null;
    this.#update();
  }

  #close() {
    const list = this.querySelector("details[open]");
    if (!list) return;
    list.open = false;
    list.firstElementChild.focus();
  }

  #update() {
    const escalated = alarmMonitor.standing(isShown);
    const shown = escalated.map(({ id, version }) => `${id} ${version}`).join();
    if (shown === this.#shown) return this.#updateTimes();
    const focused = focusedIn(this);
    const isOpen = this.querySelector("details")?.open === true;
    this.#shown = shown;
    this.hidden = escalated.length === 0;
    const entries = entriesOf(escalated, byWaiting);
    this.replaceChildren(...(this.hidden ? [] : [this.#banner(entries, isOpen)]));
    this.#updateTimes();
    if (!focused) return;
    (this.querySelector(`[data-alert="${focused.dataset.alert ?? ""}"]`) ?? this.querySelector("details[open] [data-alert]") ?? this.querySelector("summary") ?? document.getElementById("page")).focus();
  }

  #banner(entries, isOpen) {
    const isOver = entries.every(({ alert }) => alert.endedAt !== null);
    const beds = entries.filter(({ alert }) => alert.patient !== null).length;
    const isUnanswered = entries.some(({ alert }) => alert.patient !== null && isEscalated(alert));
    const line = [icon(isOver ? "ended" : "escalated"),
      beds ? el("strong", { class: "beds", text: t(`escalation.${isUnanswered ? "beds" : "urgent"}.${i18n.plural(beds)}`, { count: beds }) }) : null,
      el("span", { class: "entries" }, ...entries.map(({ alert }) => this.#entry(alert)))];
    const stage = { "data-stage": isOver ? "ended" : "waiting" };
    // A display on the wall has nobody to open it.
    if (!mayAct()) return el("p", { class: "line", ...stage }, ...line);
    return el("details", { open: isOpen }, el("summary", { class: "line", ...stage }, ...line, icon("forward")), el("ul", {}, ...entries.map((entry) => this.#row(entry))));
  }

  /** Whom, what and since when, as short as can be: there may be several in the line. */
  #entry(alert) {
    const words = alert.patient === null ? [el("span", { text: messageOf(alert, i18n) })] : [el("b", { text: whose(alert) }), " ", el("span", { text: shortOf(alert, i18n, alarms.now()) })];
    return el("span", { class: "entry", "data-stage": alert.endedAt === null ? "waiting" : "ended" }, ...words, " ", this.#since(alert));
  }

  #row({ alert, count }) {
    const who = whose(alert);
    // A ward's own alert names the ward itself.
    const tag = alert.patient === null || isEscalated(alert) ? [] : [el("span", { class: "tag", text: t("severity.error") }), " "];
    const subject = alert.patient === null ? [] : [...tag, el("a", { href: `#/patient/${alert.patient}`, text: who }), " "];
    return el("li", { "data-severity": "error", "data-stage": alert.endedAt === null ? "waiting" : "ended" }, icon(alert.endedAt === null ? "escalated" : "ended"),
      el("p", {}, ...subject, el("span", { class: "message", text: messageOf(alert, i18n) }),
        count > 1 ? el("small", { class: "others", text: ` (${t("tile.others", { count: count - 1 })})` }) : null, " · ", this.#since(alert)),
      may("acknowledgeAlerts") ? el("button", { type: "button", class: "acknowledge", "data-alert": alert.id,
        "aria-label": t("alerts.acknowledge.label", { message: `${who}, ${messageOf(alert, i18n)}` }), text: t("alerts.acknowledge"),
        on: { click: ({ currentTarget: button }) => isBusy(button) || acknowledge(alert, button) } }) : null);
  }

  /** What has ended says when; what lasts counts on. */
  #since(alert) {
    if (alert.endedAt !== null) return el("span", { class: "when", text: t("escalation.ended", { when: atTime(alert.endedAt, alarms.now(), i18n) }) });
    return el("span", { class: "since", "data-since": unansweredSince(alert) });
  }

  #updateTimes() {
    for (const since of this.querySelectorAll(".since")) setText(since, t("escalation.since", { time: lasting(Math.max(0, alarms.now() - Number(since.dataset.since))) }));
  }
}
