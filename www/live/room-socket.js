import { readMessage } from "../model/wire.js";
import { Heartbeat } from "./heartbeat.js";
import { Reconnection } from "./reconnect.js";

/** The one place that opens sockets. */

/** A handshake that takes longer counts as failed. */
const DIAL_MS = 10_000;

/** One room's socket, connected for as long as it is open: it comes back by itself. */
export class RoomSocket {
  #connection = new Reconnection();
  #socket = null;
  #heartbeat = null;
  /** When the server was asked for the pulse that has not come yet; null: it was not. */
  #askedAt = null;
  #retryTimer = 0;
  #watchTimer = 0;
  #retryAt = null;
  #ended = false;

  /**
   * @param {object} room
   * @param {URL} room.url where the room is
   * @param {(renew: boolean) => Promise<string>} room.token a valid access token
   * @param {() => Promise<"retry" | "refused">} room.probe whether the room would be allowed
   * @param {(message: any) => void} room.onMessage takes each message that could be read
   * @param {(status: {status: string, reason: string | null, retryAt: number | null}) => void} room.onStatus
   */
  constructor({ url, token, probe, onMessage, onStatus }) {
    this.url = url;
    this.token = token;
    this.probe = probe;
    this.onMessage = onMessage;
    this.onStatus = onStatus;
    this.comeBack = () => this.#connection.status === "disconnected" && this.#handle("restart");
    this.wakeUp = () => document.hidden || (this.#heartbeat && this.#follow(this.#heartbeat.doubt(Date.now())));
  }

  open() {
    window.addEventListener("online", this.comeBack);
    document.addEventListener("visibilitychange", this.wakeUp);
    this.#handle("start");
  }

  /** Reconnects at once: what the button Reconnecter does. */
  reconnect() {
    this.#hangUp();
    this.#handle("restart");
  }

  /** Ends it for good. */
  close() {
    window.removeEventListener("online", this.comeBack);
    document.removeEventListener("visibilitychange", this.wakeUp);
    this.#handle("stop");
    this.#ended = true;
  }

  /** Gives the socket a fresh token, so that it outlives the old one. */
  authenticate(token) { this.send({ type: "auth", token }); }

  /** Sends a message, or nothing while there is no connection. */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #handle(event) {
    if (this.#ended) return;
    for (const action of this.#connection.handle(event)) this.#act(action);
    this.onStatus({ status: this.#connection.status, reason: this.#connection.reason, retryAt: this.#retryAt });
  }

  #act(action) {
    clearTimeout(this.#retryTimer);
    this.#retryAt = null;
    if (action === "dial") this.#dial();
    else if (action === "hangUp") this.#hangUp();
    else if (action === "probe") this.#probe();
    else if (action.wait !== undefined) this.#wait(action);
    else clearTimeout(this.#watchTimer);
  }

  #wait({ wait, renew }) {
    this.#retryAt = Date.now() + wait;
    this.#retryTimer = setTimeout(async () => {
      if (renew) await this.token(true).catch(() => {});
      this.#handle("retry");
    }, wait);
  }

  async #probe() {
    const verdict = await this.probe();
    if (this.#socket === null && this.#connection.status === "disconnected") this.#handle({ probed: verdict });
  }

  async #dial() {
    this.#hangUp();
    this.#watch(DIAL_MS, () => this.#handle("dead"));
    let token;
    try {
      token = await this.token(false);
    } catch {
      return this.#handle("dead");
    }
    if (this.#connection.status !== "connecting" || this.#socket) return;
    const socket = new WebSocket(this.url, ["fajma", `bearer.${token}`]);
    this.#socket = socket;
    socket.onopen = () => {
      this.#handle("opened");
      this.#heartbeat = new Heartbeat(Date.now());
      this.#follow(this.#heartbeat.doubt(Date.now()));
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => {
      this.#hangUp();
      this.#handle({ closed: code });
    };
  }

  #receive(data) {
    this.#heartbeat?.heard(Date.now());
    if (this.#connection.status === "silent") this.#handle("heard");
    const message = readMessage(data);
    if (!message) return;
    if (message.kind === "ready") this.#handle("ready");
    if (message.kind === "pulse") [message.askedAt, this.#askedAt] = [this.#askedAt, null];
    this.onMessage(message);
  }

  /** Does what heartbeat.js says, and looks again when it says so. */
  #follow({ action, waitMs }) {
    if (action === "ask") {
      this.#askedAt = Date.now();
      this.send({ type: "pulse" });
    }
    this.#watch(waitMs, () => this.#heartbeat && this.#follow(this.#heartbeat.look(Date.now())));
    if (action === "silent" || action === "dead") this.#handle(action);
  }

  #watch(ms, then) {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(then, ms);
  }

  #hangUp() {
    clearTimeout(this.#watchTimer);
    const socket = this.#socket;
    this.#socket = this.#heartbeat = this.#askedAt = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
