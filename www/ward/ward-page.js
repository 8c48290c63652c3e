import { api, connect, i18n, isLocked, mayAct, monitorWard, state, t, tracedSince, wallBySeverity } from "../context.js";
import { el, focusedIn, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime } from "../kit/format.js";
import { browserZone, hospitalZone } from "../kit/hospital-zone.js";
import { icon } from "../kit/icons.js";
import { keepTrying } from "../kit/retry.js";
import { areAlike } from "../kit/zone.js";
import { Backfill } from "../live/backfill.js";
import { shortOf } from "../model/alert-text.js";
import { isEscalated, wantsSomebody } from "../model/alerts.js";
import { homonyms } from "../model/homonyms.js";
import { profileOf } from "../model/limit-profiles.js";
import { patientsByTone, rank, toneOf } from "../model/severity.js";
import { readRows, readTraces } from "../model/wire.js";
import { letter, sideBySide } from "./tile-grid.js";
import { TileOrder } from "./tile-order.js";
import { keepAwake } from "./wake-lock.js";

/** In the height of the page's letters: what stands above the tiles, around and between them, and the smallest letters of a tile. */
const ROOM = { above: 8, around: 2, between: 0.6, least: 0.85 };
const ORDERS = ["bed", "severity"];
const REMEMBERED_AS = "fajma.ordre";
/** A birthday changes what is proposed for a patient, and nobody tells the page. */
const LIST_EVERY_S = 600;
/** Readings of a patient who is not on the list: something was missed. The list is fetched for that no more often than this. */
const REFETCH_MS = 10_000;
/** Whose readings are missing after a gap: one answer brings the whole ward's. */
const EVERYBODY = null;
/** A display whose ward was taken away asks so often whether it has it again: nobody presses a button there. */
const ASK_AGAIN_S = 60;

/** A ward, live: a tile a patient. Property: `ward`, its number. */
export class WardPage extends FajmaElement {
  ward = null;
  #patients = null;
  #failure = null;
  #live = null;
  #fetchedAt = 0;
  #fetching = false;
  #changed = false;
  #refused = false;
  #secondsToAsk = ASK_AGAIN_S;
  #secondsToList = LIST_EVERY_S;
  #backfill = null;
  /** The room's first snapshot is there; what is measured before that is asked for then. */
  #sees = false;
  #drawing = 0;
  #tiles = new TileOrder();
  #arranging = 0;
  /** The tile to which the last press on a count led. */
  #shownTile = null;
  #fit = new ResizeObserver(([{ target, contentRect }]) => target.parentElement?.style.setProperty("--letter", `${letter(contentRect, window.innerHeight)}px`));

