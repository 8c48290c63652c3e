import { FeedSilence } from "../model/feed-silence.js";

/** What a page that only listens needs to know: readings of a whole ward are for the ward's page. */
const HEARD = new Set(["alert", "pause", "patient", "ready", "pulse"]);
/** Said to a room that the page shows, and that is heard no more. */
const SILENT = { type: "son", actif: false };

const hasSocket = (status) => status === "connected" || status === "silent";

/**
 * Which rooms are open: those that the page joined, and those that are heard whatever the page, the wards' whose alarms must not
 * be missed. Makes no connection itself, so it needs no browser.
 */
export class Rooms {
  #open;
  /** What is heard, by its room: `{entry, former, alarms, feeds}`; `former` is the connection that `entry` replaces, kept until that knows everything. */
  #ears = new Map();
  #joined = new Set();
  #said = null;

  /** @param open (room, allowed, {onMessage, onStatus}) => a connection with `open()`, `close()`, `send(message)` and `reconnect()` */
  constructor(open) { this.#open = open; }

  /** Connects the page to a room until `signal` aborts; what comes goes into `state`. Returns the connection. */
  join(room, allowed, state, signal) {
    const entry = this.#enter(room, allowed, state);
    this.#joined.add(entry);
    const ear = this.#ears.get(room);
    if (ear) {
      ear.former?.connection.close();
      [ear.former, ear.entry] = [ear.entry, entry];
    }
    entry.connection.open();
    signal.addEventListener("abort", () => this.#leave(entry));
    return { ...entry.connection, reconnect: () => this.#reconnect(entry) };
  }

  /** Somebody pressed Reconnecter: the alarms' own connections, where they wait, begin again too. */
  #reconnect(entry) {
    entry.connection.reconnect();
    for (const ear of this.#ears.values()) if (ear.entry !== entry && !hasSocket(ear.entry.status)) ear.entry.connection.reconnect();
  }

  /** Hears this room too from now on; `alarms`, a LiveState, learns it. One that the page joined must be named before its first message. */
  hear(room, allowed, alarms) {
    if (this.#ears.has(room)) return;
    const joined = [...this.#joined].find((entry) => entry.room === room);
    const entry = joined ?? this.#enter(room, allowed, null);
    this.#ears.set(room, { entry, former: null, alarms, feeds: new FeedSilence() });
    if (joined) alarms.setConnection({ status: joined.status ?? "disconnected", reason: null, retryAt: null });
    else entry.connection.open();
    if (joined && this.#said && hasSocket(joined.status)) joined.connection.send(this.#said);
  }

  /** Hears this room no more. */
  hush(room) {
    const ear = this.#ears.get(room);
    if (!ear) return;
    this.#ears.delete(room);
    for (const entry of [ear.entry, ear.former]) {
      if (entry && !entry.state) entry.connection.close();
      else if (this.#said?.actif && hasSocket(entry?.status)) entry.connection.send(SILENT);
    }
  }

  get heard() { return [...this.#ears.keys()]; }

  /** Whether the feeds of a room that is heard fell silent all at once. */
  areSilent(localNow) { return [...this.#ears.values()].some(({ feeds }) => feeds.areSilent(localNow)); }

  /** Tells the rooms that are heard something that holds until they are told otherwise: now, and after every reconnection. */
  say(message) {
    this.#said = message;
    for (const { entry, former } of this.#ears.values()) for (const one of [entry, former]) if (hasSocket(one?.status)) one.connection.send(message);
  }

  #enter(room, allowed, state) {
    const entry = { room, state, status: null, connection: null };
    entry.connection = this.#open(room, allowed, {
      onMessage: (message) => this.#receive(entry, message),
      onStatus: (connection) => this.#follow(entry, connection),
    });
    return entry;
  }

  /** What is heard by this connection, or undefined. */
  #earOf(entry) {
    const ear = this.#ears.get(entry.room);
    return ear && (ear.entry === entry || ear.former === entry) ? ear : undefined;
  }

  /** The page goes: its room stays open only where it is heard. */
  #leave(entry) {
    entry.state = null;
    this.#joined.delete(entry);
    if (!this.#earOf(entry)) entry.connection.close();
  }

  #receive(entry, message) {
    entry.state?.apply(message);
    const ear = this.#earOf(entry);
    if (!ear) return;
    this.#overhear(ear, message);
    const isNewest = entry === ear.entry;
    if (HEARD.has(message.kind) && !(message.kind === "ready" && !isNewest)) ear.alarms.apply(message);
    if (message.kind === "ready" && isNewest) this.#letGo(ear);
  }

  /** Of the ward's readings only that they arrive. A snapshot comes from a server that does not hang. */
  #overhear({ feeds, alarms }, message) {
    if (message.kind === "readings") feeds.hear(message.patient, message.readings, alarms.now(), Date.now());
    else if (message.kind === "ready") feeds.explain(Date.now());
    else if (message.kind === "alert" && message.alert.kind === "signal_perdu") feeds.explain(Date.now());
    else if (message.kind === "patient") feeds.forget(message.patient);
  }

  #letGo(ear) {
    if (ear.former && !ear.former.state) ear.former.connection.close();
    ear.former = null;
  }

  #follow(entry, connection) {
    const began = connection.status === "connected" && !hasSocket(entry.status);
    entry.status = connection.status;
    entry.state?.setConnection(connection);
    const ear = this.#earOf(entry);
    if (ear?.entry !== entry) return;
    ear.alarms.setConnection(connection);
    if (began && this.#said) entry.connection.send(this.#said);
    if (connection.status === "error") this.#letGo(ear);
  }
}
