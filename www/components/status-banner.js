import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { ago } from "../format.js";
import { i18n, state, t } from "../services.js";
import { Part } from "./part.js";

/** A short break heals by itself: nobody need read of it. */
const QUIET_MS = 2_000;
/** The server's own words stay this long. */
const WORDS_MS = 20_000;

/**
 * What a reader must know before believing the values: no connection, no data, a refusal, the server's own words.
 * `feed` (a property) returns the age in ms of a feed that has gone silent, or null.
 */
export class StatusBanner extends Part {
  feed = () => null;
  #words = null;
  #kind = null;

  start() {
    this.listen(state, "connection", () => this.#update());
    this.listen(state, "server-error", ({ detail }) => this.say(detail.text));
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
      this.replaceChildren();
      if (!found) return;
      this.dataset.kind = found.kind;
      this.append(icon(found.kind), el("div", {}, el("strong", { text: found.title }), el("span", { class: "more" })));
      this.announce(found.title, found.kind === "error");
    }
    if (found) setText(this.querySelector(".more"), found.more ?? "");
  }

  #find() {
    const { status, lostAt, heardAt, retryAt } = state.connection;
    if (status === "error") return { kind: "error", title: t("banner.refused"), more: t("banner.refused.more") };
    const lostFor = lostAt === null ? 0 : Date.now() - lostAt;
    if (lostFor > QUIET_MS) return { kind: "error", title: t("banner.lost"), more: this.#lost(Date.now() - (heardAt ?? lostAt), retryAt) };
    if (this.#words && Date.now() < this.#words.until) return { kind: "error", title: this.#words.text };
    const silent = this.feed();
    if (silent !== null) return { kind: "warning", title: t("banner.silent"), more: t("banner.silent.more", { ago: ago(silent, i18n.language) }) };
    return null;
  }

  #lost(silentFor, retryAt) {
    const since = t("banner.lost.since", { ago: ago(silentFor, i18n.language) });
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    return `${since} ${seconds > 0 ? t("banner.lost.retry", { seconds }) : t("banner.lost.trying")}`;
  }
}
