import { isOpen, readAlert } from "../alerts.js";
import { el } from "../dom.js";
import { clockTime } from "../format.js";
import { icon } from "../icons.js";
import { api, i18n, mayAct, state, t } from "../services.js";
import { Part } from "./part.js";

const SHOWN = 5;

/** A patient's five latest alerts (and every open one), each with Acquitter. Property: `patient`. Event "failure" {text}. */
export class AlertList extends Part {
  #acknowledging = new Set();

  start() {
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && this.draw());
  }

  draw() {
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.alert : null;
    const alerts = state.record(this.patient).latestAlerts(SHOWN);
    const body = alerts.length
      ? el("ol", {}, ...alerts.map((alert) => this.#row(alert)))
      : el("p", { class: "empty" }, icon("check"), el("span", { text: t("alerts.none") }));
    this.replaceChildren(el("h2", { text: t("alerts.title") }), body);
    if (focused) this.querySelector(`[data-alert="${focused}"]`)?.focus();
  }

  #row(alert) {
    const now = state.now();
    const facts = [t(alert.endedAt === null ? "alerts.lasting" : "alerts.ended", { time: this.#time(alert.endedAt, now) })];
    if (alert.acknowledged) facts.push(this.#acknowledged(alert, now));
    return el("li", { "data-severity": alert.severity, class: classOf(alert) },
      icon(alert.severity),
      el("div", {},
        el("p", { class: "what" }, el("strong", { text: t(`severity.${alert.severity}`) }), " ", el("time", {
          datetime: new Date(alert.at).toISOString(), text: clockTime(alert.at, now, i18n.language) })),
        el("p", { class: "message", text: alert.message }),
        el("div", { class: "foot" }, el("p", { class: "facts", text: facts.join(" · ") }),
          alert.acknowledged || !mayAct() ? null : this.#button(alert))));
  }

  #time(at, now) { return at === null ? "" : clockTime(at, now, i18n.language); }

  #acknowledged(alert, now) {
    return t("alerts.acknowledged", { who: alert.acknowledgedBy ?? "?", time: this.#time(alert.acknowledgedAt, now) });
  }

  #button(alert) {
    return el("button", {
      type: "button", class: "acknowledge", "data-alert": alert.id, disabled: this.#acknowledging.has(alert.id),
      "aria-label": t("alerts.acknowledge.label", { message: alert.message }), text: t("alerts.acknowledge"),
      on: { click: () => this.#acknowledge(alert) },
    });
  }

  async #acknowledge(alert) {
    this.#acknowledging.add(alert.id);
    this.draw();
    try {
      const answer = readAlert(await api.post(`api/iot/alertes/${alert.id}/acquitter/`));
      if (answer) state.addAlert(this.patient, answer);
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failure", { detail: { text: error.detail || t("alerts.failed") } }));
    }
    this.#acknowledging.delete(alert.id);
    if (!this.signal.aborted) this.draw();
  }
}

/** "open" wants somebody; "settled" does not (any more), though it may be "unended". */
function classOf(alert) {
  if (isOpen(alert) && !alert.acknowledged) return "open";
  return alert.endedAt === null ? "settled unended" : "settled";
}
