import { api, connect, i18n, may, mayAct, monitorWard, state, t, tracedSince } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { birthText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { homonymMark } from "../kit/names.js";
import { keepTrying } from "../kit/retry.js";
import { patientLimits } from "../limits/level-limits.js";
import { openLimitChanges } from "../limits/limit-changes.js";
import { confirmProfile, sinceText } from "../limits/profile-dialog.js";
import { Backfill } from "../live/backfill.js";
import { readAlert } from "../model/alerts.js";
import { ABSENCE, holding } from "../model/holds.js";
import { homonyms } from "../model/homonyms.js";
import { ADULT, askText, profileOf, provisionalText } from "../model/limit-profiles.js";
import { justEntered } from "../model/taking-back.js";
import { ALWAYS_SHOWN, EXTRAS, TAKEN_BY_HAND, VITALS } from "../model/vitals.js";
import { readDevice, readLatest, readRows } from "../model/wire.js";
import { openEntry } from "./entry-dialog.js";

/** When a device was last seen changes with every report, too often to be sent to every page: it is asked for. */
const DEVICES_EVERY_S = 10;
/** How long it is said that an entry was stored, with the way to take it back. */
const SAID_MS = 60_000;
/** Nobody pushes changed limits: they are asked for. */
const LIMITS_EVERY_S = 60;

/** One patient, live. Property: `address`, the id or the hospital number. */
export class PatientPage extends FajmaElement {
  address = null;
  #patient = null;
  #ward = null;
  #failure = null;
  #refused = false;
  #live = null;
  #limits = null;
  #backfill = null;
  #isHomonym = false;
  #secondsToDevices = DEVICES_EVERY_S;
  #secondsToLimits = LIMITS_EVERY_S;

  async start() {
    state.forget();
    this.listen(state, "ready", () => this.#fetch());
    this.#backfill = new Backfill((patient, since) => this.#fetchReadings(patient, since), this.signal);
    this.listen(this.#backfill, "failure", ({ detail }) => this.#say(detail.error));
    this.listen(state, "gap", ({ detail }) => this.#patient && this.#backfill.need(this.#patient.id, detail.since));
    this.listen(state, "older", ({ detail }) => detail.patient === this.#patient?.id && this.#backfill.need(detail.patient, detail.since));
    this.listen(state, "readings", () => this.#addCards());
    this.listen(state, "patient", ({ detail }) => detail.patient === this.#patient?.id && this.#findAgain());
    this.listen(state, "connection", () => this.#obey(state.connection.status === "error"));
    this.everySecond(() => {
      if (document.hidden || state.connection.status === "error" || --this.#secondsToLimits > 0) return;
      this.#secondsToLimits = LIMITS_EVERY_S;
      this.#limits?.reload();
      if (this.#patient) this.#lookForHomonyms();
    });
    this.everySecond(() => {
      if (document.hidden || state.connection.status === "error" || --this.#secondsToDevices > 0) return;
      this.#secondsToDevices = DEVICES_EVERY_S;
      if (this.#patient) this.#fetchDevices();
    });
    try {
      await this.#find();
    } catch (error) {
      if (this.signal.aborted) return;
      this.#fail(error);
      return;
    }
    this.draw();
    this.#fetch();
    this.#live = connect(`ws/iot/${this.#patient.id}/`, () => this.#ask(), this.signal);
  }

  #ask() { return api.get(`api/patients/${encodeURIComponent(this.address)}/`); }

  async #find() {
    this.#accept(await keepTrying(() => this.#ask(), this.signal, (error) => this.#fail(error)));
  }

  /** Name, bed or ward changed. Whom this account may not see any more is said by the socket, which is closed. */
  async #findAgain() {
    await this.#take(this.#ask(), (patient) => {
      if (this.#refused) return;
      // That only limits were changed takes away nobody's place on the page.
      const isSame = Object.keys(patient).every((name) => name === "limites_propres" || patient[name] === this.#patient?.[name]);
      this.#accept(patient);
      if (isSame) this.#markOwnLimits();
      else this.draw();
      this.#fetch();
    });
  }

  /** Whose limits are others than the ward's is said where the name stands. */
  #markOwnLimits() {
    const own = this.#patient.limites_propres ?? [];
    const place = this.querySelector(".who .own-limits");
    place.hidden = own.length === 0;
    place.replaceChildren(icon("ownLimits"), el("span", { text: t("limits.own_of", { vitals: own.map((name) => t(`vital.short.${name}`)).join(", ") }) }));
  }

  /** Whose limits and normal ranges hold, where it is not an adult's that nobody doubts; and the question, where somebody is asked. */
  #markProfile() {
    const place = this.querySelector(".who .profile");
    if (!place) return;
    const { profil: confirmed, profil_propose: proposed, profil_a_confirmer: asks, profil_provisoire: besides } = this.#patient;
    const profile = profileOf(this.#patient), shown = `${profile} ${confirmed} ${proposed} ${asks} ${besides}`;
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.hidden = profile === ADULT && !asks && !may("changeLimits");
    place.classList.toggle("asks", asks === true);
    const said = asks ? askText(this.#patient, t) : t("profile.of", { name: t(`profile.${profile}`) });
    const what = [icon(asks ? "warning" : "user"), el("span", { text: said })];
    place.replaceChildren(...(may("changeLimits") ? [el("button", { type: "button", title: provisionalText(this.#patient, t) ?? sinceText(this.#patient), on: { click: () => this.#confirmProfile() } }, ...what)] : what));
  }

  async #confirmProfile() {
    const patient = await confirmProfile(this.#patient);
    if (!patient || this.signal.aborted) return;
    this.#accept(patient);
    this.draw();
    this.#fetch();
    this.querySelector(".who .profile button")?.focus();
  }

  /** Refused: name, limits and score are not for these eyes any more than the values; let in again, all of it comes anew. */
  #obey(refused) {
    if (refused === this.#refused) return;
    this.#refused = refused;
    if (!refused) return void this.#findAgain();
    this.#patient = this.#ward = this.#limits = null;
    this.draw();
  }

  #accept(patient) {
    if (!this.#limits || this.#patient?.service !== patient.service || profileOf(this.#patient) !== profileOf(patient)) this.#limits = patientLimits(api, patient);
    this.#patient = patient;
    state.record(patient.id).profile = profileOf(patient);
    this.#ward = api.user.services?.find((ward) => ward.id === patient.service) ?? null;
    this.#failure = null;
    if (patient.service) monitorWard(patient.service);
  }

  #fail(error) {
    this.#failure = error;
    this.draw();
  }

  /** What the socket does not bring: closed alerts, devices. Also after every reconnection. */
  async #fetch() {
    if (!this.#patient) return;
    const { id } = this.#patient;
    await Promise.all([
      this.#take(api.get("api/iot/data/latest_data/", { patient_id: id }), (data) => state.addReadings(id, readLatest(data))),
      this.#take(api.get("api/iot/alertes/", { patient_id: id, limit: 5 }), (rows) => {
        for (const alert of rows.map(readAlert)) if (alert) state.addAlert(id, alert);
      }),
      this.#fetchDevices(),
      this.#lookForHomonyms(),
      this.#limits.reload(),
    ]);
  }

  /** Whether somebody else of the ward has the name. Who has left has no ward to be mistaken in. */
  async #lookForHomonyms() {
    const { id, service } = this.#patient;
    if (!service || this.#patient.sorti_le) return;
    await this.#take(api.get("api/patients/", { service, limit: 1000 }), (patients) => {
      this.#isHomonym = homonyms(patients).has(id);
      this.#markHomonym();
      // A birthday changes what is proposed, and nobody tells the page.
      const { profil_propose, profil_a_confirmer, profil_provisoire } = patients.find((patient) => patient.id === id) ?? this.#patient;
      Object.assign(this.#patient, { profil_propose, profil_a_confirmer, profil_provisoire });
      this.#markProfile();
    });
  }

  #markHomonym() {
    const place = this.querySelector(".patient-head .called");
    if (!place || this.#isHomonym === (place.querySelector(".homonym") !== null)) return;
    if (this.#isHomonym) place.append(homonymMark());
    else place.querySelector(".homonym").remove();
  }

  #fetchDevices() {
    const { id } = this.#patient;
    return this.#take(api.get("api/iot/dispositifs/", { patient: id }), (rows) => {
      for (const device of rows.map(readDevice)) if (device) state.addDevice(id, device);
    });
  }

  /** The past two minutes, and what was measured while the socket was not heard. */
  async #fetchReadings(patient, since) {
    const rows = await api.all("api/iot/data/", { patient_id: patient, debut: tracedSince(since) });
    if (!this.signal.aborted) state.addReadings(patient, readRows(rows));
  }

  async #take(request, use) {
    try {
      const answer = await request;
      if (!this.signal.aborted) use(answer);
    } catch (error) {
      if (!this.signal.aborted) this.#say(error);
    }
  }

  #say(error) { this.querySelector("status-banner")?.say(error.detail || t("error.load")); }

  draw() {
    document.title = t("patient.title");
    if (this.#live && !this.#patient) return this.#drawRefused();
    if (!this.#patient) return this.replaceChildren(el("h1", { text: t("patient.title") }), this.#waiting());
    const { id } = this.#patient;
    const banner = Object.assign(el("status-banner", { hidden: true }), { state, mayAct, feed: () => this.#silence() });
    const alerts = Object.assign(el("alert-list", { tabindex: "0", role: "region", "aria-label": t("alerts.title"), on: { failure: ({ detail }) => banner.say(detail.text) } }), { patient: id });
    this.replaceChildren(
      this.#head(), banner,
      el("div", { class: "columns" },
        el("section", { class: "main", "aria-label": t("patient.vitals") }, el("div", { class: "vitals" }), el("div", { class: "by-hand" }),
          may("enterReadings") ? Object.assign(el("own-entries", { hidden: true }), { patient: this.#patient }) : null),
        el("div", { class: "beside" },
          Object.assign(el("hold-control", { on: { failure: ({ detail }) => banner.say(detail.text) } }), { patient: this.#patient }), alerts,
          Object.assign(el("device-list"), { patient: id }), Object.assign(el("extra-values"), { patient: id }))),
      this.#below(id));
    this.#markHomonym();
    this.#markOwnLimits();
    this.#markProfile();
    this.#addCards();
  }

  /** Who was discharged or moved away while somebody looked: no more than that, and the way on. */
  #drawRefused() {
    this.replaceChildren(
      el("header", { class: "patient-head" },
        el("a", { class: "back", href: "#/", "aria-label": t("services.title"), title: t("services.title") }, icon("back")),
        el("div", { class: "who" }, el("h1", { text: t("patient.title") })), this.#chip()),
      Object.assign(el("status-banner", { hidden: true }), { state, mayAct }));
  }

  #chip() { return Object.assign(el("connection-chip", { on: { reconnect: () => this.#live?.reconnect() } }), { state, mayAct }); }

  /** What one scrolls to: the past, the score with its parts, limits. */
  #below(id) {
    const limits = this.#limits;
    const { prenom, nom } = this.#patient;
    const done = el("p", { class: "entered", role: "status" });
    const editor = Object.assign(el("limits-table", { on: { saved: ({ detail }) => done.replaceChildren(icon("check"), el("span", { text: detail.text })) } }),
      { limits, level: "patient", patient: this.#patient, whose: `${prenom} ${nom}`, mayEdit: may("changeLimits") });
    return el("div", { class: "below" },
      Object.assign(el("history-chart"), { patient: id, limits }),
      el("div", { class: "measures" }, Object.assign(el("news-score"), { patient: id }), Object.assign(el("alarm-load"), { patient: id })),
      el("section", { class: "limits-part", "aria-labelledby": "limits-title" }, el("header", {}, el("h2", { id: "limits-title", text: t("limits.title") }), done, this.#changesButton()), editor));
  }

  /** Who changed which limit, in one step. */
  #changesButton() {
    return el("button", { type: "button", class: "limit-changes", on: { click: () => openLimitChanges(this.#patient) } }, icon("audit"), el("span", { text: t("limits.changes") }));
  }

  #waiting() {
    if (!this.#failure) return el("p", { class: "empty", text: t("loading") });
    const text = this.#failure.status === 404 ? t("patient.unknown") : this.#failure.detail || t("error.load");
    return el("div", { class: "empty" }, el("p", { role: "alert", text }), el("a", { href: "#/", text: t("services.back") }));
  }

  #head() {
    const { prenom, nom, lit, identifiant, date_naissance: born, sexe, service } = this.#patient;
    const facts = [identifiant, birthText(born, state.now(), i18n.language, (values) => t("patient.age", values)),
      i18n.has(`sex.${sexe}`) ? t(`sex.${sexe}`) : null, this.#ward?.nom].filter(Boolean);
    return el("header", { class: "patient-head" },
      service ? el("a", { class: "back", href: `#/service/${service}`, "aria-label": t("patient.back"), title: t("patient.back") }, icon("back")) : null,
      lit ? el("p", { class: "bed" }, el("small", { text: t("patient.bed") }), lit) : null,
      el("div", { class: "who" }, el("h1", { text: t("patient.title") }),
        el("p", { class: "called" }, el("span", { class: "name", text: `${prenom} ${nom}` })), el("p", { class: "facts", text: facts.join(" · ") }),
        el("p", { class: "profile" }), el("p", { class: "own-limits", hidden: true })),
      Object.assign(el("pause-control", { on: { failure: ({ detail }) => this.querySelector("status-banner").say(detail.text) } }), { patient: this.#patient.id }),
      el("a", { class: "handover-link", href: `#/releve/patient/${this.#patient.id}` }, icon("print"), el("span", { text: t("handover.link") })),
      ...(may("enterReadings") ? this.#entry() : []),
      this.#chip());
  }

  #entry() {
    const done = el("p", { class: "entered", role: "status" }), back = el("span", { class: "entered-back" });
    const enter = async () => {
      const clear = () => [done, back].forEach((place) => place.replaceChildren());
      clear();
      const stored = await openEntry(this.#patient);
      if (!stored.length) return;
      done.append(icon("check"), el("span", { text: t("entry.done", { count: stored.length }) }));
      back.append(this.#backOf(stored, () => { clear(); done.append(icon("check"), el("span", { text: t("entries.taken_back") })); }));
      clearTimeout(saying);
      saying = setTimeout(clear, SAID_MS);
    };
    let saying = 0;
    return [done, back, el("button", { type: "button", class: "primary enter", on: { click: enter } }, icon("plus"), el("span", { text: t("entry.title") }))];
  }

  /** The button that takes back what was just entered. */
  #backOf(stored, done) {
    const own = /** @type {any} */ (this.querySelector("own-entries"));
    const listed = own.reload();
    const takeBack = async () => {
      const entries = justEntered(await listed, stored);
      if (entries.length && await own.takeBack(entries)) done();
    };
    return el("button", { type: "button", class: "take-back", "aria-label": t("entries.take_back.label"), text: t("entries.take_back"), on: { click: takeBack } });
  }

  /** A card a vital that has data, in the registry's order, and one for each that must be seen to be missing. */
  #addCards() {
    if (!this.querySelector(".main")) return;
    const record = state.record(this.#patient.id);
    const wanted = VITALS.map(({ name }) => name)
      .filter((name) => !EXTRAS.includes(name) && (ALWAYS_SHOWN.includes(name) || record.value(name)));
    const byHand = wanted.filter((name) => this.#isByHand(name));
    this.#fill(".vitals", wanted.filter((name) => !byHand.includes(name)), false);
    this.#fill(".by-hand", byHand, true);
  }

  /** Whether it has the small card. One that must be seen to be missing keeps its large one whoever measures it. */
  #isByHand(name) {
    return TAKEN_BY_HAND.includes(name) || (!ALWAYS_SHOWN.includes(name) && state.freshness(this.#patient.id, name)?.byHand === true);
  }

  /** Adds the cards that a section lacks; a vital that has a card keeps it, and takes it along when a device begins to measure it. */
  #fill(selector, wanted, byHand) {
    const section = this.querySelector(selector);
    const cards = [...this.querySelectorAll("vital-card")];
    wanted.forEach((name, i) => {
      if (section.children[i]?.vital === name) return;
      const card = cards.find(({ vital }) => vital === name) ?? Object.assign(el("vital-card"), { patient: this.#patient.id, vital: name, limits: this.#limits });
      section.insertBefore(Object.assign(card, { byHand }), section.children[i] ?? null);
    });
  }

  /** The age in ms of the newest measured value when every one of them is stale; null while any is current or none is known, or the patient is away. */
  #silence() {
    const { id } = this.#patient;
    if (holding(state.record(id).openAlerts(), ABSENCE)) return null;
    const all = state.record(id).vitals().map((name) => state.freshness(id, name)).filter(({ byHand }) => !byHand);
    return all.length && all.every(({ stale, blind }) => stale && !blind) ? Math.min(...all.map(({ ageMs }) => ageMs)) : null;
  }
}
