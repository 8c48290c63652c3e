import { alarms, i18n, state, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { messageOf } from "../model/alert-text.js";
import { wantsSomebody } from "../model/alerts.js";

/** So many alerts are remembered as spoken. */
const MAX_SPOKEN = 500;
/** Alerts that come together are spoken together, and more than so many as one line. */
const TOGETHER_MS = 300;
const MAX_SINGLE = 2;

/** What screen readers speak: one polite region (warnings), one assertive (errors). Each alert once a severity. */
export class LiveAnnouncer extends FajmaElement {
  #spoken = new Set();
  #waiting = { true: [], false: [] };
  #timer = 0;
  #polite = el("p", { "aria-live": "polite" });
  #assertive = el("p", { "aria-live": "assertive" });

  start() {
    this.className = "visually-hidden";
    this.append(this.#polite, this.#assertive);
    this.listen(document, "announce", ({ detail }) => this.#say(detail.text, detail.urgent));
    for (const known of [state, alarms]) this.listen(known, "alert", ({ detail }) => detail.alert && this.#hear(detail.alert));
  }

  #hear(alert) {
    const key = `${alert.id} ${alert.severity} ${alert.remindedAt}`;
    if (!wantsSomebody(alert) || this.#spoken.has(key)) return;
    if (this.#spoken.size >= MAX_SPOKEN) this.#spoken.clear();
    this.#spoken.add(key);
    this.#waiting[alert.severity === "error"].push(alert);
    this.#timer ||= setTimeout(() => this.#sayAlerts(), TOGETHER_MS);
  }

  #sayAlerts() {
    this.#timer = 0;
    for (const urgent of [true, false]) {
      const alerts = this.#waiting[urgent].splice(0);
      if (alerts.length > MAX_SINGLE) this.#say(t(urgent ? "alarms.many.error" : "alarms.many", { count: alerts.length }), urgent);
      else for (const alert of alerts) this.#say(`${t(`severity.${alert.severity}`)} : ${messageOf(alert, i18n)}`, urgent);
    }
  }

  // A child a text, so that the same words are spoken again; the last few stay for a reader that is still speaking.
  #say(text, urgent) {
    const region = urgent ? this.#assertive : this.#polite;
    region.append(el("span", { text: `${text} ` }));
    while (region.childElementCount > 3) region.firstElementChild.remove();
  }
}
