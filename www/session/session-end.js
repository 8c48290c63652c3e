import { alarms, api, player, state, t, i18n } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { atTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { askWho } from "./unlock.js";

/** So long before the end of a session that hears alarms it is said, and how often one hears it. */
const NOTICE_MS = 15 * 60_000, EVERY_MS = 60_000;

/** The session ends whatever is done (`fin_session`): where alarms are heard, that is said in time, on the screen and by the note that alarms may not arrive. */
export class SessionEnd extends FajmaElement {
  #saidAt = -Infinity;
  #shown = null;

  start() {
    this.setAttribute("role", "region");
    this.everySecond(() => this.#look());
    for (const type of ["login", "logout", "renewed"]) this.listen(api, type, () => this.#look());
  }

  draw() {
    this.#shown = null;
    this.setAttribute("aria-label", t("session.end"));
    this.#look();
  }

  #look() {
    const end = Date.parse(api.user?.fin_session ?? "");
    const left = end - state.now();
    const isNear = left < NOTICE_MS && alarms.wards.length > 0;  // NaN: no end
    this.hidden = !isNear;
    if (!isNear) {
      this.#saidAt = -Infinity;
      if (this.#shown !== null) this.replaceChildren();
      this.#shown = null;
      return;
    }
    if (this.#shown === null) this.#show();
    setText(this.querySelector(".text"), t("session.end.soon", { when: atTime(end, state.now(), i18n) }));
    if (Date.now() - this.#saidAt < EVERY_MS || player.playing) return;
    this.#saidAt = Date.now();
    player.play("lost");
    this.announce(this.querySelector(".text").textContent, false);
  }

  #show() {
    this.#shown = true;
    this.replaceChildren(icon("warning"), el("p", { class: "text" }),
      el("button", { type: "button", class: "primary", text: t("session.end.again"), on: { click: () => askWho({ title: "session.end.again", why: "session.end.why" }) } }));
  }
}
