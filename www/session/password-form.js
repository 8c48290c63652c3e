import { api, i18n, t } from "../context.js";
import { el, setBusy, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { checkFilled, clearProblem, field, input, showProblem } from "../kit/form.js";
import { icon } from "../kit/icons.js";
import { secretField } from "./secret-field.js";

/** The server's own rule (Access.PasswordPolicy), told while one types; all others it tells itself. */
const SHORTEST = 15;

/** How long a password is, as the server counts: composed characters, whatever the keyboard made of them. */
const lengthOf = (password) => [...password.normalize("NFC")].length;

/** The change of one's own password. Event "changed" once the server has it. What was typed survives a change of language. */
export class PasswordForm extends FajmaElement {
  #current = input("password", { autocomplete: "current-password", required: true });
  #new = input("password", { autocomplete: "new-password", required: true, on: { input: () => this.#updateLength() } });

  draw() {
    this.replaceChildren(el("form", { novalidate: true, on: { submit: (event) => this.#submit(event) } },
      // For the browser's password manager: whose password this is.
      el("input", { type: "text", name: "username", autocomplete: "username", value: api.user.username, hidden: true }),
      this.#secret("actuel", t("password.current"), this.#current),
      this.#secret("nouveau", t("password.new"), this.#new, t("password.rule")),
      el("p", { class: "length" }, el("span", { class: "bar", "aria-hidden": "true" }, el("span")), el("span", { class: "count" })),
      el("button", { class: "primary", text: t("password.change") })));
    this.#updateLength();
  }

  #secret(name, label, control, hint) {
    const place = field(name, label, control, { hint });
    const marker = document.createComment("");
    control.replaceWith(marker);
    marker.replaceWith(secretField(control));
    return place;
  }

  #updateLength() {
    const length = lengthOf(this.#new.value);
    const place = this.querySelector(".length");
    place.classList.toggle("enough", length >= SHORTEST);
    place.querySelector(".bar span").style.width = `${Math.min(100, (100 * length) / SHORTEST)}%`;
    setText(place.querySelector(".count"), t(`password.length.${i18n.plural(length)}`, { length, least: SHORTEST }));
  }

  async #submit(event) {
    event.preventDefault();
    const form = event.target;
    if (form.getAttribute("aria-busy")) return;
    const button = form.querySelector(".primary");
    clearProblem(form);
    form.setAttribute("aria-busy", "true");
    setBusy(button, true);
    try {
      checkFilled(form);
      if (lengthOf(this.#new.value) < SHORTEST) throw { status: 400, fields: { nouveau: [t("password.short", { least: SHORTEST })] } };
      await api.post("api/moi/mot_de_passe/", { actuel: this.#current.value, nouveau: this.#new.value });
      this.#current.value = this.#new.value = "";
      this.#updateLength();
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      if (error.status === undefined) throw error;  // a mistake of ours, not a refusal
      if (!this.signal.aborted) showProblem(form, error);
    } finally {
      form.removeAttribute("aria-busy");
      setBusy(button, false);
    }
  }
}

/** Said where a password was changed. */
export const changedNote = () => el("p", { class: "done", role: "status" }, icon("check"), el("span", { text: t("password.changed") }));
