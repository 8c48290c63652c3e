import { LOST, PATTERNS } from "./alarm-sound.js";
import { AudioOutput, listsOutputs } from "./audio-output.js";

/** Plays the patterns of alarm-sound.js with Web Audio. Event "change": `state` or `playing` is another. */

/** The fundamental and its harmonics: several, so that an ear that is deaf to one of them hears the others. */
const HARMONICS = [0, 1, 0.55, 0.35, 0.22, 0.14, 0.08];
/** A pulse rises and falls softly: a hard edge would click. Parts of its length. */
const RISE = 0.2, FALL = 0.35;
const CUT_S = 0.03;
/** Every browser keeps its own; none can be turned down to nothing. */
const REMEMBERED_AS = "fajma.volume";
export const QUIETEST = 0.3;

export class SoundPlayer extends EventTarget {
  #context = null;
  #master = null;
  #wave = null;
  #pulses = [];
  #finish = null;
  #output = null;
  /** The name of the pattern that sounds now, or null. */
  playing = null;

  /** "running", "mute" (the machine has no audio output), "blocked" (the browser waits for a hand), or "none" (it has no Web Audio, or is not asked yet). */
  get state() {
    if (!this.#context || this.#output.isMissing === null) return "none";
    if (this.#context.state !== "running") return "blocked";
    return this.#output.isMissing ? "mute" : "running";
  }

  /** Whether the browser plays, be it into nothing: what it says of its outputs may be wrong. */
  get plays() { return this.#context?.state === "running"; }

  /** Asks the browser for sound, once. */
  start() {
    if (this.#context || typeof AudioContext === "undefined") return;
    this.#context = new AudioContext();
    this.#wave = this.#context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
    this.#master = new GainNode(this.#context, { gain: this.volume });
    this.#master.connect(this.#context.destination);
    this.#context.addEventListener("statechange", () => {
      if (!this.plays) this.stop();
      this.#tell();
    });
    this.#output = new AudioOutput(navigator.mediaDevices, listsOutputs());
    this.#output.addEventListener("change", () => this.#tell());
    this.#output.look();
    this.#tell();
  }

  /** A hand was there: a browser that waited for one gives the sound free. */
  wake() {
    if (this.#context && !this.plays) this.#context.resume().catch(() => {});
  }

  get volume() {
    const kept = Number(localStorage.getItem(REMEMBERED_AS) ?? 0.7);
    return Number.isFinite(kept) ? Math.min(1, Math.max(QUIETEST, kept)) : 0.7;
  }

  set volume(volume) {
    localStorage.setItem(REMEMBERED_AS, String(Math.min(1, Math.max(QUIETEST, volume))));
    this.#master?.gain.setTargetAtTime(this.volume, this.#context.currentTime, 0.02);
  }

  /** Plays a sound's pattern, or "lost", instead of what sounds; a promise of whether it came to its end. */
  play(name) {
    this.stop();
    if (!this.plays) return Promise.resolve(false);
    const { frequency, pulses, pulseMs, level = 1 } = name === "lost" ? LOST : PATTERNS[name];
    const begin = this.#context.currentTime + 0.02;
    this.#pulses = pulses.map((at) => this.#pulse(frequency, level, begin + at / 1000, pulseMs / 1000));
    const { promise, resolve } = Promise.withResolvers();
    this.#finish = resolve;
    this.#pulses.at(-1).tone.onended = () => this.#end(true);
    this.playing = name;
    this.#tell();
    return promise;
  }

  stop() {
    if (!this.playing) return;
    const now = this.#context.currentTime;
    for (const { tone, level } of this.#pulses) {
      tone.onended = null;
      level.gain.cancelScheduledValues(now);
      level.gain.setTargetAtTime(0, now, CUT_S / 3);
      tone.stop(now + CUT_S);
    }
    this.#end(false);
  }

  #end(whole) {
    this.#pulses = [];
    this.playing = null;
    this.#finish?.(whole);
    this.#finish = null;
    this.#tell();
  }

  #pulse(frequency, loudness, at, seconds) {
    const tone = new OscillatorNode(this.#context, { frequency, periodicWave: this.#wave });
    const level = new GainNode(this.#context, { gain: 0 });
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loudness, at + seconds * RISE);
    level.gain.setValueAtTime(loudness, at + seconds * (1 - FALL));
    level.gain.linearRampToValueAtTime(0, at + seconds);
    tone.connect(level).connect(this.#master);
    tone.start(at);
    tone.stop(at + seconds);
    return { tone, level };
  }

  #tell() { this.dispatchEvent(new CustomEvent("change")); }
}
