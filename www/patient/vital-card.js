import { i18n, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { ago, atTime, range } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { stageOf } from "../model/alert-text.js";
import { leastTrust } from "../model/calibration.js";
import { ADULT, vitalIn } from "../model/limit-profiles.js";
import { limitText } from "../model/limit-text.js";
import { linesOf } from "../model/limits.js";
import { view } from "../model/reading-view.js";
import { onSite } from "../model/vitals.js";

const VERDICT_ICONS = { low: "low", normal: "check", high: "high", stale: "clock", none: "disconnected" };

/** One vital of a patient. Properties: `patient`, `vital` (its name), `limits` (a LevelLimits), `byHand` (then it has no trace). */
export class VitalCard extends FajmaElement {
  patient = null;
  limits = null;
  vital = null;
  byHand = false;
  #shown = null;
  #lines = [];

  start() {
    this.listen(state, "readings", ({ detail }) => detail.patient === this.patient && this.#update());
    this.listen(state, "alert", ({ detail }) => detail.patient === this.patient && this.#update());
    this.listen(state, "connection", () => this.#update());
    this.listen(state, "score", ({ detail }) => detail.patient === this.patient && this.#update());
    this.listen(state, "device", ({ detail }) => detail.patient === this.patient && this.#update());
    this.listen(this.limits, "change", () => { this.#showLimits(); this.#update(); });
    this.everySecond(() => this.#update());
  }

  draw() {
    const entry = this.#entry;
    const title = el("h2", { id: `vital-${this.vital}`, text: t(`vital.${this.vital}`) });
    this.dataset.vital = this.vital;
    this.setAttribute("role", "group");
    this.setAttribute("aria-labelledby", title.id);
    this.replaceChildren(
      el("header", {}, el("span", { class: "emblem" }, icon(this.vital)), title, el("span", { class: "verdict" })),
      el("div", { class: "body" }, el("p", { class: "value" }),
        this.byHand ? null : Object.assign(el("live-trace"), { patient: this.patient, vital: this.vital }),
        entry.normal ? el("div", { class: "range" }, el("p", { class: "normal-range" }), el("p", { class: "limit-words visually-hidden" }), isNumber(entry) ? el("range-bar") : null) : null),
      el("p", { class: "updated" }, icon("clock"), el("span", { class: "when" }), el("span", { class: "site" })));
    this.#shown = null;
    this.#showRange();
    this.#update();
  }

  /** With the normal range of the patient's profile. */
  get #entry() { return vitalIn(this.vital, state.record(this.patient).profile); }

  /** What is shown is a device's temperature of the skin, not one that a person took. */
  get #isOnSkin() {
    const record = state.record(this.patient);
    return record.value(this.vital)?.onSkin === true && !(this.vital === "temperature" && record.coreTemperature());
  }

  /** The normal range and, on it, the limits as lines, and in words for a screen reader. */
  #showRange() {
    const entry = onSite(this.#entry, this.#isOnSkin);
    if (!entry.normal) return;
    const bar = this.querySelector("range-bar");
    if (bar) bar.vital = entry;
    const normal = t("card.range", { range: isNumber(entry) ? range(entry.normal, entry, i18n.language) : t(`value.${entry.name}.${entry.normal[0]}`) });
    const isOfProfile = !this.#isOnSkin && this.#entry !== vitalIn(this.vital, ADULT);
    setText(this.querySelector(".normal-range"), isOfProfile ? `${normal} · ${t(`profile.short.${state.record(this.patient).profile}`)}` : normal);
    this.dataset.site = this.#isOnSkin ? "skin" : "";
    this.#showLimits();
  }

  #showLimits() {
    const lines = linesOf(this.limits.current, this.vital, this.#isOnSkin);
    const bar = this.querySelector("range-bar");
    if (bar) bar.limits = lines;
    this.#lines = lines;
    const words = this.querySelector(".range .limit-words");
    if (words) setText(words, lines.length ? t("card.limits", { limits: lines.map((rule) => `${t(`severity.${rule.niveau_gravite}`)} ${limitText(rule, i18n)}`).join(", ") }) : "");
  }

  #update() {
    const entry = this.#entry;
    if ((this.dataset.site === "skin") !== this.#isOnSkin) this.#showRange();
    const record = state.record(this.patient);
    const measured = this.#view(record.value(this.vital), state.freshness(this.patient, this.vital));
    const core = this.vital === "temperature" ? record.coreTemperature() : null;
    // A fever that a nurse found is not hidden by a cool skin.
    const others = core || measured.state === "stale" ? [] : record.value(this.vital)?.others ?? [];
    const now = core ? this.#view(core, { ageMs: state.now() - core.at, stale: false }) : this.#worst(measured, others);
    this.dataset.state = now.state;
    const alert = record.worstAlertAbout(this.vital);
    this.dataset.alert = alert && !alert.acknowledged ? alert.severity : "";
    this.dataset.stage = alert ? stageOf(alert) : "";
    const lasting = record.lastingAlertAbout(this.vital);
    this.dataset.alarm = lasting?.severity ?? "";
    this.classList.toggle("acknowledged", lasting?.acknowledged === true);
    const key = `${now.state} ${now.text} ${this.dataset.alarm} ${others.map(({ value }) => value)}`;
    if (key !== this.#shown) {
      this.#shown = key;
      this.#showValue(now, others);
      this.querySelector(".verdict").replaceChildren(...(lasting && !["none", "stale"].includes(now.state) ? [icon(lasting.severity), el("span", { text: t(`severity.${lasting.severity}`) })] : verdict(now.state, entry)));
      const bar = this.querySelector("range-bar");
      if (bar) bar.value = now.state === "stale" ? null : now.value;
    }
    setText(this.querySelector(".updated .when"), core ? this.#taken(core, measured) : this.#when(now));
    setText(this.querySelector(".updated .site"), this.#note());
  }

  /** What must be known beside the value: where it was measured, or that nobody compared the device with an instrument. */
  #note() {
    if (this.#isOnSkin) return t(this.#lines.length > 0 ? "card.skin" : "card.skin.unlimited");
    const trust = this.vital === "spo2" ? leastTrust(state.record(this.patient).devices()) : null;
    if (trust === "inverted") return t("card.inverted");
    return trust && trust !== "calibrated" ? t("card.uncalibrated") : "";
  }

  /** A value as it is shown, told apart from the card's limits and that of what lasts. */
  #view(known, fresh) {
    const lasting = state.record(this.patient).lastingAlertAbout(this.vital);
    return view(this.#entry, known, fresh, i18n, [...this.#lines.map(({ cote: side, seuil: limit }) => ({ side, limit })), ...(lasting ? [lasting] : [])]);
  }

  /** The value that is shown, and is not called normal while another device says something else. */
  #worst(measured, others) {
    const states = others.map((other) => this.#view(other, { ageMs: 0, stale: false }).state);
    return measured.state === "normal" ? { ...measured, state: states.find((one) => one !== "normal") ?? "normal" } : measured;
  }

  /** When the core temperature was taken, and the skin's beside it with its age. */
  #taken({ at }, skin) {
    const when = atTime(at, state.now(), i18n);
    return t("card.core", { when, value: `${skin.text}\u00a0${skin.unit}`, ago: ago(skin.ageMs ?? 0, i18n.language) });
  }

  #when(now) {
    const record = state.record(this.patient);
    const reason = this.byHand ? null : record.missingReason(this.vital);
    if (now.ageMs === null) return t(reason && i18n.has(`reason.${reason}`) ? `reason.${reason}` : !this.byHand && record.awaitsFirstMeasurement(state.now()) ? "card.waiting" : "card.never");
    const { at, byHand, lost } = state.freshness(this.patient, this.vital);
    const since = ago(now.ageMs, i18n.language);
    if (lost === "pouls_introuvable") return t("card.because", { reason: t("reason.no_pulse"), ago: since });
    if (lost === "capteur_detache") return t("card.detached", { ago: since });
    if (reason && i18n.has(`reason.${reason}`)) return t("card.because", { reason: t(`reason.${reason}`), ago: since });
    if (now.state === "stale") return t("card.stale", { ago: since });
    return byHand ? t("card.taken", { ago: since, when: atTime(at, state.now(), i18n) }) : t("card.updated", { ago: since });
  }

  // Struck through by the element itself, so that it is so without the style sheet and for whoever listens.
  // Where devices contradict each other, all that they say.
  #showValue({ state: what, text: newest, unit }, others) {
    const text = [newest, ...others.map(({ value }) => this.#view({ value }, { ageMs: 0, stale: false }).text)].join(" / ");
    const number = what === "stale" ? el("s", { class: "number" }, el("span", { class: "visually-hidden", text: t("card.outdated") }), text)
      : el("span", { class: "number", text });
    number.classList.toggle("several", others.length > 0);
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
