import { alarmMonitor, alarms, api, looksAfterAll, mayAct, player, t } from "../context.js";
import { el, isBusy, setBusy } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { SOUNDS } from "./alarm-sound.js";
import { heardChoice } from "./heard-choice.js";
import { QUIETEST } from "./sound-player.js";

const ICONS = { on: "sound", blocked: "touch", mute: "soundOff", paused: "soundPaused", none: "soundOff", lost: "disconnected", doubtful: "disconnected", nowhere: "soundOff" };

/**
 * Whether alarms can be heard here, by icon and text: on, blocked by the browser, paused, lost. There is no way to turn them
 * off. Who may act finds a test and the volume behind it. `data-state` and `data-playing` say what is so now.
 */
export class SoundControl extends FajmaElement {
  #shown = null;

  start() {
    this.listen(alarmMonitor, "change", () => this.#update());
    this.everySecond(() => this.#update());
    this.signal.addEventListener("abort", () => { this.#shown = null; });
  }

  draw() {
    this.#shown = null;
    this.replaceChildren();
    this.#update();
  }

  #state() {
    if (player.state !== "running") return player.state;
    if (alarms.wards.length === 0) return "nowhere";
    const reception = alarmMonitor.reception();
    if (reception !== "received") return reception;
    return this.#pause() ? "paused" : "on";
  }

  /** The wards' pause; a patient's or one ward's leaves all others to be heard. */
  #pause() { return alarms.allPaused(alarms.now()); }

  /** "Son actif"; where an account hears only some of its wards, of how many. */
  #words(state) {
    if (state === "paused") return t("sound.paused", { left: duration(this.#pause().endsAt - alarms.now()) });
    const all = api.user?.services?.length ?? 0, heard = alarms.wards.length;
    return state === "on" && looksAfterAll() && heard < all ? t("sound.on.some", { heard, all }) : t(`sound.${state}`);
  }

  #update() {
    const state = this.#state();
    this.hidden = !api.user;
    this.dataset.state = state;
    this.dataset.playing = player.playing ?? "";
    const words = this.#words(state);
    const shown = `${state} ${words}`;
    if (shown !== this.#shown) {
      if (state !== this.#shown?.split(" ")[0]) this.#rebuild(state);
      this.#shown = shown;
      this.querySelector(".words").textContent = words;
    }
    this.#updateTest();
  }

  #rebuild(state) {
    const parts = [icon(ICONS[state]), el("span", { class: "words" })];
    if (!mayAct()) return this.replaceChildren(el("span", { class: "state", role: "status" }, ...parts));
    const known = this.querySelector("summary");
    if (known) return known.replaceChildren(...parts);
    this.replaceChildren(el("details", { on: { toggle: ({ target }) => target.open && this.#open() } },
      el("summary", { class: "state" }, ...parts), this.#panel()));
  }

  #panel() {
    const volume = el("input", { id: "sound-volume", type: "range", min: QUIETEST, max: 1, step: 0.05, value: player.volume });
    volume.addEventListener("input", () => { player.volume = Number(volume.value); });
    volume.addEventListener("change", () => alarmMonitor.testing || player.playing || player.play("info"));
    return el("div", { class: "panel" },
      el("p", { class: "why", text: t("sound.why") }), el("div", { class: "heard" }),
      el("label", { for: "sound-volume", text: t("sound.volume") }), volume,
      el("button", { type: "button", class: "test", on: { click: ({ currentTarget: button }) => isBusy(button) || alarmMonitor.test() } }, icon("sound"), el("span", { text: t("sound.test") })),
      el("ol", { class: "patterns" }, ...SOUNDS.toReversed().map((sound) => el("li", { "data-severity": sound },
        icon(sound === "pulse" ? "error" : sound), el("span", { text: t(sound === "pulse" ? "tile.kind.pouls_introuvable" : `severity.${sound}`) }),
        el("small", { text: t(`sound.pattern.${sound}`) })))));
  }

  /** Which wards there are may be another matter each time. */
  #open() {
    this.querySelector(".heard").replaceChildren(...heardChoice());
    this.#closeOutside();
  }

  #updateTest() {
    for (const item of this.querySelectorAll(".patterns li")) item.toggleAttribute("data-sounding", item.dataset.severity === player.playing);
    const button = this.querySelector(".test");
    if (button) setBusy(button, !player.plays || alarmMonitor.testing !== null);
  }

  /** A click elsewhere, or Escape, closes the panel. */
  #closeOutside() {
    const details = this.querySelector("details");
    const over = new AbortController();
    const end = () => { details.open = false; over.abort(); };
    const options = { signal: /** @type {any} */ (AbortSignal).any([over.signal, this.signal]) };
    document.addEventListener("pointerdown", ({ target }) => this.contains(/** @type {Node} */ (target)) || end(), options);
    document.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      end();
      details.querySelector("summary").focus();
    }, options);
  }
}
