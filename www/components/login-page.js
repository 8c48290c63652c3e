import { el } from "../dom.js";
import { icon } from "../icons.js";
import { api, t } from "../services.js";
import { Part } from "./part.js";

/** The login, with the notice that this is not a medical device. What was typed survives a change of language. */
export class LoginPage extends Part {
  #username = el("input", { id: "username", name: "username", autocomplete: "username", autocapitalize: "none",
    spellcheck: "false", required: true });
  #password = el("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
  #failure = el("p", { class: "failure", role: "alert" });

  draw() {
    document.title = `FAJMA – ${t("login.title")}`;
    this.#failure.replaceChildren();
    this.replaceChildren(
      el("section", { class: "welcome" },
        el("p", { class: "mark" }, icon("pulse"), el("span", { text: "FAJMA" })),
        el("p", { class: "claim", text: t("login.claim") }),
        icon("heartbeat", "heartbeat")),
      el("section", { class: "entry" },
        el("form", { on: { submit: (event) => this.#submit(event) } },
          el("h1", { text: t("login.title") }),
          el("label", { for: "username", text: t("login.username") }), this.#username,
          el("label", { for: "password", text: t("login.password") }),
          el("div", { class: "secret" }, this.#password, this.#reveal()),
          this.#failure,
          el("button", { class: "primary", text: t("login.enter") })),
        el("p", { class: "notice" }, icon("shield"), el("span", { text: t("login.notice") }))));
    this.#username.focus();
  }

  #reveal() {
    const button = el("button", { type: "button", class: "quiet" });
    const show = (visible) => {
      this.#password.type = visible ? "text" : "password";
      button.replaceChildren(icon(visible ? "eyeOff" : "eye"));
      button.setAttribute("aria-label", t(visible ? "login.hide" : "login.show"));
    };
    button.addEventListener("click", () => show(this.#password.type === "password"));
    show(false);
    return button;
  }

  async #submit(event) {
    event.preventDefault();
    const button = this.querySelector(".primary");
    button.disabled = true;
    this.#failure.replaceChildren();
    try {
      await api.login(this.#username.value, this.#password.value);
      this.#password.value = "";
    } catch (error) {
      this.#failure.replaceChildren(icon("error"), el("span", { text: error.detail || t(`login.failed.${error.status === 0 ? "network" : "other"}`) }));
      this.#password.select();
      this.#password.focus();
    } finally {
      button.disabled = false;
    }
  }
}
