import { api, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";

/** The first login: a password that somebody else made is changed before anything else is shown. */
export class PasswordPage extends FajmaElement {
  draw() {
    document.title = `FAJMA – ${t("password.first")}`;
    this.replaceChildren(el("div", { class: "card" },
      el("span", { class: "emblem" }, icon("key")),
      el("h1", { text: t("password.first") }),
      el("p", { class: "why", text: t("password.first.why") }),
      el("password-form", { on: { changed: () => this.#go() } })));
    this.querySelector("input:not([hidden])").focus();
  }

  // Were the question lost on its way, the page would stay here, though the password is changed: loading it anew asks again.
  #go() { api.refreshUser().catch(() => location.reload()); }
}
