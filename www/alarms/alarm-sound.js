import { wantsSomebody } from "../model/alerts.js";
import { isInterruption } from "../model/interruption.js";
import { isLinked } from "../model/score-alert.js";
import { isLostPulse, SEVERITIES, toneOf } from "../model/severity.js";

/**
 * When which alarm sounds. Pure: what is alarming and the time in, what to do out; sound-player.js makes the sound.
 *
 * After the ideas of IEC 60601-1-8: high priority twice five quick pulses, medium three, low two, told apart by their rhythm
 * alone; the worst decides, and a worse one interrupts. A lost pulse is high priority with a third burst and hardly a rest.
 */

/** So long after a worse alarm fell silent a milder one is heard: nobody shall take it for the rest of the other. */
const LULL_MS = 2_000;

const BURST = [0, 240, 480, 950, 1190];

/** The sounds, from the mildest to the worst: a severity's, and that of a lost pulse. */
export const SOUNDS = [...SEVERITIES, "pulse"];

/** Of each sound the pitch, when its pulses begin, how long each is, and after how long all of it comes again; in Hz and ms. */
export const PATTERNS = {
  pulse: { frequency: 800, pulses: [0, 1_500, 3_000].flatMap((begin) => BURST.map((at) => begin + at)), pulseMs: 150, everyMs: 5_000 },
  error: { frequency: 784, pulses: [...BURST, ...BURST.map((at) => at + 1_900)], pulseMs: 150, everyMs: 6_500 },
  warning: { frequency: 659, pulses: [0, 420, 840], pulseMs: 220, everyMs: 8_000 },
  info: { frequency: 523, pulses: [0, 520], pulseMs: 240, everyMs: 30_000 },
};

/** Not an alarm's: a long, low, quiet note says that alarms may not arrive here. */
export const LOST = { frequency: 330, pulses: [0], pulseMs: 700, level: 0.3, everyMs: 10_000 };

export const lengthOf = ({ pulses, pulseMs }) => pulses.at(-1) + pulseMs;

/** What is to be heard: open, not acknowledged, not silenced by a pause, and not linked to another alert that says the same. */
export const audible = (alerts, pauses, now) => alerts.filter((alert) => wantsSomebody(alert) && !isLinked(alert) && !pauses.silences(alert, now));

/** As how bad an alert is heard: a latched error that has ended only reminds, and hides nothing that lasts. */
const heardAs = (alert) => (isLostPulse(alert) ? "pulse" : alert.endedAt === null ? alert.severity : SEVERITIES[0]);

/** The sound that alerts have together; null: none. */
export const soundOf = (alerts) => SOUNDS.findLast((sound) => alerts.some((alert) => heardAs(alert) === sound)) ?? null;

/** The colour that alerts have together, where one is all that is seen of them; null: none. */
export const worstOf = (alerts) => SEVERITIES.findLast((tone) => alerts.some((alert) => (alert.endedAt === null ? toneOf(alert) : SEVERITIES[0]) === tone)) ?? null;

/**
 * What makes an alert a new one to the ear: it came, grew worse, was brought back or went to somebody else. The server's alert about an
 * interruption takes the place of the screen's own, and is none.
 */
const newness = (alert) => `${isInterruption(alert) ? alert.kind : alert.id} ${alert.severity} ${alert.worsenedAt} ${alert.remindedAt} ${alert.escalatedAt}`;

export class AlarmSound {
  #sound = null;
  #heard = new Set();
  #burstEndsAt = 0;
  /** When to look again, though nothing changed; null: never. */
  wakeAt = null;

  /** Looks at what is audible now. Returns `{play: sound}` (whatever sounds is cut), "stop", or null: nothing to do. */
  look(alerts, now) {
    const sound = soundOf(alerts);
    const before = this.#sound;
    this.#sound = sound;
    if (sound === null) {
      this.#heard.clear();
      this.wakeAt = null;
      return before === null ? null : "stop";
    }
    const news = alerts.filter((alert) => heardAs(alert) === sound).map(newness);
    const isNews = news.some((one) => !this.#heard.has(one));
    this.#heard = new Set(news);
    if (isMilder(sound, before)) {
      this.wakeAt = now + LULL_MS;
      return "stop";
    }
    const isDue = sound !== before || now >= this.wakeAt || (isNews && now >= this.#burstEndsAt);
    return isDue ? this.#play(sound, now) : null;
  }

  #play(sound, now) {
    this.#burstEndsAt = now + lengthOf(PATTERNS[sound]);
    this.wakeAt = now + PATTERNS[sound].everyMs;
    return { play: sound };
  }
}

const isMilder = (sound, than) => than !== null && SOUNDS.indexOf(sound) < SOUNDS.indexOf(than);
