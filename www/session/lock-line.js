import { api, isLocked, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { byName } from "../kit/names.js";
import { i18n } from "../kit/texts.js";
import { askWho } from "./unlock.js";

/**
 * On a locked desk: that it only watches, its other wards, and the way back in. Event "unlock" of any element, with `{address}`: somebody wants to
 * go on there. Without an address the page comes back to where it was.
 */
export class LockLine extends FajmaElement {
  /** Where the page was when it was locked. */
  #before = null;
  #isAsking = false;

  start() {
    this.setAttribute("role", "region");
    for (const type of ["login", "logout", "user", "renewed"]) this.listen(api, type, () => this.#look());
    this.listen(document, "unlock", ({ detail }) => this.#unlock(detail.address));
    this.listen(window, "hashchange", () => isLocked() && this.draw());
    this.#look();
  }

  #look() {
    if (isLocked() === (this.#before !== null)) return;
    this.#before = isLocked() ? location.hash || "#/" : null;
    this.draw();
    if (isLocked()) this.announce(`${t("lock.title")}. ${t("lock.hint")}`, false);
  }

  draw() {
    this.setAttribute("aria-label", t("lock.title"));
    this.hidden = !isLocked();
    this.replaceChildren(...(this.hidden ? [] : [icon("lock"), el("p", {}, el("strong", { text: t("lock.title") }), " ", el("span", { class: "hint", text: t("lock.hint") })),
      this.#wards(), el("button", { type: "button", class: "primary unlock", text: t("lock.open"), on: { click: () => this.#unlock(null) } })]));
  }

  /** The other wards that this desk sounds for; the address is where the page was, unless somebody chooses one. */
  #wards() {
    const wards = [...api.user.services].sort(byName(i18n.language));
    return wards.length < 2 ? null : el("nav", { "aria-label": t("services.title") }, ...wards.map(({ id, nom }) => el("a", {
      href: `#/service/${id}`, "aria-current": location.hash === `#/service/${id}` ? "page" : null, text: nom })));
  }

  async #unlock(address) {
    if (!isLocked() || this.#isAsking) return;
    this.#isAsking = true;
    try {
      await askWho({ title: "lock.open.title", why: "lock.open.why", address: address ?? this.#before });
    } finally {
      this.#isAsking = false;
    }
  }
}
