import { PatientRecord } from "./patient-record.js";
import { Pauses } from "./pauses.js";
import { ServerClock } from "./server-clock.js";
import { byUrgency } from "./severity.js";

/**
 * What is known: an EventTarget without a DOM.
 *
 * Events, with `detail`: "readings" {patient}, "alert" {patient, alert} (null: some are over), "device" {patient}, "ready",
 * "older" {patient, since} (readings from the past arrived: fetch again from there), "patient" {patient, ward} (admitted, changed,
 * moved; `ward` null: discharged), "pause" {patient, ward}, "score" {patient}, "server-error" {text}, "connection" {connection},
 * "gap" {since} (the page sees again; what was measured since then, by the server's clock, may have been missed; -Infinity: everything).
 *
 * The alerts about a whole ward are in the record of patient `null`.
 */

/** A break of the connection heals by itself within this: nobody need read of it. */
const QUIET_MS = 2_000;
/** What was measured so long before the last message may still have been on its way. */
const ON_ITS_WAY_MS = 15_000;
const UNCONNECTED = { status: "disconnected", reason: null, retryAt: null, lostAt: null, heardAt: null, behindAt: null };

export class LiveState extends EventTarget {
  #records = new Map();
  #heardAt = null;
  /** The ids of alerts and pauses of the snapshot that is on its way; null when none is. */
  #snapshot = null;
  /** Since when, by the page's clock, readings may have been missed; null: none. */
  #missedSince = -Infinity;
  clock;
  pauses = new Pauses();
  /**
   * `{status: "connected"|"connecting"|"silent"|"disconnected"|"error", reason, retryAt, lostAt, heardAt, behindAt}`; times by the page's
   * clock. `lostAt`, null while connected: when the connection was lost; `heardAt`: the last message before; `behindAt`: since when the
   * server says that it does not hear the database.
   */
  connection = UNCONNECTED;

  constructor(clock = new ServerClock()) {
    super();
    this.clock = clock;
  }

  /** The record of a patient, made when there is none. */
  record(patient) {
    let record = this.#records.get(patient);
    if (!record) this.#records.set(patient, (record = new PatientRecord()));
    return record;
  }

