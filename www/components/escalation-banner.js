import { acknowledge } from "../acknowledge.js";
import { whose } from "../alarm-words.js";
import { isEscalated } from "../alerts.js";
import { el, setText } from "../dom.js";
import { duration } from "../format.js";
import { icon } from "../icons.js";
import { alarms, may, roster, t } from "../services.js";
import { Part } from "./part.js";

/** So many stand there; of the others the number. */
const SHOWN = 3;

/** On every page of the ward: alarms to which nobody came in time, and a ward where no screen can be heard. */
export class EscalationBanner extends Part {
  #shown = "";

  start() {
    for (const type of ["alert", "connection"]) this.listen(alarms, type, () => this.#update());
    this.listen(roster, "change", () => this.draw());
    this.everySecond(() => this.#updateTimes());
  }

  draw() {
    this.#shown = null;
    this.#update();
  }

  #update() {
    const escalated = alarms.openAlerts().filter(isEscalated);
    const shown = escalated.map(({ id, version }) => `${id} ${version}`).join();
    if (shown === this.#shown) return;
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.alert : null;
    this.#shown = shown;
    this.hidden = escalated.length === 0;
    const more = escalated.length - SHOWN;
    this.replaceChildren(...(escalated.length ? [el("ul", { "aria-label": t("escalation.title") }, ...escalated.slice(0, SHOWN).map((alert) => this.#row(alert)),
      more > 0 ? el("li", { class: "more" }, el("a", { href: "#/alertes", text: t("escalation.more", { count: more }) })) : null)] : []));
    this.#updateTimes();
    if (focused) this.querySelector(`[data-alert="${focused}"]`)?.focus();
  }

  #row(alert) {
    const who = whose(alert);
    const subject = alert.patient === null ? el("strong", { text: who }) : el("a", { href: `#/patient/${alert.patient}`, text: who });
    return el("li", { "data-severity": "error" }, icon("escalated"),
      el("p", {}, el("span", { class: "tag", text: t(alert.patient === null ? "escalation.ward" : "escalation.nobody") }), " ", subject, " ",
        el("span", { class: "message", text: alert.message }), " ", el("span", { class: "since", "data-since": alert.raisedAt ?? alert.at })),
      may("acknowledgeAlerts") && alert.kind !== "service_non_surveille" ? el("button", { type: "button", class: "acknowledge", "data-alert": alert.id,
        "aria-label": t("alerts.acknowledge.label", { message: `${who}, ${alert.message}` }), text: t("alerts.acknowledge"),
        on: { click: ({ currentTarget }) => acknowledge(alert, currentTarget) } }) : null);
  }

  #updateTimes() {
    for (const since of this.querySelectorAll(".since")) setText(since, t("escalation.since", { time: duration(alarms.now() - Number(since.dataset.since)) }));
  }
}
