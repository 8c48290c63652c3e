import { alarms, i18n, isLocked, mayAct, paintScheduler, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { ago, agoShort } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { homonymMark } from "../kit/names.js";
import { iconOf, messageOf, shortOf, stageOf } from "../model/alert-text.js";
import { wantsSomebody } from "../model/alerts.js";
import { ABSENCE, holding, isHolding } from "../model/holds.js";
import { ADULT, askText, profileOf, provisionalText, vitalIn } from "../model/limit-profiles.js";
import { view } from "../model/reading-view.js";
import { isOverdue } from "../model/score-alert.js";
import { isHigh, isLostPulse, technicalOf, toneOf } from "../model/severity.js";
import { ALWAYS_SHOWN } from "../model/vitals.js";
import { rowHeights, tileName } from "./tile-grid.js";
import { byHandText, isAbnormal, ROUND_PARTS, scoreView, takenAge, takenText } from "./tile-values.js";

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
    this.replaceChildren(this.#tile(
      el("header", {}, el("span", { class: "bed" }, el("span", { class: "visually-hidden", text: `${t("patient.bed")} ` }), lit || "–"),
        el("span", { class: "age since" }), this.#profile(), this.#ownLimits(), this.#homonym(isLong),
        el("span", { class: ["name", isLong && "long", this.isHomonym && "same"].filter(Boolean).join(" "), title: `${nom} ${prenom}`.trim() || null }, el("strong", { text: last }), ` ${first}`)),
      el("span", { class: "values" }, ...ALWAYS_SHOWN.map((name) => this.#cell(name)), el("span", { class: "rounds" }, ...Object.keys(ROUND_PARTS).map((part) => this.#round(part)))),
      el("span", { class: "foot" }, el("span", { class: "alert" }), el("span", { class: "missing", "aria-hidden": "true" }),
        el("span", { class: "silence" }, icon("disconnected"), el("span", { class: "why" }), el("span", { class: "since" })), el("span", { class: "score" }))));
    this.#update();
  }

  /** Leads to the patient; of a locked desk once somebody has unlocked it. A display on the wall has no other page to go to. */
  #tile(...children) {
    const href = `#/patient/${this.patient.id}`;
    const unlock = (event) => {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("unlock", { bubbles: true, detail: { address: href } }));
    };
    if (isLocked()) return el("a", { class: "tile", href, on: { click: unlock } }, ...children);
    return mayAct() ? el("a", { class: "tile", href }, ...children) : el("div", { class: "tile" }, ...children);
  }

  /** A long name needs the room of the sign: it is underlined, like every one that somebody else has. */
  #homonym(isLong) {
    if (!this.isHomonym) return null;
    return isLong ? el("span", { class: "visually-hidden", text: `${t("patients.homonym")} ` }) : homonymMark(true);
  }

  /** Whose limits and normal ranges hold, where not an adult's; and that somebody must decide. */
  #profile() {
    const profile = profileOf(this.patient), asks = this.patient.profil_a_confirmer === true;
    if (profile === ADULT && !asks) return null;
    const text = [asks ? askText(this.patient, t) : t("profile.of", { name: t(`profile.${profile}`) }), provisionalText(this.patient, t)].filter(Boolean).join(". ");
    return el("span", { class: asks ? "profile asks" : "profile", title: text }, asks ? icon("warning") : null,
      el("span", { "aria-hidden": "true", text: asks ? t("profile.asks") : t(`profile.short.${profile}`) }), el("span", { class: "visually-hidden", text }));
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

  /** What is taken at rounds: a small line, until something of it is abnormal. */
  #round(part) {
    return el("span", { class: "round", "data-part": part, hidden: true }, el("span", { class: "label" }), " ", el("span", { class: "value" }));
  }

  #update() {
    const record = state.record(this.patient.id);
    for (const cell of this.querySelectorAll(".cell")) this.#updateCell(cell, record);
    for (const place of this.querySelectorAll(".round")) this.#updateRound(place, record);
    this.#shareHeight();
    this.#updateAge();
    this.#updateAlert();
    this.#updateScore();
  }

  #updateCell(cell, record) {
    const { id } = this.patient;
    const name = cell.dataset.vital;
    const entry = vitalIn(name, record.profile);
    const fresh = state.freshness(id, name);
    const alarm = record.lastingAlertAbout(name);
    const limits = alarm ? [alarm] : [];
    const measured = view(entry, record.value(name), fresh, i18n, limits);
    const core = name === "temperature" ? record.coreTemperature() : null;
    const now = core ? view(entry, core, { ageMs: state.now() - core.at, stale: false }, i18n, limits) : measured;
    const abnormal = now.state !== "stale" && now.state !== "none" && isAbnormal(record, [name]);
    const isOnSkin = !core && now.state !== "none" && record.value(name)?.onSkin === true;
    // What is not current says how old it is.
    const unit = core ? t("tile.skin", { value: measured.text }) : fresh?.lost && i18n.has(`tile.value.${fresh.lost}`) ? t(`tile.value.${fresh.lost}`) : now.state === "stale" ? agoShort(now.ageMs, i18n.language) : isOnSkin ? t("tile.skin.unit", { unit: entry.unit }) : entry.unit;
    const taken = takenOf(takenAge(core ? { byHand: true, ageMs: now.ageMs } : fresh));
    const shape = `${now.state} ${now.text} ${alarm?.severity} ${alarm?.acknowledged} ${unit} ${abnormal} ${fresh?.lost} ${taken}`;
    if (cell.dataset.shape === shape) return;
    cell.dataset.shape = shape;
    cell.dataset.state = now.state;
    cell.dataset.site = isOnSkin ? "skin" : "";
    cell.dataset.alarm = alarm?.severity ?? "";
    cell.classList.toggle("acknowledged", alarm?.acknowledged === true);
    cell.classList.toggle("abnormal", abnormal);
    cell.classList.toggle("explained", Boolean(fresh?.lost) && i18n.has(`tile.value.${fresh.lost}`));
    setText(cell.querySelector(".unit"), unit);
    cell.querySelector(".value").replaceChildren(arrowOf(now.state) ?? "", ...this.#number(now, alarm, taken));
  }

  #updateRound(place, record) {
    const { part } = place.dataset;
    const { text, state: what, alarm, abnormal, taken: age } = byHandText(part, record, (vital) => state.freshness(this.patient.id, vital), i18n);
    const taken = takenOf(age);
    const shape = `${what} ${text} ${alarm?.severity} ${alarm?.acknowledged} ${abnormal} ${taken}`;
    if (place.dataset.shape === shape) return;
    place.dataset.shape = shape;
    place.dataset.state = what;
    place.dataset.alarm = alarm?.severity ?? "";
    place.hidden = text === null;
    place.classList.toggle("acknowledged", alarm?.acknowledged === true);
    place.classList.toggle("abnormal", abnormal);
    place.classList.toggle("wide", (text ?? "").length > 6);
    if (text === null) return;
    // The arrow stands beside the name: a pressure needs all of the width.
    place.querySelector(".label").replaceChildren(t(`tile.part.${part}`), (/\d/.test(text) && arrowOf(what)) || "");
    place.querySelector(".value").replaceChildren(...this.#number({ state: what, text }, alarm, taken));
  }

  /** What is abnormal takes the room of what is not. */
  #shareHeight() {
    const cells = [...this.querySelectorAll(".cell")];
    const isAbnormal = (cell) => cell.classList.contains("abnormal");
    const rounds = this.querySelector(".round.abnormal") ? "large" : this.querySelector(".round:not([hidden])") ? "small" : "none";
    const isFull = this.querySelector(".round[data-part=consciousness]:not([hidden])") !== null;
    const shown = `${cells.map(isAbnormal)} ${rounds} ${isFull}`;
    const values = this.querySelector(".values");
    if (values.dataset.shown === shown) return;
    values.dataset.shown = shown;
    values.classList.toggle("some", rounds === "large" || cells.some(isAbnormal));
    const line = this.querySelector(".rounds");
    line.dataset.height = rounds;
    line.classList.toggle("full", isFull);
    rowHeights(cells.map(isAbnormal), rounds).forEach(({ height, isLow }, i) => {
      cells[i].style.setProperty("--row", String(height));
      cells[i].classList.toggle("low", isLow);
    });
  }

  /** What the early warning score can be, and from how many of its parameters that is known; nothing worth telling, then what is missing. */
  #updateScore() {
    const { score } = state.record(this.patient.id);
    const place = this.querySelector(".score");
    const shown = scoreView(score, i18n);
    setText(this.querySelector(".missing"), shown?.missing || this.#taken());
    this.dataset.high = !isHigh(score) ? "" : score.riskMinimum === "urgence" ? "error" : "warning";
    const key = JSON.stringify(shown);
    if (place.dataset.shown === key) return;
    place.dataset.shown = key;
    place.dataset.risk = score?.riskMinimum ?? "";
    place.replaceChildren(...(shown ? [el("span", { class: "visually-hidden", text: shown.label }), el("span", { "aria-hidden": "true", title: shown.label },
      el("strong", { text: shown.text }), el("span", { class: "label-of-score", text: "NEWS2" }), shown.known ? el("small", { text: ` ${shown.known}` }) : "")] : []));
  }

  /** How old what a person took is, where nothing is missing for the score. */
  #taken() {
    const record = state.record(this.patient.id), core = record.coreTemperature();
    return takenText(record, (vital) => state.freshness(this.patient.id, vital), core && { ageMs: state.now() - core.at }, i18n);
  }

  /** The number, and for who listens what is wrong with it and how old it is. @param taken null of a value of now */
  #number({ state: what, text }, alarm, taken) {
    const number = el(what === "stale" ? "s" : "span", { class: taken ? "number old" : "number", title: taken, text });
    const age = taken ? [el("span", { class: "visually-hidden", text: `, ${taken}` })] : [];
    return ["none", "plain"].includes(what) ? [number, ...age] : [number, ...age, el("span", { class: "visually-hidden", text: ` ${t(alarm && what !== "stale" ? `severity.${alarm.severity}` : `verdict.${what}`)}` })];
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
    const alert = open.find(wantsSomebody) ?? open.find(isHolding) ?? open[0];
    const isPaused = alarms.pauses.of(this.patient.id, alarms.now()) !== null;
    const shown = `${alert ? `${alert.id} ${alert.version} ${open.length} ${isOverdue(alert, state.now())}` : ""} ${isPaused}`;
    const place = this.querySelector(".alert");
    this.dataset.alert = alert ? toneOf(alert) : "";
    this.dataset.technical = (alert && technicalOf(alert)) ?? "";
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

const takenOf = (age) => (age === null ? null : t("tile.taken", { ago: ago(age, i18n.language) }));
const arrowOf = (what) => (what === "low" || what === "high" ? icon(what) : null);
