import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { ago, duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { i18n, t } from "../kit/texts.js";

/** The server's own words stay this long. */
const WORDS_MS = 20_000;

/**
 * What a reader must know before believing the values: no connection, no data, a refusal, the server's own words.
 * A page that is blind says so; a display on the wall with all of its screen (`data-blind`), as it is read from afar.
 * Properties: `state` (a LiveState), `mayAct` (a function; false: a wall display), `feed` (returns the age in ms of a feed that has
 * gone silent, or null).
 */
export class StatusBanner extends FajmaElement {
  state = null;
  mayAct = () => false;
  feed = () => null;
  #words = null;
  #kind = null;

  start() {
    this.listen(this.state, "connection", () => this.#update());
    // Whatever could not be answered meanwhile: it can now, and is asked for again.
    this.listen(this.state, "gap", () => { this.#words = null; this.#update(); });
    this.listen(this.state, "server-error", ({ detail }) => this.say(detail.text));
    this.everySecond(() => this.#update());
  }

  draw() {
    this.#kind = undefined;
    this.#update();
  }

  /** Shows a text for a while. */
  say(text) {
    this.#words = { text, until: Date.now() + WORDS_MS };
    this.#update();
  }

  #update() {
    const found = this.#find();
    const kind = found && `${found.kind} ${found.title}`;
    if (kind !== this.#kind) {
      this.#kind = kind;
      this.hidden = !found;
      this.toggleAttribute("data-blind", found?.kind === "disconnected");
      this.replaceChildren();
      if (!found) return;
      this.dataset.kind = found.kind === "disconnected" ? "error" : found.kind;
      this.append(icon(found.kind), el("div", {}, el("strong", { text: found.title }), el("span", { class: "more" })));
      this.announce(found.title, this.dataset.kind === "error");
    }
    if (found) setText(this.querySelector(".more"), found.more ?? "");
  }

  #find() {
    if (this.state.connection.status === "error") return { kind: "error", title: t("banner.refused"), more: t("banner.refused.more") };
    const since = this.state.blindSince();
    if (since !== null) return this.#blind(Date.now() - since);
    if (this.#words && Date.now() < this.#words.until) return { kind: "error", title: this.#words.text };
    const silent = this.feed();
    if (silent !== null) return { kind: "warning", title: t("banner.silent"), more: t("banner.silent.more", { ago: ago(silent, i18n.language) }) };
    return null;
  }

  #blind(forMs) {
    const { status, retryAt } = this.state.connection;
    const why = t({ connected: "banner.behind", silent: "banner.unanswered" }[status] ?? "banner.lost");
    if (!this.mayAct()) return { kind: "disconnected", title: t("blind.title"), more: t("blind.since", { why, time: duration(forMs) }) };
    const since = t("banner.lost.since", { ago: ago(forMs, i18n.language) });
    if (status === "connected" || status === "silent") return { kind: "error", title: why, more: since };
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    return { kind: "error", title: why, more: `${since} ${seconds > 0 ? t("banner.lost.retry", { seconds }) : t("banner.lost.trying")}` };
  }
}
