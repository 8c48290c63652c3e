import { SEVERITIES, wantsSomebody } from "../model/alerts.js";

/**
 * When which alarm sounds. Pure: what is alarming and the time in, what to do out; sound-player.js makes the sound.
 *
 * After the ideas of IEC 60601-1-8: high priority twice five quick pulses, medium three, low two, told apart by their rhythm
 * alone; the worst decides, and a worse one interrupts.
 */

/** So long after a worse alarm fell silent a milder one is heard: nobody shall take it for the rest of the other. */
const LULL_MS = 2_000;

const BURST = [0, 240, 480, 950, 1190];

/** Of each severity the pitch, when its pulses begin, how long each is, and after how long all of it comes again; in Hz and ms. */
export const PATTERNS = {
  error: { frequency: 784, pulses: [...BURST, ...BURST.map((at) => at + 1_900)], pulseMs: 150, everyMs: 6_500 },
  warning: { frequency: 659, pulses: [0, 420, 840], pulseMs: 220, everyMs: 8_000 },
  info: { frequency: 523, pulses: [0, 520], pulseMs: 240, everyMs: 30_000 },
};

/** Not an alarm's: a long, low, quiet note says that alarms may not arrive here. */
export const LOST = { frequency: 330, pulses: [0], pulseMs: 700, level: 0.3, everyMs: 10_000 };

export const lengthOf = ({ pulses, pulseMs }) => pulses.at(-1) + pulseMs;

/** What is to be heard: open, not acknowledged, not silenced by a pause. */
export const audible = (alerts, pauses, now) => alerts.filter((alert) => wantsSomebody(alert) && !pauses.silences(alert, now));

/** As how bad an alert is heard: a latched error that has ended only reminds, and hides nothing that lasts. */
const heardAs = ({ severity, endedAt }) => (endedAt === null ? severity : SEVERITIES[0]);

export const worstOf = (alerts) => SEVERITIES.findLast((severity) => alerts.some((alert) => heardAs(alert) === severity)) ?? null;

/** What makes an alert a new one to the ear: it came, grew worse, was brought back or went to somebody else. */
const newness = ({ id, severity, remindedAt, escalatedAt }) => `${id} ${severity} ${remindedAt} ${escalatedAt}`;

export class AlarmSound {
  #severity = null;
  #heard = new Set();
  #burstEndsAt = 0;
  /** When to look again, though nothing changed; null: never. */
  wakeAt = null;

  /** Looks at what is audible now. Returns `{play: severity}` (whatever sounds is cut), "stop", or null: nothing to do. */
  look(alerts, now) {
    const severity = worstOf(alerts);
    const before = this.#severity;
    this.#severity = severity;
    if (severity === null) {
      this.#heard.clear();
      this.wakeAt = null;
      return before === null ? null : "stop";
    }
    const news = alerts.filter((alert) => heardAs(alert) === severity).map(newness);
    const isNews = news.some((one) => !this.#heard.has(one));
    this.#heard = new Set(news);
    if (isMilder(severity, before)) {
      this.wakeAt = now + LULL_MS;
      return "stop";
    }
    const isDue = severity !== before || now >= this.wakeAt || (isNews && now >= this.#burstEndsAt);
    return isDue ? this.#play(severity, now) : null;
  }

  #play(severity, now) {
    this.#burstEndsAt = now + lengthOf(PATTERNS[severity]);
    this.wakeAt = now + PATTERNS[severity].everyMs;
    return { play: severity };
  }
}

const isMilder = (severity, than) => than !== null && SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);
