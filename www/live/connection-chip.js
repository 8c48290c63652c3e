import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { mayAct, state, t } from "../context.js";
import { Part } from "../kit/element.js";

const ICONS = { silent: "disconnected", behind: "disconnected" };

/** The state of the connection (colour, icon, text) and the button Reconnecter. Event "reconnect" when it is pressed. */
export class ConnectionChip extends Part {
  #shown = null;

  start() {
    this.listen(state, "connection", () => this.#update());
  }

  draw() {
    this.#shown = null;
    this.replaceChildren(el("span", { class: "chip", role: "status" }));
    if (mayAct()) {
      const press = () => this.dispatchEvent(new CustomEvent("reconnect"));
      this.append(el("button", { type: "button", class: "reconnect", on: { click: press } },
        icon("refresh"), el("span", { text: t("connection.reconnect") })));
    }
    this.#update();
  }

  #update() {
    const status = state.connection.behindAt !== null && state.connection.status === "connected" ? "behind" : state.connection.status;
    if (status === this.#shown) return;
    this.#shown = status;
    const chip = this.querySelector(".chip");
    chip.dataset.status = status;
    chip.replaceChildren(icon(ICONS[status] ?? status), el("span", { text: t(`connection.${status}`) }));
  }
}
