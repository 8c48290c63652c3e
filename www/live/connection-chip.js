import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { t } from "../kit/texts.js";

const ICONS = { silent: "disconnected", behind: "disconnected" };

/**
 * The state of the connection (colour, icon, text) and the button Reconnecter. Properties: `state` (a LiveState), `mayAct`
 * (a function; false: a wall display, which has no button). Event "reconnect" when the button is pressed.
 */
export class ConnectionChip extends FajmaElement {
  state = null;
  mayAct = () => false;
  #shown = null;

  start() {
    this.listen(this.state, "connection", () => this.#update());
  }

  draw() {
    this.#shown = null;
    this.replaceChildren(el("span", { class: "chip", role: "status" }));
    if (this.mayAct()) {
      const press = () => this.dispatchEvent(new CustomEvent("reconnect"));
      this.append(el("button", { type: "button", class: "reconnect", on: { click: press } },
        icon("refresh"), el("span", { text: t("connection.reconnect") })));
    }
    this.#update();
  }

  #update() {
    const { connection } = this.state;
    const status = connection.behindAt !== null && connection.status === "connected" ? "behind" : connection.status;
    if (status === this.#shown) return;
    this.#shown = status;
    const chip = this.querySelector(".chip");
    chip.dataset.status = status;
    chip.replaceChildren(icon(ICONS[status] ?? status), el("span", { text: t(`connection.${status}`) }));
  }
}
