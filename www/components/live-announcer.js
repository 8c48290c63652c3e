import { isOpen } from "../alerts.js";
import { el } from "../dom.js";
import { state, t } from "../services.js";
import { Part } from "./part.js";

/** So many alerts are remembered as spoken. */
const MAX_SPOKEN = 500;

/** What screen readers speak: one polite region (warnings), one assertive (errors). Each alert once a severity. */
export class LiveAnnouncer extends Part {
  #spoken = new Set();
  #polite = el("p", { "aria-live": "polite" });
  #assertive = el("p", { "aria-live": "assertive" });

  start() {
    this.className = "visually-hidden";
    this.append(this.#polite, this.#assertive);
    this.listen(document, "announce", ({ detail }) => this.#say(detail.text, detail.urgent));
    this.listen(state, "alert", ({ detail }) => detail.alert && this.#sayAlert(detail.alert));
  }

  #sayAlert(alert) {
    const key = `${alert.id} ${alert.severity}`;
    if (!isOpen(alert) || alert.acknowledged || this.#spoken.has(key)) return;
    if (this.#spoken.size >= MAX_SPOKEN) this.#spoken.clear();
    this.#spoken.add(key);
    this.#say(`${t(`severity.${alert.severity}`)} : ${alert.message}`, alert.severity === "error");
  }

  // A child a text, so that the same words are spoken again; the last few stay for a reader that is still speaking.
  #say(text, urgent) {
    const region = urgent ? this.#assertive : this.#polite;
    region.append(el("span", { text: `${text} ` }));
    while (region.childElementCount > 3) region.firstElementChild.remove();
  }
}
