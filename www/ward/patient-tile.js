import { alarms, i18n, mayAct, paintScheduler, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { agoShort } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { homonymMark } from "../kit/names.js";
import { iconOf, messageOf, shortOf, stageOf } from "../model/alert-text.js";
import { isEscalated, isLostPulse, wantsSomebody } from "../model/alerts.js";
import { ABSENCE, holding, isHolding } from "../model/holds.js";
import { view } from "../model/reading-view.js";
import { ALWAYS_SHOWN, vital as entryOf } from "../model/vitals.js";
import { tileName } from "./tile-grid.js";

/** One patient of a ward. Properties: `patient`, as `api/patients/` gives it; `isHomonym`, whether somebody else of the ward has the name. */
export class PatientTile extends FajmaElement {
  patient = null;
  isHomonym = false;
  #repaint = () => this.#update();

  start() {
    const mine = ({ detail }) => detail.patient === this.patient.id && this.#update();
    this.listen(state, "readings", ({ detail }) => detail.patient === this.patient.id && paintScheduler.soon(this.#repaint));
    this.signal.addEventListener("abort", () => paintScheduler.cancel(this.#repaint));
    this.listen(state, "alert", mine);
    this.listen(state, "score", mine);
    this.listen(state, "device", mine);
    this.listen(state, "connection", () => this.#update());
    this.listen(alarms, "pause", () => this.#updateAlert());
    this.everySecond(() => this.#update());
  }

  draw() {
    const { id, lit, nom, prenom } = this.patient;
    const { last, first, isLong } = tileName(nom, prenom);
    this.dataset.patient = id;
    // A display on the wall has no other page to go to.
    this.replaceChildren(el(mayAct() ? "a" : "div", mayAct() ? { class: "tile", href: `#/patient/${id}` } : { class: "tile" },
      el("header", {}, el("span", { class: "bed" }, el("span", { class: "visually-hidden", text: `${t("patient.bed")} ` }), lit || "–"),
        el("span", { class: "age since" }), this.#ownLimits(), this.#homonym(isLong),
        el("span", { class: ["name", isLong && "long", this.isHomonym && "same"].filter(Boolean).join(" "), title: `${nom} ${prenom}` }, el("strong", { text: last }), ` ${first}`)),
      el("span", { class: "values" }, ...ALWAYS_SHOWN.map((name) => this.#cell(name))),
      el("span", { class: "foot" }, el("span", { class: "alert" }),
        el("span", { class: "silence" }, icon("disconnected"), el("span", { class: "why" }), el("span", { class: "since" })), el("span", { class: "score" }))));
    this.#update();
  }

  /** A long name needs the room of the sign: it is underlined, like every one that somebody else has. */
  #homonym(isLong) {
    if (!this.isHomonym) return null;
    return isLong ? el("span", { class: "visually-hidden", text: `${t("patients.homonym")} ` }) : homonymMark(true);
  }

  /** Whose limits are others than the ward's: a value that sounds with the others does not here. */
  #ownLimits() {
    const own = this.patient.limites_propres ?? [];
    if (!own.length) return null;
    const text = t("limits.own_of", { vitals: own.map((name) => t(`vital.short.${name}`)).join(", ") });
    return el("span", { class: "own-limits", title: text }, icon("ownLimits"), el("span", { class: "visually-hidden", text }));
  }

  #cell(name) {
    return el("span", { class: "cell", "data-vital": name },
      el("span", { class: "label" }, el("span", { text: t(`vital.short.${name}`) }), icon(name), el("span", { class: "unit" })),
      Object.assign(el("live-trace", { "aria-hidden": "true" }), { patient: this.patient.id, vital: name, small: true }),
      el("span", { class: "value" }));
  }

  #update() {
    const { id } = this.patient;
    for (const cell of this.querySelectorAll(".cell")) {
      const name = cell.dataset.vital;
      const fresh = state.freshness(id, name);
      const measured = view(entryOf(name), state.record(id).value(name), fresh, i18n);
      const core = name === "temperature" ? state.record(id).coreTemperature() : null;
      const now = core ? view(entryOf(name), core, { ageMs: state.now() - core.at, stale: false }, i18n) : measured;
      const alarm = state.record(id).lastingAlertAbout(name);
      // What is not current says how old it is.
      const unit = core ? t("tile.skin", { value: measured.text }) : fresh?.lost && i18n.has(`tile.value.${fresh.lost}`) ? t(`tile.value.${fresh.lost}`) : now.state === "stale" ? agoShort(now.ageMs, i18n.language) : entryOf(name).unit;
      const shape = `${now.state} ${now.text} ${alarm?.severity} ${alarm?.acknowledged} ${unit}`;
      if (cell.dataset.shape === shape) continue;
      cell.dataset.shape = shape;
      cell.dataset.state = now.state;
      cell.dataset.alarm = alarm?.severity ?? "";
      cell.classList.toggle("acknowledged", alarm?.acknowledged === true);
      setText(cell.querySelector(".unit"), unit);
      cell.querySelector(".value").replaceChildren(...this.#value(now, alarm));
    }
    this.#updateAge();
    this.#updateAlert();
    this.#updateScore();
  }

  /** What the early warning score can be, and from how many of its parameters that is known. */
  #updateScore() {
    const { score } = state.record(this.patient.id);
    const place = this.querySelector(".score");
    const shown = score ? scoreText(score) : "";
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.dataset.risk = score?.riskMinimum ?? "";
    const label = score && (score.applicable ? t("tile.score.label", { score: bounds(score), known: score.known, of: score.parameters }) : t("tile.score.none"));
    place.replaceChildren(...(score ? [el("span", { class: "visually-hidden", text: label }), el("span", { "aria-hidden": "true", title: label },
      el("strong", { text: score.applicable ? bounds(score) : "–" }), el("span", { class: "label-of-score", text: "NEWS2" }), score.applicable ? el("small", { text: ` ${score.known}/${score.parameters}` }) : "")] : []));
  }

  #value({ state: what, text }, alarm) {
    const number = el(what === "stale" ? "s" : "span", { class: "number", text });
    const said = ["none", "plain"].includes(what) ? null : el("span", { class: "visually-hidden", text: ` ${t(alarm && what !== "stale" ? `severity.${alarm.severity}` : `verdict.${what}`)}` });
    const arrow = what === "low" || what === "high" ? icon(what) : null;
    return [arrow, number, said].filter(Boolean);
  }

  /**
   * The age of the newest value that a device measured. All of them stale: the feed is silent, which is not the silence of one value, nor that of
   * a patient who is away.
   */
  #updateAge() {
    const { id } = this.patient;
    const all = state.record(id).vitals().map((name) => state.freshness(id, name)).filter(({ byHand }) => !byHand);
    const isAbsent = holding(state.record(id).openAlerts(), ABSENCE) !== null;
    const isSilent = !isAbsent && all.length > 0 && all.every(({ stale, blind }) => stale && !blind);
    this.classList.toggle("absent", isAbsent);
    this.classList.toggle("silent", isSilent);
    const isWaiting = !isSilent && !isAbsent && state.record(id).awaitsFirstMeasurement(state.now());
    this.classList.toggle("waiting", isWaiting);
    setText(this.querySelector(".why"), isWaiting ? t("tile.waiting") : isSilent ? t(all.every(({ lost }) => lost === "signal_perdu") ? "tile.lost" : "tile.silent") : "");
    const since = all.length ? agoShort(Math.min(...all.map(({ ageMs }) => ageMs)), i18n.language) : "--";
    for (const place of this.querySelectorAll(".since")) setText(place, since);
  }

  #updateAlert() {
    const open = state.record(this.patient.id).openAlerts();
    const alert = open.find(isLostPulse) ?? open.find(isEscalated) ?? open.find(wantsSomebody) ?? open.find(isHolding) ?? open[0];
    const isPaused = alarms.pauses.of(this.patient.id, alarms.now()) !== null;
    const shown = `${alert ? `${alert.id} ${alert.version} ${open.length}` : ""} ${isPaused}`;
    const place = this.querySelector(".alert");
    this.dataset.alert = alert ? alert.severity : "";
    this.classList.toggle("lost-pulse", open.some(isLostPulse));
    this.dataset.stage = alert ? stageOf(alert) : "";
    this.classList.toggle("acknowledged", alert?.acknowledged === true);
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.replaceChildren(...(alert ? this.#alert(alert, open.length - 1) : []), ...(isPaused ? [icon("soundPaused"), el("span", { class: "visually-hidden", text: t("tile.paused") })] : []));
  }

  /** The stage in words too: ended, acknowledged, brought back, passed on. */
  #alert(alert, others) {
    const stage = stageOf(alert);
    const said = isHolding(alert) ? [] : [t(`severity.${alert.severity}`), stage === "waiting" ? null : t(`alarms.stage.${stage}`), alert.remindedAt === null ? null : t("alarms.reminded")];
    return [icon(iconOf(alert)), el("span", { class: "visually-hidden", text: [said.filter(Boolean).join(", "), isHolding(alert) ? shortOf(alert, i18n, state.now()) : messageOf(alert, i18n)].filter(Boolean).join(" : ") }),
      el("span", { class: "message", "aria-hidden": "true", title: messageOf(alert, i18n), text: shortOf(alert, i18n, state.now()) }),
      el("span", { class: "marks" }, others ? el("small", { class: "others" }, el("span", { "aria-hidden": "true", text: `+${others}` }), el("span", { class: "visually-hidden", text: t("tile.others", { count: others }) })) : null,
        alert.remindedAt !== null && !alert.acknowledged ? icon("reminded") : null, alert.escalatedAt !== null ? icon("escalated") : null)];
  }
}

const bounds = ({ minimum, maximum }) => (minimum === maximum ? String(minimum) : `${minimum}–${maximum}`);
const scoreText = (score) => `${score.applicable} ${bounds(score)} ${score.known} ${score.riskMinimum}`;
