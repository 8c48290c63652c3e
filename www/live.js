import { Connection } from "./connection.js";
import { Hearing } from "./hearing.js";
import { readMessage } from "./messages.js";

/** The one place that opens sockets. */

/** A handshake that takes longer counts as failed. */
export const DIAL_MS = 10_000;

/** One room's socket, connected for as long as it is open: it comes back by itself. */
export class Live {
  #connection = new Connection();
  #socket = null;
  #hearing = null;
  /** When the server was asked for the pulse that has not come yet; null: it was not. */
  #askedAt = null;
  #retryTimer = 0;
  #watchTimer = 0;
  #retryAt = null;
  #ended = false;

  /**
   * @param url where the room is
   * @param token (renew) => a promise of a valid access token
   * @param probe () => a promise of "retry" or "refused": whether the room would be allowed
   * @param onMessage takes each message that could be read
   * @param onStatus takes `{status, reason, retryAt}`
   */
  constructor({ url, token, probe, onMessage, onStatus }) {
    Object.assign(this, { url, token, probe, onMessage, onStatus });
    this.comeBack = () => this.#connection.status === "disconnected" && this.#handle("anew");
    this.wakeUp = () => document.hidden || (this.#hearing && this.#follow(this.#hearing.doubt(Date.now())));
  }

  open() {
    window.addEventListener("online", this.comeBack);
    document.addEventListener("visibilitychange", this.wakeUp);
    this.#handle("start");
  }

  /** Reconnects at once: what the button Reconnecter does. */
  reconnect() {
    this.#hangUp();
    this.#handle("anew");
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
    if (action === "dial") this.#dial(false);
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
      this.#hearing = new Hearing(Date.now());
      this.#follow(this.#hearing.doubt(Date.now()));
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => {
      this.#hangUp();
      this.#handle({ closed: code });
    };
  }

  #receive(data) {
    this.#hearing?.heard(Date.now());
    if (this.#connection.status === "silent") this.#handle("heard");
    const message = readMessage(data);
    if (!message) return;
    if (message.kind === "ready") this.#handle("ready");
    if (message.kind === "pulse") [message.askedAt, this.#askedAt] = [this.#askedAt, null];
    this.onMessage(message);
  }

  /** Does what hearing.js says, and looks again when it says so. */
  #follow({ action, waitMs }) {
    if (action === "ask") {
      this.#askedAt = Date.now();
      this.send({ type: "pulse" });
    }
    this.#watch(waitMs, () => this.#hearing && this.#follow(this.#hearing.look(Date.now())));
    if (action === "silent" || action === "dead") this.#handle(action);
  }

  #watch(ms, then) {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(then, ms);
  }

  #hangUp() {
    clearTimeout(this.#watchTimer);
    const socket = this.#socket;
    this.#socket = this.#hearing = this.#askedAt = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
