import { api, i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { problemText } from "../kit/form.js";
import { LANGUAGES } from "../kit/i18n.js";
import { changedNote } from "./password-form.js";

/** My account: language, password, sessions. */
export class AccountPage extends FajmaElement {
  #changed = false;

  draw() {
    document.title = `FAJMA – ${t("account.title")}`;
    const { username, role, services } = api.user;
    const wards = services.map(({ nom }) => nom).join(", ");
    this.replaceChildren(
      el("header", {}, el("span", { class: "portrait", "aria-hidden": "true", text: username.slice(0, 1).toUpperCase() }),
        el("div", {}, el("h1", { text: t("account.title") }),
          el("p", { class: "facts", text: [username, t(`role.${role}`), wards].filter(Boolean).join(" · ") }))),
      el("div", { class: "columns" },
        el("div", {}, this.#language(), this.#password()),
        el("section", { class: "card", "aria-labelledby": "my-sessions" },
          el("h2", { id: "my-sessions", text: t("account.sessions") }), el("my-sessions"))));
  }

  #language() {
    const choose = (language) => async () => {
      try {
        await api.changeUser({ langue: language });
        await i18n.choose(language);  // draws this page anew
        this.querySelector(`.card button[lang="${language}"]`)?.focus();
      } catch (error) {
        if (!this.signal.aborted) this.querySelector(".languages .trouble").textContent = problemText(error);
      }
    };
    return el("section", { class: "card languages", "aria-labelledby": "my-language" },
      el("h2", { id: "my-language", text: t("account.language") }),
      el("p", { class: "hint", text: t("account.language.why") }),
      el("div", { class: "segments", role: "group", "aria-labelledby": "my-language" }, ...LANGUAGES.map((language) => el("button", {
        type: "button", lang: language, "aria-pressed": String(api.user.langue === language), text: t(`language.${language}`),
        on: { click: choose(language) } }))),
      el("p", { class: "trouble", role: "alert" }));
  }

  #password() {
    const changed = () => {
      this.#changed = true;
      this.querySelector(".passwords .done")?.remove();
      this.querySelector(".passwords").append(changedNote());
      this.querySelector("my-sessions").load();  // the others are ended
    };
    return el("section", { class: "card passwords", "aria-labelledby": "my-password" },
      el("h2", { id: "my-password", text: t("password.title") }),
      el("password-form", { on: { changed } }), this.#changed ? changedNote() : null);
  }
}
