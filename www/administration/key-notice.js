import { api, i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { calendarDay } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { keepTrying } from "../kit/retry.js";
import { keysToRenew } from "./key-permissions.js";

/** Says which machine keys expire soon or have expired: a program that nobody told stops without a word. */
export class KeyNotice extends FajmaElement {
  /** The keys themselves stand below. */
  isAtKeys = false;
  #keys = [];

  async start() {
    try {
      this.#keys = keysToRenew(await keepTrying(() => api.all("api/cles/"), this.signal, () => {}));
      if (!this.signal.aborted) this.draw();
    } catch {
      // The section itself says what is wrong.
    }
  }

  draw() {
    this.hidden = this.#keys.length === 0;
    if (this.hidden) return this.replaceChildren();
    const named = ({ nom: name, expire_le: at, etat }) => t(`keys.notice.${etat}`, { name, date: calendarDay(at.slice(0, 10), i18n.language) });
    this.replaceChildren(icon("warning"), el("p", {}, el("strong", { text: t("keys.notice") }), ` ${this.#keys.map(named).join(" · ")} `),
      ...(this.isAtKeys ? [] : [el("a", { href: "#/administration/cles", text: t("keys.notice.open") })]));
  }
}
