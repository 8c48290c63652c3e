import { isEscalated, wantsSomebody } from "../model/alerts.js";
import { interruptedSince, isInterruption, LOCAL_PAUSE_MS, ownAlert } from "../model/interruption.js";
import { entriesOf } from "../model/severity.js";
import { AlarmSound, audible, LOST, SOUNDS, worstOf } from "./alarm-sound.js";

/** However much is due at once, the page breathes in between. */
const SHORTEST_WAIT_MS = 50;

/**
 * Joins what is known of the alarms of the wards that are heard, the sound and the server: which alarm is to be heard, whether it can be. No DOM.
 * Event "change": something of what it tells is another.
 */
export class AlarmMonitor extends EventTarget {
  #course = new AlarmSound();
  #isAudible = null;
  #plays = null;
  #timer = 0;
  #saidLostAt = -Infinity;
  /** This screen's own alert that nothing reaches it any more, or null. */
  #own = null;
  /** Until when, by the page's clock, somebody has paused the interruption's sound on this screen. */
  #pausedUntil = -Infinity;
  /** The pattern that is being tried out, or null. */
  testing = null;

  /**
   * @param alarms a HeardWards, or the LiveState of one ward
   * @param player a SoundPlayer
   * @param say tells the server whether this screen can be heard
   * @param feeds tells by `areSilent(now)` whether all that is heard of a ward fell silent; or null
   */
  constructor(alarms, player, say, feeds = null) {
    super();
    this.alarms = alarms;
    this.player = player;
    this.say = say;
    this.feeds = feeds;
    for (const type of ["alert", "pause", "connection"]) alarms.addEventListener(type, () => this.look());
    player.addEventListener("change", () => this.#hear());
  }

  /** Open alerts that nobody has acknowledged, those about the ward among them; the worst first. This screen's own and the server's are one. */
  waiting() {
    const open = this.alarms.openAlerts();
    const own = this.#own && !open.some(isInterruption) ? [this.#own] : [];
    return [...own, ...open.filter((alert) => !alert.acknowledged)];
  }

  /** What is to be heard of them. No pause from before covers this screen's own: it is worse than what was there. */
  audible() {
    const waiting = this.waiting().filter((alert) => !isInterruption(alert) || this.localPauseEndsAt() === null);
    return [...waiting.filter((alert) => alert === this.#own), ...audible(waiting.filter((alert) => alert !== this.#own), this.alarms.pauses, this.alarms.now())];
  }

  /** Whether an interruption is to be heard here, or would be without its pause. */
  isInterrupted() { return this.waiting().some(isInterruption); }

  /** Pauses the interruption's sound on this screen alone: the server may not be able to store a pause. */
  pauseInterruption() {
    this.#pausedUntil = Date.now() + LOCAL_PAUSE_MS;
    this.look();
  }

  resumeInterruption() {
    this.#pausedUntil = -Infinity;
    this.look();
  }

  /** By the page's clock; null: no such pause runs. */
  localPauseEndsAt() { return this.#pausedUntil > Date.now() ? this.#pausedUntil : null; }

  /** How many patients wait; what is wrong with the whole ward counts as one more. */
  count() { return entriesOf(this.waiting()).length; }

  worst() { return worstOf(this.waiting()); }

  /** Of how many patients and wards something waits. */
  subjects() { return new Set(this.waiting().map(({ patient, ward }) => patient ?? `ward ${ward}`)).size; }

  /**
   * What stands on every page: alerts to which nobody came in time, and urgent ones that the page itself does not show.
   * @param isShown (alert) => whether it does
   */
  standing(isShown) {
    return this.alarms.openAlerts().filter((alert) => isEscalated(alert) || (wantsSomebody(alert) && alert.severity === "error" && !isShown(alert)));
  }

  /** Whether the alarms of every ward that is heard reach this page: "received", "doubtful" (connected, but a whole ward fell silent) or "lost". */
  reception() {
    if (this.alarms.connection.status === "error" || this.alarms.isPartlyRefused || this.alarms.blindSince() !== null) return "lost";
    return this.feeds?.areSilent(Date.now()) ? "doubtful" : "received";
  }

  /**
   * Every second while a ward is heard: that alarms do not arrive is an alarm when it lasts; before, or where only the devices are silent, a note
   * says so, unless something sounds. A refusal is no loss.
   */
  attend() {
    const now = Date.now();
    if ((interruptedSince(this.alarms.connection, now) === null) !== (this.#own === null)) this.look();
    if (this.isInterrupted()) return;
    if (this.alarms.connection.status === "error" || (this.alarms.blindSince() === null && !this.feeds?.areSilent(now))) {
      this.#saidLostAt = -Infinity;
      return;
    }
    if (now - this.#saidLostAt < LOST.everyMs || !this.player.plays || this.player.playing) return;
    this.#saidLostAt = now;
    this.player.play("lost");
  }

  /** Looks at what is known now: on every change, and when a repetition or the end of a pause is due. */
  look() {
    clearTimeout(this.#timer);
    const now = Date.now();
    const since = interruptedSince(this.alarms.connection, now);
    this.#own = since === null ? null : this.#own ?? ownAlert(since);
    if (!this.isInterrupted()) this.#pausedUntil = -Infinity;
    if (this.player.plays) {
      const action = this.#course.look(this.audible(), now);
      if (action === "stop") this.testing || this.player.stop();
      else if (action?.play) this.player.play(action.play);
    }
    const serverNow = this.alarms.now();
    const waits = this.alarms.pauses.running(serverNow).map(({ endsAt }) => endsAt - serverNow);
    if (this.localPauseEndsAt() !== null) waits.push(this.localPauseEndsAt() - now);
    if (this.#course.wakeAt !== null) waits.push(this.#course.wakeAt - now);
    if (waits.length) this.#timer = setTimeout(() => this.look(), Math.max(SHORTEST_WAIT_MS, Math.min(...waits)));
    this.#tell();
  }

  /** Plays the patterns one after the other, the worst first, for who wants to know them; an alarm cuts them short. */
  async test() {
    for (const severity of SOUNDS.toReversed()) {
      const played = this.player.play(severity);
      this.testing = severity;
      this.#tell();
      if (!(await played)) break;
    }
    this.testing = null;
    this.#tell();
  }

  /** The player changed: the server is told whether it can be heard; once it plays, what already alarms sounds from its beginning. */
  #hear() {
    const { plays, state } = this.player;
    if ((state === "running") !== this.#isAudible) {
      this.#isAudible = state === "running";
      this.say({ type: "son", actif: this.#isAudible });
    }
    if (plays !== this.#plays) {
      this.#plays = plays;
      this.#course = new AlarmSound();
      this.look();
    } else this.#tell();
  }

  #tell() { this.dispatchEvent(new CustomEvent("change")); }
}
