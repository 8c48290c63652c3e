import { api, i18n, state, t } from "../context.js";
import { el, isBusy, setBusy } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { choice, clearProblem, showProblem } from "../kit/form.js";
import { clockTime, number } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { overall } from "../kit/problem.js";
import { table } from "../kit/table.js";
import { changesText, kindText } from "../model/limit-text.js";
import { changesOf } from "../model/limits.js";
import { vital as entryOf } from "../model/vitals.js";

/** How far back limits are tried out. */
const SPANS_H = [6, 24, 168];
const FIRST_SPAN_H = 24;
const SEVERITIES = ["error", "warning", "info"];

/**
 * Tries the limits of a form out on a patient's past: how many alerts there were, how many there would have been, and which.
 * Stores nothing. Properties: `patient`, `vital`, `limits` (a LevelLimits), `proposed()` (`{all, rules}` of the form; throws what
 * is wrong with it).
 */
export class LimitsTrial extends FajmaElement {
  proposed = null;
  limits = null;
  vital = null;
  patient = null;
  #hours = FIRST_SPAN_H;
  #shown = null;

  draw() {
    const span = choice(SPANS_H.map((hours) => [hours, t(`rehearsal.span.${hours}`)]), this.#hours, {
      "aria-label": t("rehearsal.span") });
    span.addEventListener("change", () => { this.#hours = Number(span.value); this.outdate(); });
    this.replaceChildren(
      el("div", { class: "settings" }, el("h3", { text: t("rehearsal.title") }), span,
        el("button", { type: "button", on: { click: () => this.#run() } }, icon("replay"), el("span", { text: t("rehearsal.run") }))),
      el("p", { class: "hint", text: t("rehearsal.hint") }),
      el("div", { class: "result", role: "status" }));
    this.#shown?.();
  }

  /** What is typed is not what the result is about any more. */
  outdate() {
    const result = this.querySelector(".result");
    if (!result?.childElementCount || result.classList.contains("outdated")) return;
    this.#shown = null;
    result.classList.add("outdated");
    result.prepend(el("p", { class: "note" }, icon("refresh"), el("span", { text: t("rehearsal.outdated") })));
  }

  #show(...nodes) {
    const result = this.querySelector(".result");
    result.classList.remove("outdated");
    result.replaceChildren(...nodes);
  }

  async #run() {
    const button = this.querySelector("button");
    if (isBusy(button)) return;
    clearProblem(this.closest("form"));
    let what;
    try {
      what = this.proposed();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.#shown = null;
      this.#show();
      return showProblem(this.closest("form"), error);
    }
    const changes = changesOf(this.limits.current, this.limits.parent, this.vital, what.rules);
    setBusy(button, true);
    this.#show(el("p", { class: "soft", text: t("rehearsal.running") }));
    try {
      const now = state.now();
      const [depuis, jusqu_a] = [now - this.#hours * 3_600_000, now].map((at) => new Date(at).toISOString());
      const answer = await api.post(`api/patients/${this.patient}/limites/essai/`, { limites: what.all, depuis, jusqu_a });
      if (!this.signal.aborted) (this.#shown = () => this.#tell(answer, changes))();
    } catch (error) {
      if (error.status === undefined) throw error;
      if (!this.signal.aborted) this.#refuse(refusalText(error));
    }
    setBusy(button, false);
  }

  #refuse(text) {
    this.#shown = null;
    this.#show(el("p", { class: "form-problem" }, icon("error"), el("span", { text })));
  }

  #tell({ lectures: readings, avant: before, apres: after, constatees: raised }, changes) {
    if (readings === 0) return this.#show(el("p", { class: "note" }, icon("info"), el("span", { text: t("rehearsal.no_data") })));
    const counts = { after: after.alertes, before: before.alertes };
    this.#show(
      el("p", { class: "verdict" },
        el("span", { class: "figure" }, el("b", { text: after.alertes }), el("span", { text: t("rehearsal.instead", { before: before.alertes }) })),
        el("span", { class: "what", text: changes.length ? t("rehearsal.with", { what: changesText(changes, i18n), ...counts }) : t("rehearsal.unchanged", counts) })),
      table({ caption: t("rehearsal.by_severity"), rows: SEVERITIES, columns: [
        { label: t("rehearsal.severity"), className: "name", cell: (severity) => el("span", { class: "severity", "data-severity": severity }, icon(severity), t(`severity.${severity}`)) },
        { label: t("rehearsal.before"), className: "number", cell: (severity) => String(before.par_gravite?.[severity] ?? 0) },
        { label: t("rehearsal.after"), className: "number", cell: (severity) => String(after.par_gravite?.[severity] ?? 0) },
      ] }),
      el("p", { class: "hint", text: t("rehearsal.counted", { readings: number(readings, 0, i18n.language), raised: raised ?? 0 }) }),
      el("p", { class: "hint", text: t("profile.of", { name: t(`profile.${after.profil}`) }) }),
      after.liste?.length ? this.#list(after) : "");
  }

  #list({ liste: list, alertes: count }) {
    const now = state.now();
    const time = (wire) => clockTime(Date.parse(wire), now, i18n.language);
    return el("details", {}, el("summary", { text: t("rehearsal.list", { count: list.length }) }),
      el("ol", {}, ...list.map((alert) => el("li", { "data-severity": alert.niveau_gravite },
        icon(alert.niveau_gravite), el("strong", { text: t(`severity.${alert.niveau_gravite}`) }),
        el("span", { text: [kindText(alert.type_alerte, i18n), valueText(alert)].filter(Boolean).join(" : ") }),
        el("span", { class: "soft", text: alert.fin ? t("rehearsal.from_to", { from: time(alert.debut), to: time(alert.fin) }) : t("rehearsal.since", { from: time(alert.debut) }) })))),
      list.length < count ? el("p", { class: "hint", text: t("rehearsal.list.more", { count: count - list.length }) }) : null);
  }
}

function valueText({ type_alerte: kind, valeur: value }) {
  const entry = entryOf(String(kind).replace(/_(bas|haut)$/, ""));
  return entry && Number.isFinite(value) ? `${number(value, entry.decimals, i18n.language)}\u00a0${entry.unit}` : null;
}

function refusalText(error) {
  if (error.status === 503) return t("rehearsal.busy");
  const words = error.fields.limites?.join(" ");
  if (words) return words;
  const { key, text } = overall(error);
  return text ?? t(key);
}
