import { delay } from "../kit/backoff.js";

/**
 * The course of one socket's connection, as a value: events in, actions out, no socket and no clock (room-socket.js has those).
 *
 * Events: "start" | "retry" (the waiting is over) | "restart" (somebody pressed Reconnecter, or the network is there again) | "opened" |
 * "ready" | "silent" (nothing is heard any more, see heartbeat.js) | "heard" (something again) | "dead" (too long nothing, or no
 * handshake in time) | {closed: code} | {probed: "retry" | "refused"} | "stop".
 * Actions: "dial" | "hangUp" | "probe" (why was the handshake refused?) | {wait: ms, renew: boolean} | "rest".
 */
const TOKEN_EXPIRED = 4401;
const NOT_ALLOWED = 4403;

export class Reconnection {
  /** "connecting" | "connected" | "silent" | "disconnected" | "error" */
  status = "disconnected";
  /** Why there will be no further attempt; null otherwise. */
  reason = null;
  #attempt = 0;
  #opened = false;

  handle(event, random = Math.random) {
    // What failed before says nothing of the attempts from here on: one that comes a moment too early must not wait as long as they did.
    if (event === "restart") this.#attempt = 0;
    if (event === "start" || event === "retry" || event === "restart") return this.#dial();
    if (event === "stop") return this.#rest("disconnected", null, ["hangUp"]);
    if (this.status === "error") return [];
    if (event === "opened") {
      this.#opened = true;
      this.status = "connected";
      return [];
    }
    if (event === "ready") {
      // Only now: a server that accepts and drops at once must still be given time.
      this.#attempt = 0;
      return [];
    }
    if (event === "silent" || event === "heard") {
      if (this.#opened) this.status = event === "silent" ? "silent" : "connected";
      return [];
    }
    if (event === "dead") return ["hangUp", ...this.#wait(random)];
    if (event.probed) return event.probed === "refused" ? this.#rest("error", "not_allowed") : this.#wait(random);
    if (event.closed === NOT_ALLOWED) return this.#rest("error", "not_allowed");
    if (event.closed === TOKEN_EXPIRED) return this.#wait(random, true);
    // A browser hides the status of a refused handshake: ask over HTTP whether it is worth trying again.
    if (event.closed && !this.#opened) {
      this.status = "disconnected";
      return ["probe"];
    }
    return this.#wait(random);
  }

  #dial() {
    this.status = "connecting";
    this.reason = null;
    this.#opened = false;
    return ["dial"];
  }

  #wait(random, renew = false) {
    this.status = "disconnected";
    const ms = renew && this.#attempt === 0 ? 0 : delay(this.#attempt, random);
    this.#attempt += 1;
    return [{ wait: ms, renew }];
  }

  #rest(status, reason, actions = []) {
    this.status = status;
    this.reason = reason;
    return [...actions, "rest"];
  }
}
