import { byUrgency } from "./severity.js";
import { LiveState } from "./live-state.js";
import { ServerClock } from "./server-clock.js";

/** Of how bad the connections are the worst counts. A refusal says nothing about the other wards. */
const BADNESS = ["error", "connected", "connecting", "silent", "disconnected"];
const UNCONNECTED = { status: "disconnected", reason: null, retryAt: null, lostAt: null, heardAt: null, behindAt: null };
/** What happens in one of the wards. */
const EVENTS = ["alert", "pause", "connection", "patient", "ready"];

/**
 * What is known of the alarms of several wards: a LiveState each, because a snapshot of one says nothing about the others, and together what one
 * LiveState tells of alerts, pauses and the connection. No DOM. Events: those of the states, with `ward` in their detail.
 */
export class HeardWards extends EventTarget {
  #states = new Map();
  /** The ward that the page is about, or null. */
  home = null;
  /** As `Pauses` tells them, of all wards. */
  pauses = {
    running: (now) => this.#pauses().flatMap((pauses) => pauses.running(now)).sort((a, b) => a.endsAt - b.endsAt),
    justBroken: (now) => this.#pauses().flatMap((pauses) => pauses.justBroken(now)),
    of: (patient, now, ward = null) => this.#pauses().map((pauses) => pauses.of(patient, now, ward)).find(Boolean) ?? null,
    silences: (alert, now) => this.#stateOf(alert)?.pauses.silences(alert, now) ?? false,
  };

  constructor(clock = new ServerClock()) {
    super();
    this.clock = clock;
  }

  get wards() { return [...this.#states.keys()]; }

  now() { return this.clock.now(); }

  /** The state of a ward, made when there is none. */
  add(ward) {
    const known = this.#states.get(ward);
    if (known) return known;
    const state = new LiveState(this.clock);
    this.#states.set(ward, state);
    for (const type of EVENTS) state.addEventListener(type, ({ detail }) => this.#states.get(ward) === state && this.#tell(type, { ...detail, ward: detail.ward ?? null, of: ward }));
    // Who is in another ward now is for its screens.
    state.addEventListener("patient", ({ detail }) => detail.ward !== ward && state.forgetPatient(detail.patient));
    return state;
  }

  /** A ward is heard no more: nothing of it waits here. */
  remove(ward) {
    if (!this.#states.delete(ward)) return;
    this.#tell("alert", { patient: null, alert: null });
    this.#tell("pause", { patient: null, ward });
    this.#tell("connection", { connection: this.connection });
  }

  openAlerts() { return this.#all().flatMap((state) => state.openAlerts()).sort(byUrgency); }

  alert(id) { return this.#all().map((state) => state.alert(id)).find(Boolean); }

  /** In which ward an alert of those that are known is, or null. */
  wardOf(alert) { return [...this.#states].find(([, state]) => state.alert(alert.id))?.[0] ?? null; }

  /** What this page itself has done, before the server tells of it. */
  addAlert(patient, alert) { (this.#stateOf(alert) ?? this.#ownState())?.addAlert(patient, alert); }
  addPause(patient, ward, pause) { this.#about(patient, ward)?.addPause(patient, ward, pause); }

  #about(patient, ward) {
    if (patient === null) return this.#states.get(ward);
    const now = this.now();
    return this.#all().find((state) => state.knows(patient) || state.pauses.of(patient, now)) ?? this.#ownState();
  }

  /** The worst of the connections; one that is behind (the server does not hear the database) makes all of them so. An error: every ward is refused. */
  get connection() {
    const connections = this.#all().map(({ connection }) => connection);
    const [worst = UNCONNECTED] = connections.toSorted((a, b) => BADNESS.indexOf(b.status) - BADNESS.indexOf(a.status));
    return { ...worst, behindAt: connections.map(({ behindAt }) => behindAt).find((at) => at !== null) ?? null };
  }

  /** The pause that ends first while the sound of every ward is paused; null while one can be heard. */
  allPaused(now) {
    const pauses = [...this.#states].map(([ward, state]) => state.pauses.of(null, now, ward));
    return pauses.length && pauses.every(Boolean) ? pauses.toSorted((a, b) => a.endsAt - b.endsAt)[0] : null;
  }

  /** Whether a ward among others is refused. */
  get isPartlyRefused() { return this.#all().some(({ connection }) => connection.status === "error"); }

  /** Since when, by the page's clock, nothing of what happens in one of the wards reaches the page; null while all of it does. */
  blindSince(localNow = Date.now()) {
    const since = this.#all().map((state) => state.blindSince(localNow)).filter((at) => at !== null);
    return since.length ? Math.min(...since) : null;
  }

  #all() { return [...this.#states.values()]; }
  #pauses() { return this.#all().map(({ pauses }) => pauses); }
  #stateOf(alert) { return this.#all().find((state) => state.alert(alert.id)); }
  #ownState() { return this.#states.get(this.home) ?? this.#all()[0]; }
  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
