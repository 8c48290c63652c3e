import { alarmMonitor, alarms, may, t } from "../context.js";
import { el, isBusy } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { beginPause, MINUTES } from "./pause-actions.js";

/**
 * Suspends the sound of a patient (property `patient`) or of a ward (`ward`) for a few minutes. Away while such a pause runs:
 * pause-strip shows that, with the way out of it. While the monitoring is interrupted it first pauses that alarm, on this screen alone.
 * Event "failure" {text}.
 */
export class PauseControl extends FajmaElement {
  patient = null;
  ward = null;

  start() {
    this.listen(alarms, "pause", () => this.#update());
    this.listen(alarmMonitor, "change", () => this.#update());
    this.everySecond(() => this.#update());
  }

  draw() {
    if (!may("changeLimits")) return this.replaceChildren();
    const minutes = el("select", { "aria-label": t("pause.minutes") },
      ...MINUTES.toSorted((a, b) => a - b).map((count) => el("option", { value: count, selected: count === MINUTES[0], text: t("pause.minutes.count", { count }) })));
    const begin = el("button", { type: "button", class: "begin", on: { click: async () => {
      if (isBusy(begin)) return;
      if (alarmMonitor.isInterrupted() && alarmMonitor.localPauseEndsAt() === null) {
        alarmMonitor.pauseInterruption();
        document.querySelector("pause-strip .resume")?.focus();
        return;
      }
      const failure = await beginPause({ patient: this.patient, ward: this.patient === null ? this.ward : null }, Number(minutes.value), begin);
      if (failure) this.dispatchEvent(new CustomEvent("failure", { detail: { text: failure } }));
      else this.#showWayOut();
    } } }, icon("soundPaused"), el("span", { text: t("pause.begin") }));
    this.replaceChildren(begin, minutes);
    this.#update();
  }

  /** The button is gone now: the focus goes to what ends the pause, in the strip or folded into it. */
  #showWayOut() {
    const pause = alarms.pauses.of(this.patient, alarms.now(), this.ward);
    const strip = document.querySelector("pause-strip");
    (strip.querySelector(`[data-pause="${pause?.id}"] .resume`) ?? strip.querySelector("summary"))?.focus();
  }

  #update() {
    const nothingElse = alarmMonitor.localPauseEndsAt() !== null && alarmMonitor.audible().length === 0;
    const isPaused = alarms.pauses.of(this.patient, alarms.now(), this.ward) !== null && (!alarmMonitor.isInterrupted() || alarmMonitor.localPauseEndsAt() !== null);
    this.hidden = alarms.connection.status === "error" || nothingElse || isPaused;
  }
}
