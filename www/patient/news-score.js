import { api, i18n, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { agoShort, number } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { readScore, riskText } from "../model/score.js";
import { vital as entryOf } from "../model/vitals.js";

const RISK_ICONS = { faible: "check", urgent: "warning", urgence: "error" };
const PART_ICONS = { connu: null, absent: "disconnected", ancien: "clock" };

/**
 * The early warning score (NEWS2) with each of its parts. Where a part is missing it is what it can be, lower to upper, never a
 * plain total. Property: `patient`.
 */
export class NewsScore extends FajmaElement {
  patient = null;
  #failure = null;

  start() {
    this.listen(state, "score", ({ detail }) => detail.patient === this.patient && this.draw());
    this.listen(state, "ready", () => this.#fetch());
    this.everySecond(() => this.#updateAges());
    this.#fetch();
  }

  async #fetch() {
    try {
      const score = readScore(await api.get(`api/patients/${this.patient}/score/`));
      if (this.signal.aborted || !score) return;
      this.#failure = null;
      state.addScore(this.patient, score);
    } catch (error) {
      this.#failure = error;
      if (!this.signal.aborted) this.draw();
    }
  }

  draw() {
    const score = state.record(this.patient).score;
    this.replaceChildren(el("h2", {}, t("score.title")), ...(score ? this.#body(score) : [this.#waiting()]));
    this.#updateAges();
  }

  #waiting() {
    return el("p", { class: "empty", text: this.#failure ? this.#failure.detail || t("score.away") : t("loading") });
  }

  #body(score) {
    if (!score.applicable) {
      const reason = `score.reason.${score.reason}`;
      return [el("p", { class: "not-applicable" }, icon("info"), el("span", {}, el("strong", { text: t("score.not_applicable") }), " ",
        i18n.has(reason) ? t(reason) : ""))];
    }
    return [this.#total(score),
      el("table", { class: "parts" }, el("caption", { class: "visually-hidden", text: t("score.parts") }),
        el("thead", {}, el("tr", {}, ...["parameter", "value", "points"].map((name) => el("th", { scope: "col", text: t(`score.${name}`) })))),
        el("tbody", {}, ...score.parts.map((part) => this.#part(part)))),
      el("ul", { class: "notes" },
        el("li", { text: t(`score.scale.${score.scale}`) }),
        el("li", { text: t("score.skin") }))];
  }

  #total({ minimum, maximum, known, parameters, riskMinimum, riskMaximum }) {
    const total = minimum === maximum ? String(minimum) : `${minimum}–${maximum}`;
    // Never green while it may be worse.
    const risk = riskMinimum === "faible" && riskMaximum !== riskMinimum ? "open" : riskMinimum;
    return el("div", { class: "total" },
      el("p", { class: "bounds", "data-risk": risk },
        el("span", { class: "visually-hidden", text: minimum === maximum ? "" : t("score.bounds") }), total),
      el("div", {},
        el("p", { class: "risk" }, el("span", { class: "risk-word", "data-risk": risk }, icon(RISK_ICONS[risk] ?? "info"), el("span", { text: riskText(riskMinimum, riskMaximum, t) }))),
        el("p", { class: "count", text: t(known === 1 ? "score.count.one" : "score.count", { known, parameters }) })));
  }

  #part({ vital, state: what, minimum, maximum, ...part }) {
    const { value, at } = this.#newest({ vital, state: what, ...part });
    const entry = entryOf(vital);
    const worded = `value.${vital}.${entry.letters ? entry.letters.indexOf(value) : value}`;
    const text = value === null ? "" : i18n.has(worded) ? t(worded) : `${number(value, entry.decimals, i18n.language)}\u00a0${entry.unit}`;
    const shown = what === "ancien" ? el("s", { text }) : el("span", { text });
    return el("tr", { "data-part": vital, "data-part-state": what },
      el("th", { scope: "row" }, el("span", { text: t(`vital.${vital}`) })),
      el("td", {}, value === null ? null : shown,
        PART_ICONS[what] ? el("span", { class: "missing" }, icon(PART_ICONS[what]), el("span", { class: "age", "data-state-word": what, "data-at": at, "data-skin": vital === "temperature" || null })) : el("small", { class: "age", "data-at": at })),
      el("td", { class: "points", "data-points": what === "connu" ? minimum : "open" }, minimum === maximum ? String(minimum) : `${minimum}–${maximum}`));
  }

  /** A score is sent when its points change: the value that it has since then is the live one. The wire does not tell skin from core. */
  #newest(part) {
    const live = state.record(this.patient).value(part.vital);
    return part.state === "connu" && part.vital !== "temperature" && !entryOf(part.vital).letters && live?.at > part.at ? live : part;
  }

  #updateAges() {
    const parts = state.record(this.patient).score?.parts ?? [];
    for (const part of parts) {
      const row = this.querySelector(`[data-part="${part.vital}"]`);
      const live = this.#newest(part);
      if (!row || live === part || row.querySelector(".age")?.dataset.at === String(live.at)) continue;
      row.replaceWith(this.#part(part));
    }
    for (const place of this.querySelectorAll(".age")) {
      const at = Number(place.dataset.at);
      const age = at ? agoShort(state.now() - at, i18n.language) : null;
      const word = place.dataset.stateWord;
      if (word === "ancien") setText(place, t("score.old", { age }));
      else if (word) setText(place, t(place.dataset.skin !== undefined && state.record(this.patient).value("temperature") ? "score.skin.shown" : "score.absent"));
      else setText(place, age ?? "");
    }
  }
}
