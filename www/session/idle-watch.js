import { alarms, api, heardInTabs, idle, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { icon } from "../kit/icons.js";

const HANDS = ["keydown", "pointerdown", "pointermove", "touchstart", "wheel"];
/** A resting pointer takes the question away; while it moves, a click on its way to the button must not meet what lies under it. */
const REST_MS = 1_000;
/** A reader is told at these many seconds, not at every one. */
const SPOKEN = [30, 10];

/** A page that finds out so long after the end has slept, as a laptop that was closed: nobody was watching it. */
const SLEPT_MS = 120_000;

/** Locks the session when nobody is there, or ends it where no ward is heard; asks one minute before. See idle.js for when. */
export class IdleWatch extends FajmaElement {
  #dialog = null;
  #leaving = false;
  #handAt = 0;
  #pointerAt = null;

  start() {
    // Before anybody else, who may keep an event to himself.
    const early = { signal: this.signal, capture: true };
    for (const type of HANDS) document.addEventListener(type, (event) => this.#hand(event), { ...early, passive: type !== "keydown" });
    this.everySecond(() => this.#look());
    for (const type of ["focus", "pageshow"]) this.listen(window, type, () => this.#look());
    this.listen(api, "logout", () => this.#close());
  }

  #hand(event) {
    if (event.type === "pointermove" && !this.#moved(event)) return;
    this.#handAt = Date.now();
    idle.touch();
    this.#look();  // the first to move at the wake-up of a laptop finds its session over
    if (!this.#dialog || event.type !== "keydown") return;
    // The key does nothing but stay: it must not press what has the focus under the question.
    event.preventDefault();
    event.stopPropagation();
    this.#close();
  }

  /** A browser reports a move, too, when the page moves under a pointer that rests. */
  #moved({ screenX, screenY }) {
    const place = `${screenX} ${screenY}`;
    const moved = place !== this.#pointerAt;
    this.#pointerAt = place;
    return moved;
  }

  #look() {
    if (!api.user) return;
    const { state, leftMs } = idle.look();
    if (state === "over") this.#leave();
    else if (state === "warning") this.#ask(Math.ceil(leftMs / 1000));
    else if (this.#dialog && Date.now() - this.#handAt >= REST_MS) this.#close();
  }

  async #leave() {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#close();
    try {
      const wards = idle.overMs < SLEPT_MS ? await heardInTabs.all() : [];
      await (wards.length ? api.lock(wards) : api.leave());
    } catch {
      // The page obeys already; the server gets to know it with the next request.
    } finally {
      this.#leaving = false;
    }
  }

  #ask(seconds) {
    if (!this.#dialog) this.#open();
    setText(this.#dialog.querySelector(".seconds"), String(seconds));
    if (SPOKEN.includes(seconds)) setText(this.#dialog.querySelector(".spoken"), t(alarms.wards.length ? "idle.spoken.lock" : "idle.spoken", { seconds }));
  }

  #open() {
    this.#dialog = el("dialog", {
      class: "dialog confirm still-there", role: "alertdialog", "aria-labelledby": "still-there", "aria-describedby": "still-there-why",
      on: { click: () => this.#close(), cancel: () => this.#close() },
    },
      el("div", { class: "clock", "aria-hidden": "true" }, icon("clock"), el("span", { class: "seconds" })),
      el("h2", { id: "still-there", text: t("idle.title") }),
      el("p", { id: "still-there-why", text: t(alarms.wards.length ? "idle.why.lock" : "idle.why") }),
      el("p", { class: "spoken visually-hidden", "aria-live": "polite" }),
      el("button", { type: "button", class: "primary stay", text: t("idle.stay") }));
    this.append(this.#dialog);
    this.#dialog.showModal();
    this.#dialog.querySelector(".stay").focus();
  }

  #close() {
    this.#dialog?.close();
    this.#dialog?.remove();
    this.#dialog = null;
  }
}
