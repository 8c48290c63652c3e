import { api, followWards, i18n, may, mayAct, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { keepTrying } from "../kit/retry.js";
import { shortOf } from "../model/alert-text.js";
import { wantsSomebody } from "../model/alerts.js";
import { patientsByTone, toneOf } from "../model/severity.js";

const ICONS = { connecting: "connecting", error: "error" };

/**
 * The wards that an account may see, each with how many lie there and what waits for somebody, live. A display on the wall with one
 * ward goes there by itself.
 */
export class WardList extends FajmaElement {
  #wards = null;
  #patients = null;
  #failure = null;
  /** What is known of a ward, by its number; those beyond the first few are only named. */
  #known = new Map();
  /** The wards whose snapshot is there: nobody is told that nothing waits before that is known. */
  #complete = new Set();
  #drawing = 0;

  async start() {
    this.signal.addEventListener("abort", () => cancelAnimationFrame(this.#drawing));
    try {
      this.#wards = await keepTrying(() => api.all("api/services/"), this.signal, (error) => this.#fail(error));
      this.#failure = null;
    } catch (error) {
      if (this.signal.aborted) return;
      this.#failure = error;
    }
    if (!mayAct() && this.#wards?.length === 1) return location.replace(`#/service/${this.#wards[0].id}`);
    this.draw();
    if (this.#wards && may("readAlerts")) this.#follow();
  }

  #follow() {
    for (const known of followWards(this.#wards, this.signal)) {
      this.#known.set(known.ward, known);
      this.listen(known, "ready", () => { this.#complete.add(known.ward); this.#update(known.ward); });
      this.listen(known, "connection", () => this.#update(known.ward));
      this.listen(known, "alert", () => this.#soon());
      this.listen(known, "patient", () => this.#countPatients());
      this.#update(known.ward);
    }
    this.#countPatients();
  }

  /** Who came or went meanwhile is asked for again with the next change: a number too small for a moment harms nobody. */
  async #countPatients() {
    const patients = await keepTrying(() => api.all("api/patients/"), this.signal).catch(() => null);
    if (!patients || this.signal.aborted) return;
    this.#patients = patients;
    this.draw();
  }

  /** Many alerts, one look. */
  #soon() {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      for (const ward of this.#known.keys()) this.#update(ward);
    });
  }

  #fail(error) {
    this.#failure = error;
    this.draw();
  }

  draw() {
    document.title = `FAJMA – ${t("services.title")}`;
    const focused = this.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.replaceChildren(el("h1", { text: t("services.title") }), this.#body());
    for (const ward of this.#known.keys()) this.#update(ward);
    if (focused) this.querySelector(`[href="${focused}"]`)?.focus();
  }

  /** Who may make wards sees all of them: then there is none at all yet. */
  #nothing() {
    if (!may("manageWards")) return el("p", { class: "empty", text: t("services.none") });
    return el("div", { class: "empty" }, el("p", { text: t("services.first") }),
      el("a", { href: "#/administration/services", text: t("wards.add") }));
  }

  #body() {
    if (this.#failure) return el("p", { class: "empty", role: "alert", text: this.#failure.detail || t("error.load") });
    if (!this.#wards) return el("p", { class: "empty", text: t("loading") });
    if (this.#wards.length === 0) return this.#nothing();
    return el("ul", { class: "services" }, ...this.#wards.map((ward) => this.#row(ward)));
  }

  #row({ id, nom }) {
    const count = this.#patients?.filter(({ service }) => service === id).length;
    return el("li", { "data-ward": id }, el("a", { href: `#/service/${id}` }, icon("bed"),
      el("span", { class: "about" }, el("span", { class: "name", text: nom }),
        el("small", { class: "patients", text: count === undefined ? "" : t(`ward.count.${i18n.plural(count)}`, { count }) }),
        el("span", { class: "waiting" })),
      icon("forward")));
  }

  /** What waits in a ward, by severity; that nothing does is said only while that is known. */
  #update(ward) {
    const place = this.querySelector(`[data-ward="${ward}"] .waiting`);
    if (!place) return;
    const known = this.#known.get(ward);
    const { status, behindAt = null } = known.connection;
    const unknown = status !== "connected" ? status : behindAt !== null ? "behind" : this.#complete.has(ward) ? null : "connecting";
    if (unknown) return place.replaceChildren(el("span", { class: "unknown" }, icon(ICONS[unknown] ?? "disconnected"), el("span", { text: t(`connection.${unknown}`) })));
    const waiting = known.openAlerts().filter(wantsSomebody);
    const counts = patientsByTone(waiting).map(([tone, count]) => el("span", { class: "alert-count", "data-severity": tone },
      icon(tone), el("strong", { text: String(count) }), " ", el("span", { text: t(`ward.count.${tone}.${i18n.plural(count)}`) })));
    // What is about the ward itself is no patient: it is named, not counted.
    const own = waiting.filter(({ patient }) => patient === null).map((alert) => el("span", { class: "alert-count", "data-severity": toneOf(alert) }, icon(toneOf(alert)), el("span", { text: shortOf(alert, i18n, known.now()) })));
    place.replaceChildren(...(counts.length + own.length ? [...own, ...counts]
      : [el("span", { class: "calm" }, icon("check"), el("span", { text: t("alarms.none") }))]));
  }
}
