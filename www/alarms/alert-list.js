import { acknowledge, api, i18n, may, state, t, takeBackAcknowledgement } from "../context.js";
import { el, focusedIn, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { beganAt } from "../model/alert-filter.js";
import { iconOf, messageOf, stageOf } from "../model/alert-text.js";
import { wantsSomebody } from "../model/alerts.js";
import { isHolding } from "../model/holds.js";
import { technicalOf } from "../model/severity.js";
import { canTakeBack } from "../model/taking-back.js";
import { careButtons, careLines, overdueKey } from "./score-care.js";

const SHOWN = 5;

/** A patient's five latest alerts (and every open one), each with Acquitter, and for a minute with Annuler after it. Property: `patient`. Event "failure" {text}. */
export class AlertList extends FajmaElement {
  patient = null;
  #changing = new Set();
  #timed = "";

  start() {
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && this.draw());
    this.everySecond(() => this.#timed !== this.#whatTimeChanges() && this.draw());
  }

  #canTakeBack(alert) { return may("acknowledgeAlerts") && canTakeBack(alert, api.user, state.now()); }

  /** Which acknowledgements can be taken back, and which measurements are overdue. */
  #whatTimeChanges() {
    const alerts = state.record(this.patient).latestAlerts(SHOWN);
    return `${alerts.filter((alert) => this.#canTakeBack(alert)).map(({ id }) => id)} ${overdueKey(alerts)}`;
  }

  draw() {
    const { alert: focused, takeBack, key } = focusedIn(this)?.dataset ?? {};
    this.#timed = this.#whatTimeChanges();
    const alerts = state.record(this.patient).latestAlerts(SHOWN);
    const body = alerts.length
      ? el("ol", {}, ...alerts.map((alert) => this.#row(alert)))
      : el("p", { class: "empty" }, icon("check"), el("span", { text: t("alerts.none") }));
    // The heading stays: it may have the focus.
    if (!this.firstElementChild) this.append(el("h2", { tabindex: "-1" }), body);
    else this.lastElementChild.replaceWith(body);
    setText(this.querySelector("h2"), t("alerts.title"));
    if (takeBack) (this.querySelector(`[data-take-back="${takeBack}"]`) ?? this.querySelector(`[data-alert="${takeBack}"]`) ?? this.querySelector("h2")).focus();
    else if (focused) this.#focus(focused);
    else if (key) (this.querySelector(`[data-key="${key}"]`) ?? this.querySelector("h2")).focus();
  }

  /** Whose button is gone leaves the focus to the next that waits. */
  #focus(alert) {
    (this.querySelector(`[data-alert="${alert}"]`) ?? this.querySelector("[data-alert]") ?? this.querySelector("h2")).focus();
  }

  #row(alert) {
    const now = state.now();
    const facts = [t(alert.endedAt === null ? "alerts.lasting" : "alerts.ended", { time: this.#time(alert.endedAt, now) })];
    if (alert.sources?.length > 1) facts.push(t("alerts.sources", { names: alert.sources.map(({ device, name }) => (device === null ? t("alerts.source.by_hand") : name ?? t("devices.number", { id: device }))).join(", ") }));
    if (alert.remindedAt !== null) facts.push(t("alerts.reminded", { time: this.#time(alert.remindedAt, now) }));
    if (alert.escalatedAt !== null) facts.push(t("alerts.escalated", { time: this.#time(alert.escalatedAt, now) }));
    if (alert.acknowledged) facts.push(this.#acknowledged(alert, now));
    return el("li", { "data-severity": alert.severity, "data-technical": technicalOf(alert), class: classOf(alert) },
      icon(iconOf(alert)),
      el("div", {},
        el("p", { class: "what" }, el("strong", { text: t(`severity.${alert.severity}`) }), " ", el("time", {
          datetime: new Date(beganAt(alert)).toISOString(), text: clockTime(beganAt(alert), now, i18n.language) })),
        el("p", { class: "message", text: messageOf(alert, i18n) }),
        careLines(alert),
        alert.hasTrace ? Object.assign(el("signal-trace"), { alert }) : null,
        el("div", { class: "foot" }, el("p", { class: "facts", text: facts.join(" · ") }),
          ...careButtons(alert, (text) => this.dispatchEvent(new CustomEvent("failure", { detail: { text } }))),
          this.#canTakeBack(alert) ? this.#takeBack(alert) : alert.acknowledged || stageOf(alert) === "closed" || !may("acknowledgeAlerts") ? null : this.#button(alert))));
  }

  #time(at, now) { return at === null ? "" : clockTime(at, now, i18n.language); }

  #acknowledged(alert, now) {
    return t("alerts.acknowledged", { who: alert.acknowledgedBy ?? "?", time: this.#time(alert.acknowledgedAt, now) });
  }

  #button(alert) {
    return el("button", {
      type: "button", class: "acknowledge", "data-alert": alert.id, "aria-disabled": this.#changing.has(alert.id) ? "true" : null,
      "aria-label": t("alerts.acknowledge.label", { message: messageOf(alert, i18n) }), text: t("alerts.acknowledge"),
      on: { click: () => this.#change(alert, acknowledge) },
    });
  }

  #takeBack(alert) {
    return el("button", {
      type: "button", class: "take-back", "data-take-back": alert.id, "aria-disabled": this.#changing.has(alert.id) ? "true" : null,
      "aria-label": t("alerts.take_back.label", { message: messageOf(alert, i18n) }), text: t("alerts.take_back"),
      on: { click: () => this.#change(alert, takeBackAcknowledgement) },
    });
  }

  async #change(alert, change) {
    if (this.#changing.has(alert.id)) return;
    this.#changing.add(alert.id);
    this.draw();
    await change(alert, null, (text) => this.dispatchEvent(new CustomEvent("failure", { detail: { text } })));
    this.#changing.delete(alert.id);
    if (!this.signal.aborted) this.draw();
  }
}

/** "open" wants somebody, "latched" too though it has ended; "settled" does not (any more), though its condition may be "unended". */
function classOf(alert) {
  if (wantsSomebody(alert)) return stageOf(alert) === "ended" ? "open latched" : "open";
  return alert.endedAt === null && !isHolding(alert) ? "settled unended" : "settled";
}
