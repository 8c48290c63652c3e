import { acknowledge, api, i18n, may, state, t, takeBackAcknowledgement } from "../context.js";
import { el, focusedIn, isBusy, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime, lasting, number } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { fullName } from "../kit/names.js";
import { badge, table, twoLines } from "../kit/table.js";
import { beganAt, delayOf, durationOf } from "../model/alert-filter.js";
import { iconOf, limitOf, messageOf, stageOf, valueOf } from "../model/alert-text.js";
import { isOpen } from "../model/alerts.js";
import { ADULT } from "../model/limit-profiles.js";
import { technicalOf, toneOf } from "../model/severity.js";
import { canTakeBack } from "../model/taking-back.js";
import { careButtons, careLines, isCare, overdueKey } from "./score-care.js";

/** A shorter delay is none for anybody. */
const SHORTEST_DELAY_MS = 100;

/**
 * Alerts as a table. Properties: `rows`, `caption`, and `patients` and `wards`, which say who lies where; `failed(text)` hears
 * why an acknowledgement was refused. After one the focus goes on to the next: each takes one key.
 */
export class AlertTable extends FajmaElement {
  patients = null;
  caption = null;
  wards = null;
  rows = [];
  failed = () => {};

  #timed = "";

  start() {
    this.everySecond(() => {
      this.#updateDurations();
      if (this.#timed !== this.#whatTimeChanges()) this.draw();
    });
  }

  #canTakeBack(alert) { return may("acknowledgeAlerts") && canTakeBack(alert, api.user, state.now()); }

  /** Which acknowledgements can be taken back, and which measurements are overdue. */
  #whatTimeChanges() { return `${this.rows.filter((alert) => this.#canTakeBack(alert)).map(({ id }) => id)} ${overdueKey(this.rows)}`; }

  draw() {
    const focused = focusedIn(this)?.dataset.key;
    this.#timed = this.#whatTimeChanges();
    const whom = new Map(this.patients.map((patient) => [patient.id, patient]));
    const open = this.rows.some((alert) => this.#canTakeBack(alert) || this.#mayAcknowledge(alert) || careButtons(alert, this.failed).length > 0);
    this.replaceChildren(table({ caption: this.caption, rows: this.rows, rowClass: (alert) => `alert-row ${stageOf(alert)} ${toneOf(alert)} ${technicalOf(alert) ?? ""}`.trim(), columns: [
      { label: t("alarms.severity"), className: "severity", cell: (alert) => this.#severity(alert) },
      { label: t("alarms.bed"), className: "bed", cell: ({ patient }) => this.#bed(whom.get(patient)) },
      { label: t("alarms.patient"), className: "name", cell: (alert) => this.#patient(alert, whom.get(alert.patient)) },
      { label: t("alarms.what"), className: "what", cell: (alert) => this.#what(alert) },
      { label: t("alarms.value"), className: "value", cell: (alert) => this.#value(alert) },
      { label: t("alarms.measured"), className: "when", cell: (alert) => this.#instant(beganAt(alert)) },
      { label: t("alarms.delay"), className: "number", cell: (alert) => this.#delay(alert) },
      { label: t("alarms.acknowledged"), className: "by", cell: (alert) => this.#acknowledged(alert) },
      { label: t("alarms.ended"), cell: ({ endedAt }) => (endedAt === null ? null : this.#instant(endedAt)) },
      { label: t("alarms.duration"), className: "number", cell: (alert) => this.#duration(alert) },
      ...(open ? [{ label: t("section.actions"), hidden: true, className: "actions", cell: (alert) => [...careButtons(alert, this.failed), this.#button(alert)] }] : []),
    ] }));
    this.#updateDurations();
    if (!focused) return;
    (this.querySelector(`[data-key="${focused}"], [data-key="${focused.replace("take-back", "acknowledge")}"]`) ?? (isCare(focused) ? null : this.querySelector(".acknowledge")) ?? this.closest("section").querySelector("h2")).focus();
  }

  /** Its shape says its stage, its colour and word how bad it is. */
  #severity(alert) {
    return el("span", { class: "severity-mark", "data-severity": alert.severity, "data-technical": technicalOf(alert) }, icon(iconOf(alert)), el("span", { text: t(`severity.${alert.severity}`) }));
  }

  #bed(patient) { return patient?.lit ? el("span", { class: "bed-chip", text: patient.lit }) : null; }

  #patient(alert, patient) {
    if (alert.patient === null) return el("strong", { text: this.wards.find(({ id }) => id === alert.ward)?.nom ?? t("ward.number", { id: alert.ward }) });
    const name = patient ? fullName(patient) : t("alarms.who.number", { id: alert.patient });
    return el("a", { href: `#/patient/${alert.patient}`, text: name });
  }

  #what(alert) {
    const stage = stageOf(alert);
    return [el("span", { class: "message", text: messageOf(alert, i18n) }), careLines(alert), alert.hasTrace ? this.#signal(alert) : null, el("span", { class: "marks" },
      stage === "ended" ? badge("error", t("alarms.stage.ended"), "ended") : null,
      alert.remindedAt === null ? null : badge("high", t("alarms.reminded"), "reminded"),
      alert.escalatedAt === null ? null : badge("error", t("alarms.escalated"), "escalated"))];
  }

  /** Beside an open alert at once; the past has many. */
  #signal(alert) { return Object.assign(el("signal-trace"), { alert, folded: !isOpen(alert) }); }

  #value(alert) {
    const value = valueOf(alert, i18n);
    const profile = alert.profile && alert.profile !== ADULT ? t(`profile.short.${alert.profile}`) : null;
    return value === null ? null : twoLines(el("strong", { text: value }), [limitOf(alert, i18n), profile].filter(Boolean).join(" · "));
  }

  #instant(at) { return el("time", { datetime: new Date(at).toISOString(), text: clockTime(at, state.now(), i18n.language) }); }

  #delay(alert) {
    const ms = delayOf(alert);
    if (ms === null) return null;
    return ms < SHORTEST_DELAY_MS ? t("alarms.delay.least", { seconds: number(SHORTEST_DELAY_MS / 1000, 1, i18n.language) }) : `${number(ms / 1000, 1, i18n.language)}\u00a0s`;
  }

  #acknowledged(alert) {
    return alert.acknowledged ? twoLines(el("span", { text: alert.acknowledgedBy ?? "?" }), clockTime(alert.acknowledgedAt, state.now(), i18n.language)) : null;
  }

  #duration(alert) { return el("span", { class: "lasted", "data-from": beganAt(alert), "data-to": alert.endedAt, text: lasting(durationOf(alert, state.now())) }); }

  #updateDurations() {
    for (const place of this.querySelectorAll(".lasted:not([data-to])")) setText(place, lasting(Math.max(0, state.now() - Number(place.dataset.from))));
  }

  #mayAcknowledge(alert) { return may("acknowledgeAlerts") && !alert.acknowledged && stageOf(alert) !== "closed"; }

  #button(alert) {
    if (this.#canTakeBack(alert)) {
      return el("button", { type: "button", class: "take-back", "data-key": `take-back-${alert.id}`, "aria-label": t("alerts.take_back.label", { message: messageOf(alert, i18n) }),
        text: t("alerts.take_back"), on: { click: ({ currentTarget: button }) => isBusy(button) || takeBackAcknowledgement(alert, button, this.failed) } });
    }
    if (!this.#mayAcknowledge(alert)) return null;
    return el("button", { type: "button", class: "acknowledge", "data-key": `acknowledge-${alert.id}`, "aria-label": t("alerts.acknowledge.label", { message: messageOf(alert, i18n) }),
      text: t("alerts.acknowledge"), on: { click: ({ currentTarget: button }) => isBusy(button) || acknowledge(alert, button, this.failed) } });
  }
}
