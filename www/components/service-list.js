import { el } from "../dom.js";
import { icon } from "../icons.js";
import { keepTrying } from "../retry.js";
import { api, may, mayAct, t } from "../services.js";
import { Part } from "./part.js";

/** The wards that an account may see. A display on the wall with one ward goes there by itself. */
export class ServiceList extends Part {
  #wards = null;
  #failure = null;

  async start() {
    try {
      this.#wards = await keepTrying(() => api.get("api/services/"), this.signal, (error) => this.#fail(error));
      this.#failure = null;
    } catch (error) {
      if (this.signal.aborted) return;
      this.#failure = error;
    }
    if (!mayAct() && this.#wards?.length === 1) location.replace(`#/service/${this.#wards[0].id}`);
    else this.draw();
  }

  #fail(error) {
    this.#failure = error;
    this.draw();
  }

  draw() {
    document.title = `FAJMA – ${t("services.title")}`;
    this.replaceChildren(el("h1", { text: t("services.title") }), this.#body());
  }

  /** Who may make wards sees all of them: then there is none at all yet. */
  #nothing() {
    if (!may("manageWards")) return el("p", { class: "empty", text: t("services.none") });
    return el("div", { class: "empty" }, el("p", { text: t("services.first") }),
      el("a", { href: "#/administration/services", text: t("wards.add") }));
  }

  #body() {
    if (this.#failure) return el("p", { class: "empty", role: "alert", text: this.#failure.detail || t("error.load") });
    if (!this.#wards) return el("p", { class: "empty", text: t("loading") });
    if (this.#wards.length === 0) return this.#nothing();
    return el("ul", { class: "services" }, ...this.#wards.map((ward) => el("li", {},
      el("a", { href: `#/service/${ward.id}` }, icon("bed"), el("span", { text: ward.nom }), icon("forward")))));
  }
}