  start() {
    state.forget();
    this.#backfill = new Backfill((patient, since) => this.#fetchReadings(patient, since), this.signal);
    this.listen(state, "ready", () => this.#fetch());
    this.listen(state, "gap", ({ detail }) => {
      this.#sees = true;
      if (this.#patients) this.#backfill.need(EVERYBODY, detail.since);
    });
    this.listen(state, "older", ({ detail }) => this.#lies(detail.patient) && this.#backfill.need(detail.patient, detail.since));
    for (const type of ["alert", "score"]) this.listen(state, type, () => this.#soon());
    this.signal.addEventListener("abort", () => { cancelAnimationFrame(this.#drawing); clearTimeout(this.#arranging); });
    this.listen(state, "readings", ({ detail }) => this.#notice(detail.patient));
    this.listen(state, "patient", ({ detail }) => this.#follow(detail));
    this.listen(state, "connection", ({ detail }) => {
      this.#obey(detail.connection.status === "error");
      this.#lookAround();
    });
    this.listen(window, "resize", () => this.#share());
    this.signal.addEventListener("abort", () => this.#fit.disconnect());
    this.everySecond(() => this.#lookAround());
    this.everySecond(() => {
      if (this.#refused || --this.#secondsToList > 0) return;
      this.#secondsToList = LIST_EVERY_S;
      this.#fetch();
    });
    if (!mayAct()) {
      this.everySecond(() => this.#askAgain());
      keepAwake(this.signal);
    }
    if (!this.#name) api.refreshUser().then(() => this.signal.aborted || this.draw(), () => {});  // a ward that was made after the login
    this.#fetch();
    this.#live = connect(`ws/service/${this.ward}/`, () => this.#ask(), this.signal);
    monitorWard(this.ward);
  }

  /** Many alerts, one look. */
  #soon() {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#arrange();
      this.#count();
    });
  }

  #ask() { return api.get("api/patients/", { service: this.ward, limit: 1000 }); }

  /** One request at a time: of two, the answer that comes last may be the older one. */
  async #fetch() {
    this.#fetchedAt = Date.now();
    this.#changed = true;
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      let patients;
      while (this.#changed) {
        this.#changed = false;
        patients = await keepTrying(() => this.#ask(), this.signal, (error) => this.#fail(error));
      }
      this.#show(patients);
    } catch (error) {
      if (!this.signal.aborted) this.#fail(error);
    } finally {
      this.#fetching = false;
    }
  }

  #show(patients) {
    if (this.#refused) return;
    const changed = JSON.stringify(patients) !== JSON.stringify(this.#patients);
    const somebodyCame = patients.some(({ id }) => !this.#lies(id));
    [this.#patients, this.#failure] = [patients, null];
    for (const patient of patients) state.record(patient.id).profile = profileOf(patient);
    if (changed) this.draw();
    if (this.#sees && somebodyCame) this.#backfill.need(EVERYBODY, -Infinity);
  }

  /** Who is not here any more goes at once, before anybody reads the tile; the list says the rest. */
  #follow({ patient, ward }) {
    if (ward !== this.ward) {
      if (this.#patients) this.#show(this.#patients.filter(({ id }) => id !== patient));
      state.forgetPatient(patient);
      this.#backfill.forget(patient);
    }
    this.#fetch();
  }

  /** Refused: the names of a ward are not for these eyes any more than its values. */
  #obey(refused) {
    if (refused === this.#refused) return;
    this.#refused = refused;
    if (refused) this.#patients = null;
    this.draw();
  }

  #askAgain() {
    if (!this.#refused || --this.#secondsToAsk > 0) return;
    this.#secondsToAsk = ASK_AGAIN_S;
    this.#ask().then(() => this.signal.aborted || this.#live.reconnect(), () => {});
  }

  /** What the socket does not bring: the past two minutes, and what was measured while it was not heard. */
  async #fetchReadings(patient, since) {
    const debut = tracedSince(since);
    // A locked session gets nobody's readings but the whole ward's.
    const readings = patient === EVERYBODY || isLocked()
      ? readTraces(await api.get(`api/services/${this.ward}/traces/`, { debut }))
      : new Map([[patient, readRows(await api.all("api/iot/data/", { patient_id: patient, debut }))]]);
    if (this.signal.aborted) return;
    for (const [id, measured] of readings) if (this.#lies(id)) state.addReadings(id, measured);
  }

  #lies(patient) { return this.#patients?.some(({ id }) => id === patient) ?? false; }

  #fail(error) {
    this.#failure = error;
    if (!this.#patients) this.draw();
  }

  #notice(patient) {
    if (!this.#patients || this.#lies(patient)) return;
    if (Date.now() - this.#fetchedAt > REFETCH_MS) this.#fetch();
  }

  get #order() {
    if (!mayAct()) return wallBySeverity ? "severity" : "bed";
    const order = localStorage.getItem(REMEMBERED_AS);
    return ORDERS.includes(order) ? order : ORDERS[0];
  }

  /** Undefined while the account does not know the ward. */
  get #name() { return api.user.services?.find(({ id }) => id === this.ward)?.nom; }

  draw() {
    const name = this.#name ?? t("ward.number", { id: this.ward });
    this.classList.toggle("wall", !mayAct());
    this.classList.toggle("locked", isLocked());
    document.title = `FAJMA – ${name}`;
    this.replaceChildren(
      el("header", { class: "ward-head" },
        mayAct() ? el("a", { class: "back", href: "#/", "aria-label": t("services.title"), title: t("services.title") }, icon("back")) : null,
        el("h1", { text: name }),
        el("p", { class: "count", text: this.#patients ? t(`ward.count.${i18n.plural(this.#patients.length)}`, { count: this.#patients.length }) : "" }),
        el("div", { class: "counts" }),
        this.#pill({ class: "silent-count", hidden: true }, "patient-tile.silent", icon("disconnected"), el("strong"), " ", el("span", { text: t("ward.count.silent") })),
        mayAct() ? null : el("time", { class: "clock" }),
        Object.assign(el("pause-control", { on: { failure: ({ detail }) => this.querySelector("status-banner").say(detail.text) } }), { ward: this.ward }),
        mayAct() ? el("a", { class: "handover-link", href: `#/releve/service/${this.ward}` }, icon("print"), el("span", { text: t("handover.link") })) : null,
        mayAct() ? this.#orders() : null,
        Object.assign(el("connection-chip", { on: { reconnect: () => this.#live.reconnect() } }), { state, mayAct })),
      Object.assign(el("status-banner", { hidden: true }), { state, mayAct }), this.#body());
    this.#arrange();
    this.#count();
    this.#share();
    this.#lookAround();
  }

  /** How many tiles stand side by side, from the screen alone: nothing that comes and goes above them moves one. */
  #share() {
    const list = this.querySelector(".tiles");
    if (!list) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const gap = ROOM.between * rem;
    const area = { width: window.innerWidth - ROOM.around * rem, height: window.innerHeight - ROOM.above * rem, gap };
    const count = this.#patients.length;
    const side = sideBySide(count, area, mayAct() ? ROOM.least * rem : 0);
    list.style.setProperty("--side-by-side", side);
    list.style.setProperty("--rows", Math.ceil(count / side));
    this.#fit.disconnect();
    if (list.firstElementChild) this.#fit.observe(list.firstElementChild);
  }

  /** What changes by time alone: whether the page is blind, who is silent, the time of day. */
  #lookAround() {
    if (!this.firstElementChild) return;
    this.classList.toggle("blind", state.blindSince() !== null);
    const clock = this.querySelector(".clock");
    // A display on the wall has no other place for it.
    const zone = areAlike(hospitalZone(), browserZone(), state.now()) ? "" : ` ${hospitalZone()}`;
    if (clock) setText(clock, clockTime(state.now(), state.now(), i18n.language) + zone);
    this.#countSilent();
  }

  /** Whose feed is silent, beside the alerts: a device may be silent before the server makes an alert of it. */
  #countSilent() {
    const place = this.querySelector(".silent-count");
    const count = this.querySelectorAll("patient-tile.silent").length;
    place.hidden = count === 0;
    setText(place.querySelector("strong"), String(count));
  }

  /** How many patients want somebody, by their worst alert: what a glance from the door looks for. A press goes to the next of them. */
  #count() {
    const place = this.querySelector(".counts");
    const focused = focusedIn(place)?.dataset.severity;
    const waiting = this.#patients ? state.openAlerts().filter(wantsSomebody) : [];
    const shown = patientsByTone(waiting);
    // What is about the ward itself is no patient: it is named, unless the banner has it.
    const own = waiting.filter((alert) => alert.patient === null && !isEscalated(alert));
    const key = [...shown, ...own.map(({ id }) => id)].join();
    if (place.dataset.shown === key) return;
    place.dataset.shown = key;
    place.replaceChildren(...own.map((alert) => el("span", { class: "alert-count", "data-severity": toneOf(alert) }, icon(toneOf(alert)), el("span", { text: shortOf(alert, i18n, state.now()) }))),
      ...shown.map(([tone, count]) => this.#pill({ class: "alert-count", "data-severity": tone }, `patient-tile[data-alert=${tone}]:not(.acknowledged)`,
      icon(tone), el("strong", { text: String(count) }), " ", el("span", { text: t(`ward.count.${tone}.${i18n.plural(count)}`) }))));
    if (focused) (place.querySelector(`[data-severity=${focused}]`) ?? place.querySelector("button") ?? this.querySelector("h1")).focus();
  }

  /** A count, which leads to the tiles that it counts, one after the other; a display on the wall has nobody to press it. */
  #pill(attributes, tiles, ...children) {
    if (!mayAct()) return el("span", attributes, ...children);
    return el("button", { type: "button", title: t("ward.count.go"), ...attributes, on: { click: () => {
      const links = [...this.querySelectorAll(tiles)].map((tile) => tile.firstElementChild);
      const last = links.indexOf(this.#shownTile);
      this.#shownTile = links[(last + 1) % links.length] ?? null;
      this.#shownTile?.scrollIntoView({ block: "nearest" });
      this.#shownTile?.focus({ focusVisible: true, preventScroll: true });
    } } }, ...children);
  }

  #orders() {
    const choose = (order) => {
      localStorage.setItem(REMEMBERED_AS, order);
      for (const button of this.querySelectorAll("[data-order]")) button.setAttribute("aria-pressed", String(button.dataset.order === order));
      this.#tiles = new TileOrder();
      this.#arrange();
    };
    return el("div", { class: "segments", role: "group", "aria-label": t("ward.order") }, ...ORDERS.map((order) => el("button", {
      type: "button", "data-order": order, "aria-pressed": String(order === this.#order), text: t(`ward.order.${order}`),
      on: { click: () => choose(order) } })));
  }

  #body() {
    if (this.#refused) return "";
    if (!this.#patients) {
      const text = this.#failure ? this.#failure.detail || t("error.load") : t("loading");
      return el("p", { class: "empty", role: this.#failure ? "alert" : null, text });
    }
    if (this.#patients.length === 0) return el("p", { class: "empty", text: t("ward.none") });
    const same = homonyms(this.#patients);
    return el("ul", { class: "tiles" }, ...this.#patients.map((patient) => el("li", {}, Object.assign(el("patient-tile"), { patient, isHomonym: same.has(patient.id) }))));
  }

  #rankOf(patient) {
    const record = state.record(patient);
    return rank(record.openAlerts()[0], record.score);
  }

  /** Puts the tiles in order; moves none that is in its place already. */
  #arrange() {
    clearTimeout(this.#arranging);
    const list = this.querySelector(".tiles");
    if (!list) return;
    const beds = new Intl.Collator(i18n.language, { numeric: true });
    const patientOf = (item) => item.firstElementChild.patient;
    const items = [...list.children].sort((a, b) =>
      beds.compare(patientOf(a).lit ?? "", patientOf(b).lit ?? "") || patientOf(a).id - patientOf(b).id);
    const bySeverity = this.#order === "severity";
    const tiles = items.map((item) => ({ id: patientOf(item).id, rank: bySeverity ? this.#rankOf(patientOf(item).id) : 0 }));
    const { ids, waitMs } = this.#tiles.next(tiles, Date.now());
    if (waitMs !== null) this.#arranging = setTimeout(() => this.#arrange(), waitMs);
    const itemOf = new Map(items.map((item) => [patientOf(item).id, item]));
    const focused = items.find((item) => item.contains(document.activeElement));
    ids.forEach((id, i) => {
      if (list.children[i] !== itemOf.get(id)) list.insertBefore(itemOf.get(id), list.children[i]);
    });
    // A tile that was moved was off the page for a moment, and is drawn anew.
    focused?.querySelector("a").focus({ preventScroll: true });
  }
}
