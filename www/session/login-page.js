import { api, i18n, player, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { secretField } from "./secret-field.js";

/** So long one hears that no alarm is heard here any more. */
const UNHEARD_MS = 10 * 60_000, NOTE_MS = 10_000;

/**
 * The login, with the notice that this is not a medical device. What was typed survives a change of language. Property:
 * `reason`, why a session has just ended, or null.
 */
export class LoginPage extends FajmaElement {
  reason = null;
  #username = el("input", { id: "username", name: "username", autocomplete: "username", autocapitalize: "none",
    spellcheck: "false", required: true, on: { input: () => this.#updateWait() } });
  #password = el("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
  #failure = el("p", { class: "failure", role: "alert" });
  #unheardUntil = 0;
  #notedAt = 0;
  /** Who has to wait until when, by the page's clock: `{username, until}`. Another account of the same ward need not. */
  #wait = null;

  start() {
    this.everySecond(() => this.#updateWait());
    if (this.reason !== "unheard") return;
    this.#unheardUntil = Date.now() + UNHEARD_MS;
    this.everySecond(() => this.#note());
    for (const type of ["keydown", "pointerdown"]) this.listen(document, type, () => { this.#unheardUntil = 0; });
  }

  /** A desk that hears alarms no more says so by a note, until a key or pointer is used. */
  #note() {
    if (Date.now() > this.#unheardUntil || Date.now() - this.#notedAt < NOTE_MS) return;
    this.#notedAt = Date.now();
    player.play("lost");
  }

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
          this.#reason(),
          el("label", { for: "username", text: t("login.username") }), this.#username,
          el("label", { for: "password", text: t("login.password") }),
          secretField(this.#password),
          this.#failure,
          el("button", { class: "primary", text: t("login.enter") })),
        el("p", { class: "notice" }, icon("shield"), el("span", { text: t("login.notice") }))));
    this.#updateWait();
    this.#username.focus();
  }

  #reason() {
    if (!i18n.has(`login.reason.${this.reason}`)) return null;
    return el("p", { class: "reason", role: "status" }, icon("info"), el("span", { text: t(`login.reason.${this.reason}`) }));
  }

  async #submit(event) {
    event.preventDefault();
    const button = this.querySelector(".primary");
    const username = this.#username.value;
    button.disabled = true;
    this.#failure.replaceChildren();
    try {
      await api.login(username, this.#password.value);
      this.#password.value = "";
    } catch (error) {
      if (this.signal.aborted) return;
      this.#fail(error.detail || t(`login.failed.${error.status === 0 ? "network" : "other"}`));
      if (error.status === 429 && error.retryAfter) this.#wait = { username, until: Date.now() + error.retryAfter * 1000 };
      this.#password.select();
      this.#password.focus();
    }
    button.disabled = false;
    this.#updateWait();
  }

  #fail(text) {
    this.#failure.replaceChildren(icon("error"), el("span", { text }));
  }

  /** The button counts down while this account has to wait; said once, not every second, to whoever listens. */
  #updateWait() {
    const button = this.querySelector(".primary");
    if (!this.#wait || !button) return;
    const leftMs = this.#wait.until - Date.now();
    const waits = leftMs > 0 && this.#username.value === this.#wait.username;
    button.disabled = waits;
    setText(button, waits ? t("login.wait", { time: duration(leftMs) }) : t("login.enter"));
    if (leftMs > 0) return;
    this.#wait = null;
    this.#failure.replaceChildren();
    this.announce(t("login.again"), false);
  }
}
