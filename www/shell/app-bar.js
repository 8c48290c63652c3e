import { sectionsFor } from "../administration/sections.js";
import { alarmMonitor, api, i18n, may, mayAct, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { LANGUAGES } from "../kit/i18n.js";
import { icon } from "../kit/icons.js";
import { nextTheme, theme } from "../kit/theme.js";

const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon", contrast: "contrast" };

/** The bar on top: the mark, language, light or dark, who is logged in. A display on the wall sees the mark, and whether it can be heard. */
export class AppBar extends FajmaElement {
  start() {
    this.setAttribute("role", "banner");
    this.listen(api, "login", () => this.draw());
    this.listen(api, "logout", () => this.draw());
    this.listen(api, "user", () => this.draw());
    this.listen(alarmMonitor, "change", () => this.#count());
  }

  draw() {
    const mark = el("a", { class: "brand", href: "#/" }, icon("pulse"), el("span", { text: "FAJMA" }));
    const controls = el("div", { class: "controls" });
    if (!api.user || mayAct()) controls.append(this.#languages(), this.#theme());
    if (api.user && may("readAlerts") && !api.user.mot_de_passe_provisoire) {
      controls.prepend(el("sound-control"));
      if (mayAct()) controls.append(this.#alerts());
    }
    if (mayAct() && sectionsFor(api.user).length && !api.user.mot_de_passe_provisoire) controls.append(this.#administration());
    if (api.user) controls.append(this.#who());
    if (mayAct()) controls.append(this.#logout());
    this.replaceChildren(mark, controls);
    this.#count();
  }

  /** Of how many patients something waits, in all the wards that are heard. */
  #count() {
    const link = this.querySelector(".to-alerts");
    if (!link) return;
    const count = alarmMonitor.subjects(), place = link.querySelector(".waiting-count");
    place.hidden = count === 0;
    place.dataset.severity = alarmMonitor.worst() ?? "";
    setText(place, String(count));
    link.setAttribute("aria-label", count ? t(`bar.alerts.${i18n.plural(count)}`, { count }) : t("alarms.title"));
  }

  #who() {
    const parts = [icon("user"), el("span", { text: api.user.username })];
    if (!mayAct() || api.user.mot_de_passe_provisoire) return el("span", { class: "who" }, ...parts);
    const label = `${api.user.username} – ${t("account.title")}`;
    return el("a", { class: "who", href: "#/compte", title: t("account.title"), "aria-label": label }, ...parts);
  }

  #alerts() {
    return el("a", { class: "to-alerts", href: "#/alertes", title: t("alarms.title") }, icon("bell"), el("span", { class: "waiting-count", hidden: true }), el("span", { class: "name", text: t("alarms.title") }));
  }

  #administration() {
    return el("a", { class: "administration", href: "#/administration", title: t("administration.title") },
      icon("settings"), el("span", { text: t("administration.title") }));
  }

  #languages() {
    const choices = LANGUAGES.map((language) => el("button", {
      type: "button", lang: language, title: t(`language.${language}`), "aria-label": t(`language.${language}`),
      "aria-pressed": String(i18n.language === language), text: language.toUpperCase(),
      on: { click: () => this.#choose(language) },
    }));
    return el("div", { class: "segments", role: "group", "aria-label": t("bar.language") }, ...choices);
  }

  async #choose(language) {
    await i18n.choose(language);
    this.querySelector(`button[lang="${language}"]`).focus();
  }

  #theme() {
    const label = t("bar.theme", { theme: t(`theme.${theme()}`) });
    const change = () => {
      nextTheme();
      this.draw();
      this.querySelector(".theme").focus();
    };
    return el("button", { type: "button", class: "quiet theme", title: label, "aria-label": label, on: { click: change } },
      icon(THEME_ICONS[theme()]));
  }

  #logout() {
    return el("button", { type: "button", class: "quiet logout", title: t("bar.logout"), "aria-label": t("bar.logout"),
      on: { click: () => api.logout().catch(() => {}) } }, icon("logout"));
  }
}
