import { i18n, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { ago, clockTime, range } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { stageOf } from "../model/alert-text.js";
import { limitText } from "../model/limit-text.js";
import { linesOf } from "../model/limits.js";
import { view } from "../model/reading-view.js";
import { vital as entryOf } from "../model/vitals.js";

const VERDICT_ICONS = { low: "low", normal: "check", high: "high", stale: "clock", none: "disconnected" };

/** One vital of a patient. Properties: `patient`, `vital` (its name), `limits` (a LevelLimits), `byHand` (then it has no trace). */
export class VitalCard extends FajmaElement {
  patient = null;
  limits = null;
  vital = null;
  byHand = false;
  #shown = null;

  start() {
    this.listen(state, "readings", ({ detail }) => detail.patient === this.patient && this.#update());
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && this.#update());
    this.listen(state, "connection", () => this.#update());
    this.listen(this.limits, "change", () => this.#showLimits());
    this.everySecond(() => this.#update());
  }

  draw() {
    const entry = entryOf(this.vital);
    const title = el("h2", { id: `vital-${this.vital}`, text: t(`vital.${this.vital}`) });
    this.dataset.vital = this.vital;
    this.setAttribute("role", "group");
    this.setAttribute("aria-labelledby", title.id);
    this.replaceChildren(
      el("header", {}, el("span", { class: "emblem" }, icon(this.vital)), title, el("span", { class: "verdict" })),
      el("div", { class: "body" }, el("p", { class: "value" }),
        this.byHand ? null : Object.assign(el("live-trace"), { patient: this.patient, vital: this.vital }),
        entry.normal ? this.#range(entry) : null),
      el("p", { class: "updated" }, icon("clock"), el("span")));
    this.#shown = null;
    this.#showLimits();
    this.#update();
  }

  /** The limits as lines on the bar, and in words for who does not see it. */
  #showLimits() {
    const lines = linesOf(this.limits.current, this.vital);
    const bar = this.querySelector("range-bar");
    if (bar) bar.limits = lines;
    const words = this.querySelector(".range .limit-words");
    if (words) setText(words, lines.length ? t("card.limits", { limits: lines.map((rule) => `${t(`severity.${rule.niveau_gravite}`)} ${limitText(rule, i18n)}`).join(", ") }) : "");
  }

  #range(entry) {
    const ends = isNumber(entry) ? range(entry.normal, entry, i18n.language) : t(`value.${entry.name}.${entry.normal[0]}`);
    const bar = isNumber(entry) ? Object.assign(el("range-bar"), { vital: entry }) : null;
    return el("div", { class: "range" }, el("p", { text: t("card.range", { range: ends }) }), el("p", { class: "limit-words visually-hidden" }), bar);
  }

  #update() {
    const entry = entryOf(this.vital);
    const record = state.record(this.patient);
    const now = view(entry, record.value(this.vital), state.freshness(this.patient, this.vital), i18n);
    this.dataset.state = now.state;
    const alert = record.worstAlertAbout(this.vital);
    this.dataset.alert = alert && !alert.acknowledged ? alert.severity : "";
    this.dataset.stage = alert ? stageOf(alert) : "";
    const lasting = record.lastingAlertAbout(this.vital);
    this.dataset.alarm = lasting?.severity ?? "";
    this.classList.toggle("acknowledged", lasting?.acknowledged === true);
    const key = `${now.state} ${now.text} ${this.dataset.alarm}`;
    if (key !== this.#shown) {
      this.#shown = key;
      this.#showValue(now);
      this.querySelector(".verdict").replaceChildren(...(lasting && !["none", "stale"].includes(now.state) ? [icon(lasting.severity), el("span", { text: t(`severity.${lasting.severity}`) })] : verdict(now.state, entry)));
      const bar = this.querySelector("range-bar");
      if (bar) bar.value = now.state === "stale" ? null : now.value;
    }
    setText(this.querySelector(".updated span"), this.#when(now));
  }

  #when(now) {
    if (now.ageMs === null) return t("card.never");
    const { at, byHand, lost } = state.freshness(this.patient, this.vital);
    const since = ago(now.ageMs, i18n.language);
    if (lost === "capteur_detache") return t("card.detached", { ago: since });
    if (now.state === "stale") return t("card.stale", { ago: since });
    return byHand ? t("card.taken", { ago: since, time: clockTime(at, state.now(), i18n.language) }) : t("card.updated", { ago: since });
  }

  // Struck through by the element itself, so that it is so without the style sheet and for whoever listens.
  #showValue({ state: what, text, unit }) {
    const number = what === "stale" ? el("s", { class: "number" }, el("span", { class: "visually-hidden", text: t("card.outdated") }), text)
      : el("span", { class: "number", text });
    if (what === "none") number.setAttribute("aria-label", t("card.none"));
    this.querySelector(".value").replaceChildren(number, unit ? el("span", { class: "unit", text: unit }) : "");
  }
}

const isNumber = (entry) => !entry.letters && entry.name !== "supplemental_o2";

/** The verdict's icon and word; a vital that is no number is not "high" but worth watching. */
function verdict(what, entry) {
  if (what === "plain") return [];
  if (what === "high" && !isNumber(entry)) return [icon("warning"), el("span", { text: t("verdict.watch") })];
  return [icon(VERDICT_ICONS[what]), el("span", { text: t(`verdict.${what}`) })];
}