  knows(patient) { return this.#records.has(patient); }

  /** A page that goes takes what it knew along: the next one starts from its own snapshot. */
  forget() {
    this.#records.clear();
    this.pauses.clear();
    this.#heardAt = this.#snapshot = null;
    this.#missedSince = -Infinity;
    this.connection = UNCONNECTED;
  }

  /** A patient is not here any more: nothing that was known may be shown. */
  forgetPatient(patient) {
    this.pauses.forgetPatient(patient);
    if (!this.#records.delete(patient)) return;
    this.#tell("readings", { patient });
    this.#tell("alert", { patient, alert: null });
    this.#tell("device", { patient });
  }

  /** The server refuses the room: what was known is not for these eyes any more, and what is still on its way neither. */
  get #isRefused() { return this.connection.status === "error"; }

  now() { return this.clock.now(); }

  /** An alert by its number, or undefined. */
  alert(id) {
    for (const record of this.#records.values()) {
      const alert = record.alert(id);
      if (alert) return alert;
    }
  }

  /** Everybody's open alerts, the ward's own among them; the worst first. */
  openAlerts() { return [...this.#records.values()].flatMap((record) => record.openAlerts()).sort(byUrgency); }

  /** Takes a message of the socket in, as `readMessage` made it. */
  apply(message, localNow = Date.now()) {
    this.#heardAt = localNow;
    switch (message?.kind) {
      case "readings":
        this.#correct(message.patient, message.corrected, message.since);
        this.addReadings(message.patient, message.readings, localNow);
        if (message.since !== null) this.#tell("older", { patient: message.patient, since: message.since });
        break;
      case "alert":
        this.#snapshot?.alerts.add(message.alert.id);
        this.addAlert(message.patient, message.alert);
        break;
      case "pause":
        if (message.pause) this.#snapshot?.pauses.add(message.pause.id);
        this.addPause(message.patient, message.ward, message.pause);
        break;
      case "score":
        this.addScore(message.patient, message.score);
        break;
      case "device":
        this.addDevice(message.patient, message.device);
        break;
      case "patient":
        this.#tell("patient", { patient: message.patient, ward: message.ward });
        break;
      case "pulse":
        if (message.at !== null) this.clock.hear(message.at, localNow, message.askedAt);
        this.#hearWhetherUpToDate(message.upToDate, localNow);
        break;
      case "ready":
        this.#settle();
        this.#tell("ready", {});
        this.#catchUp();
        break;
      case "error":
        this.#tell("server-error", { text: message.text });
        break;
    }
  }

  /** What was known of these vitals since then does not hold any more. */
  #correct(patient, vitals, since) {
    for (const vital of vitals) this.record(patient).forget(vital, since);
    if (vitals.length) this.#tell("readings", { patient });
  }

  addReadings(patient, readings, localNow = Date.now()) {
    if (readings.length === 0 || this.#isRefused) return;
    const record = this.record(patient);
    for (const reading of readings) record.addReading(reading, localNow);
    this.#tell("readings", { patient });
  }

  addAlert(patient, alert) {
    if (!this.#isRefused && this.record(patient).addAlert(alert)) this.#tell("alert", { patient, alert });
  }

  /** `pause` null: none runs. */
  addPause(patient, ward, pause) {
    if (!this.#isRefused && this.pauses.set(patient, ward, pause)) this.#tell("pause", { patient, ward });
  }

  addScore(patient, score) {
    if (this.#isRefused) return;
    const record = this.record(patient);
    if (record.score && record.score.at > score.at) return;
    record.score = score;
    this.#tell("score", { patient });
  }

  /** A snapshot is complete: what was open before the connection was lost, and is not in it, is over. */
  #settle() {
    if (!this.#snapshot) return;
    const { alerts, pauses } = this.#snapshot;
    this.#snapshot = null;
    this.pauses.keep(pauses);
    this.#tell("pause", { patient: null, ward: null });
    for (const [patient, record] of this.#records) if (record.keepOpenAlerts(alerts)) this.#tell("alert", { patient, alert: null });
  }

  addDevice(patient, device) {
    if (this.#isRefused) return;
    const worn = device.patient === undefined || device.patient === patient;
    if (worn) this.record(patient).addDevice(device);
    else this.record(patient).removeDevice(device.id);
    this.#tell("device", { patient });
  }

  /** As `PatientRecord.freshness`; nothing is current while the page is blind, which `blind` says. */
  freshness(patient, vital, localNow = Date.now()) {
    const fresh = this.record(patient).freshness(vital, this.clock.now(localNow), localNow);
    const blind = this.blindSince(localNow) !== null;
    return fresh && { ...fresh, stale: fresh.stale || blind, blind };
  }

  /** Since when, by the page's clock, nothing of what happens reaches the page; null while it does. */
  blindSince(localNow = Date.now()) {
    const { status, lostAt, heardAt, behindAt } = this.connection;
    if (status === "error") return null;  // then nothing is shown at all
    return lostAt !== null && localNow - lostAt >= QUIET_MS ? heardAt ?? lostAt : behindAt;
  }

  /** `connection` as `RoomSocket` tells it, or another LiveState's. */
  setConnection(connection, localNow = Date.now()) {
    const { status } = connection;
    const was = this.connection;
    const opened = status === "connected" && was.status !== "connected" && was.status !== "silent";
    if (opened) this.#snapshot = { alerts: new Set(), pauses: new Set() };
    const lostAt = status === "connected" ? null : was.lostAt ?? connection.lostAt ?? (status === "silent" ? this.#heardAt : null) ?? localNow;
    if (lostAt !== null) this.#missedSince ??= this.#heardAt ?? lostAt;
    this.connection = { behindAt: was.behindAt, ...connection, lostAt, heardAt: this.#heardAt ?? connection.heardAt ?? null };
    if (this.#isRefused) {
      this.pauses.clear();
      for (const patient of [...this.#records.keys()]) this.forgetPatient(patient);
    }
    this.#tell("connection", { connection: this.connection });
    if (status === "connected" && was.status === "silent") this.#catchUp();
  }

  /** The server hears the database again, or not any more. */
  #hearWhetherUpToDate(upToDate, localNow) {
    const wasBehind = this.connection.behindAt !== null;
    if (upToDate === !wasBehind) return;
    if (!upToDate) this.#missedSince ??= localNow;
    this.connection = { ...this.connection, behindAt: upToDate ? null : localNow };
    this.#tell("connection", { connection: this.connection });
    if (upToDate) this.#catchUp();
  }

  /** The page sees again: what it has missed meanwhile is to be fetched. */
  #catchUp() {
    if (this.#missedSince === null || this.connection.behindAt !== null || this.#snapshot) return;
    const since = this.clock.now(this.#missedSince) - ON_ITS_WAY_MS;
    this.#missedSince = null;
    this.#tell("gap", { since });
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
