import { ServerClock } from "./clock.js";
import { PatientRecord } from "./patient-record.js";

/**
 * What is known: an EventTarget without a DOM.
 *
 * Events, with `detail`: "readings" {patient}, "alert" {patient, alert} (null: all are forgotten), "device" {patient}, "ready",
 * "older" {patient, since} (readings from the past arrived: fetch again from there), "patient" {patient, ward} (admitted, changed,
 * moved; `ward` null: discharged), "server-error" {text}, "connection" {connection}.
 */
export class State extends EventTarget {
  #records = new Map();
  #heardAt = null;
  clock = new ServerClock();
  /**
   * `{status: "connected"|"connecting"|"disconnected"|"error", reason, retryAt, lostAt, heardAt}`; times by the page's clock.
   * `lostAt`, null while connected, is when the loss was noticed; `heardAt` is the last message before it, up to 25 s earlier.
   */
  connection = { status: "disconnected", reason: null, retryAt: null, lostAt: null, heardAt: null };

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
    this.#heardAt = null;
    this.connection = { status: "disconnected", reason: null, retryAt: null, lostAt: null, heardAt: null };
  }

  /** A patient is not here any more: nothing that was known may be shown. */
  forgetPatient(patient) {
    if (!this.#records.delete(patient)) return;
    this.#tell("readings", { patient });
    this.#tell("alert", { patient, alert: null });
    this.#tell("device", { patient });
  }

  /** The server refuses the room: what was known is not for these eyes any more, and what is still on its way neither. */
  get #isRefused() { return this.connection.status === "error"; }

  now() { return this.clock.now(); }

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
        this.addAlert(message.patient, message.alert);
        break;
      case "device":
        this.addDevice(message.patient, message.device);
        break;
      case "patient":
        this.#tell("patient", { patient: message.patient, ward: message.ward });
        break;
      case "pulse":
        if (message.at !== null) this.clock.hear(message.at, localNow);
        break;
      case "ready":
        this.#tell("ready", {});
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

  addDevice(patient, device) {
    if (this.#isRefused) return;
    const worn = device.patient === undefined || device.patient === patient;
    if (worn) this.record(patient).addDevice(device);
    else this.record(patient).removeDevice(device.id);
    this.#tell("device", { patient });
  }

  freshness(patient, vital, localNow = Date.now()) {
    return this.record(patient).freshness(vital, this.clock.now(localNow), localNow);
  }

  setConnection(connection) {
    const lostAt = connection.status === "connected" ? null : this.connection.lostAt ?? Date.now();
    this.connection = { ...connection, lostAt, heardAt: this.#heardAt };
    if (this.#isRefused) for (const patient of [...this.#records.keys()]) this.forgetPatient(patient);
    this.#tell("connection", { connection: this.connection });
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
