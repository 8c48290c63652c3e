import { api, i18n, may, state, t } from "../context.js";
import { announce, el, isBusy, setBusy, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { ABSENCE, CUFF, holding, iconOfHold, untilOfHold } from "../model/holds.js";
import { openAbsence } from "./absence-dialog.js";

/**
 * Says that a patient is away or has a cuff on, until when and who said so, with the way to end it; else the buttons that begin it.
 * Property: `patient`, as `api/patients/` gives it. Event "failure" {text}.
 */
export class HoldControl extends FajmaElement {
  patient = null;
  #shown = "";

  start() {
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient.id && this.#update());
    this.listen(state, "ready", () => this.#update());
    this.everySecond(() => this.#updateUntil());
  }

  draw() {
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", t("hold.title"));
    this.#shown = null;
    this.#update();
  }

  #holding(kind) { return holding(state.record(this.patient.id).openAlerts(), kind); }

  #update() {
    const shown = [ABSENCE, CUFF].map((kind) => `${this.#holding(kind)?.hold.id}`).join();
    if (shown === this.#shown) return;
    const focused = document.activeElement?.closest("[data-hold]");
    const kind = this.contains(focused) ? focused.dataset.hold : null;
    this.#shown = shown;
    const parts = [ABSENCE, CUFF].map((each) => (this.#holding(each) ? this.#notice(this.#holding(each)) : may("acknowledgeAlerts") ? this.#button(each) : null));
    this.replaceChildren(...parts.filter(Boolean));
    this.hidden = parts.every((part) => part === null);
    if (kind) this.#focus(kind);
    this.#updateUntil();
  }

  #focus(kind) { this.querySelector(`[data-hold="${kind}"]:is(button), [data-hold="${kind}"] button`)?.focus(); }

  #button(kind) {
    const begin = kind === ABSENCE ? () => this.#askAbsence() : ({ currentTarget }) => this.#send(currentTarget, () => api.post(this.#path(CUFF)));
    return el("button", { type: "button", "data-hold": kind, on: { click: begin } }, icon(iconOfHold({ kind })), el("span", { text: t(`hold.begin.${kind}`) }));
  }

  /** The dialog gives the focus back to a button that is gone by then: what ends the absence has taken its place. */
  async #askAbsence() {
    if (await openAbsence(this.patient) && !this.signal.aborted) this.#focus(ABSENCE);
  }

  #notice(alert) {
    const { kind, hold } = alert;
    return el("div", { class: "notice", "data-hold": kind }, icon(iconOfHold(alert)),
      el("p", {}, el("strong", { text: t(`hold.running.${kind}`, { reason: hold.reason }) }), " ", el("span", { class: "until" })),
      may("acknowledgeAlerts") ? el("button", { type: "button", class: "end", text: t(`hold.end.${kind}`),
        on: { click: ({ currentTarget }) => this.#send(currentTarget, () => api.delete(this.#path(kind))) } }) : null);
  }

  #updateUntil() {
    for (const notice of this.querySelectorAll(".notice")) {
      const alert = this.#holding(notice.dataset.hold);
      if (alert) setText(notice.querySelector(".until"), untilOfHold(alert, state.now(), i18n));
    }
  }

  #path(kind) { return `api/patients/${this.patient.id}/${kind}/`; }

  /** What comes of it is said by the socket, to this page as to all others. */
  async #send(button, request) {
    if (isBusy(button)) return;
    setBusy(button, true);
    try {
      await request();
    } catch (error) {
      if (error.status === undefined) throw error;  // a mistake of ours, not a refusal
      const text = error.detail || t("hold.failed");
      announce(text, true);
      this.dispatchEvent(new CustomEvent("failure", { detail: { text } }));
    } finally {
      setBusy(button, false);
    }
  }
}
