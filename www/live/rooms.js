import { FeedSilence } from "../model/feed-silence.js";

/** What a page that only listens needs to know: readings of a whole ward are for the ward's page. */
const HEARD = new Set(["alert", "pause", "patient", "ready", "pulse"]);

const hasSocket = (status) => status === "connected" || status === "silent";

/**
 * Which rooms are open: those that the page joined, and one that is heard whatever the page, the ward's whose alarms must not
 * be missed. Makes no connection itself, so it needs no browser.
 */
export class Rooms {
  #open;
  #alarms;
  /** The connection that is heard, and the one that it replaces, kept until the new one knows everything. */
  #ear = null;
  #former = null;
  #joined = new Set();
  #said = null;
  /** Whether what is heard still runs. */
  feeds = new FeedSilence();

  /**
   * @param open (room, allowed, {onMessage, onStatus}) => a connection with `open()`, `close()`, `send(message)` and `reconnect()`
   * @param alarms the LiveState that learns what is heard
   */
  constructor(open, alarms) {
    this.#open = open;
    this.#alarms = alarms;
  }

  /** Connects the page to a room until `signal` aborts; what comes goes into `state`. Returns the connection. */
  join(room, allowed, state, signal) {
    const entry = this.#enter(room, allowed, state);
    this.#joined.add(entry);
    if (this.#ear?.room === room) {
      this.#former?.connection.close();
      this.#former = this.#ear;
      this.#ear = entry;
    }
    entry.connection.open();
    signal.addEventListener("abort", () => this.#leave(entry));
    return { ...entry.connection, reconnect: () => this.#reconnect(entry) };
  }

  /** Somebody pressed Reconnecter: the alarms' own connection, where it waits, begins again too. */
  #reconnect(entry) {
    entry.connection.reconnect();
    if (this.#ear && this.#ear !== entry && !hasSocket(this.#ear.status)) this.#ear.connection.reconnect();
  }

  /** Hears this room from now on, and no other. One that the page joined must be named before its first message. */
  hear(room, allowed) {
    if (this.#ear?.room === room) return;
    this.hush();
    const joined = [...this.#joined].find((entry) => entry.room === room);
    this.#ear = joined ?? this.#enter(room, allowed, null);
    if (joined) this.#alarms.setConnection({ status: joined.status ?? "disconnected", reason: null, retryAt: null });
    else this.#ear.connection.open();
  }

  /** Hears nothing any more: nobody is logged in. */
  hush() {
    for (const entry of [this.#ear, this.#former]) if (entry && !entry.state) entry.connection.close();
    this.#ear = this.#former = null;
    this.feeds.clear();
    this.#alarms.forget();
    this.#alarms.setConnection({ status: "disconnected", reason: null, retryAt: null });
  }

  /** Tells the heard room something that holds until it is told otherwise: now, and after every reconnection. */
  say(message) {
    this.#said = message;
    for (const entry of [this.#ear, this.#former]) if (hasSocket(entry?.status)) entry.connection.send(message);
  }

  #enter(room, allowed, state) {
    const entry = { room, state, status: null, connection: null };
    entry.connection = this.#open(room, allowed, {
      onMessage: (message) => this.#receive(entry, message),
      onStatus: (connection) => this.#follow(entry, connection),
    });
    return entry;
  }

  /** The page goes: its room stays open only where it is heard. */
  #leave(entry) {
    entry.state = null;
    this.#joined.delete(entry);
    if (entry !== this.#ear && entry !== this.#former) entry.connection.close();
  }

  #receive(entry, message) {
    entry.state?.apply(message);
    if (entry !== this.#ear && entry !== this.#former) return;
    this.#overhear(message);
    if (HEARD.has(message.kind) && !(message.kind === "ready" && entry !== this.#ear)) this.#alarms.apply(message);
    if (message.kind === "ready" && entry === this.#ear) this.#letGo();
  }

  /** Of the ward's readings only that they arrive. A snapshot comes from a server that does not hang. */
  #overhear(message) {
    if (message.kind === "readings") this.feeds.hear(message.patient, message.readings, this.#alarms.now(), Date.now());
    else if (message.kind === "ready") this.feeds.explain(Date.now());
    else if (message.kind === "alert" && message.alert.kind === "signal_perdu") this.feeds.explain(Date.now());
    else if (message.kind === "patient") this.feeds.forget(message.patient);
  }

  #letGo() {
    if (this.#former && !this.#former.state) this.#former.connection.close();
    this.#former = null;
  }

  #follow(entry, connection) {
    const began = connection.status === "connected" && !hasSocket(entry.status);
    entry.status = connection.status;
    entry.state?.setConnection(connection);
    if (entry !== this.#ear) return;
    this.#alarms.setConnection(connection);
    if (began && this.#said) entry.connection.send(this.#said);
    if (connection.status === "error") this.#letGo();
  }
}
