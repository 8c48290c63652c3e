import { api, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";
import { has } from "../permissions.js";
import { SECTIONS, sectionsFor } from "./sections.js";

/** The administration: its sections, of which an account sees those that it may open. Property: `section`, a name or null for the first. */
export class AdministrationPage extends FajmaElement {
  section = null;
  #shown = null;

  draw() {
    const allowed = sectionsFor(api.user);
    const current = allowed.find(({ name }) => name === (this.section ?? allowed[0]?.name));
    document.title = `FAJMA – ${t("administration.title")}`;
    this.#shown = current ? el(current.element, { class: "section" }) : this.#refusal();
    this.replaceChildren(
      el("header", { class: "administration-head" },
        el("h1", { text: t("administration.title") }),
        allowed.length ? el("nav", { "aria-label": t("administration.title") }, ...allowed.map((section) => this.#link(section, current))) : null),
      ...(has(api.user, "manageKeys") ? [Object.assign(el("key-notice", { hidden: true }), { isAtKeys: current?.name === "cles" })] : []), this.#shown);
  }

  #link({ name, icon: picture }, current) {
    return el("a", { href: `#/administration/${name}`, "aria-current": name === current?.name ? "page" : null },
      icon(picture), el("span", { text: t(`administration.${name}`) }));
  }

  #refusal() {
    const known = !this.section || SECTIONS.some(({ name }) => name === this.section);
    return el("div", { class: "empty" }, icon("shield"),
      el("p", { role: "alert", text: t(known ? "administration.refused" : "administration.unknown") }),
      el("a", { href: "#/", text: t("services.back") }));
  }
}
