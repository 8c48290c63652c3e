import { api, i18n, state, t } from "../context.js";
import { confirmDialog } from "../kit/dialog.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { problemText } from "../kit/form.js";
import { ago, clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { keepTrying } from "../kit/retry.js";
import { readAgent } from "./user-agent.js";

/** One's own sessions: where one is logged in, and an end to it. */
export class MySessions extends FajmaElement {
  #sessions = null;
  #failure = null;

  start() {
    this.load();
    this.everySecond(() => this.#updateAges());
  }

  async load() {
    try {
      const sessions = await keepTrying(() => api.get("api/moi/sessions/"), this.signal, (error) => this.#fail(error));
      [this.#sessions, this.#failure] = [sessions, null];
    } catch (error) {
      if (this.signal.aborted) return;
      this.#failure = error;
    }
    this.draw();
  }

  #fail(error) {
    this.#failure = error;
    this.draw();
  }

  draw() {
    const failure = this.#failure && el("p", { class: "trouble", role: "alert", text: problemText(this.#failure) });
    if (!this.#sessions) return this.replaceChildren(failure ?? el("p", { class: "empty", text: t("loading") }));
    // This one first, then the one that was used last.
    const sessions = [...this.#sessions].sort((a, b) => b.actuelle - a.actuelle || Date.parse(b.derniere_activite) - Date.parse(a.derniere_activite));
    const others = sessions.filter(({ actuelle }) => !actuelle);
    this.replaceChildren(failure ?? "",
      el("ul", {}, ...sessions.map((session) => this.#row(session))),
      others.length === 0 ? el("p", { class: "hint", text: t("account.sessions.alone") })
        : el("button", { type: "button", class: "all", text: t("account.sessions.end.others"), on: { click: () => this.#endAll(others) } }));
    this.#updateAges();
  }

  #row(session) {
    const { name, look } = describe(session);
    const opened = Date.parse(session.ouverte_le);
    return el("li", { class: session.actuelle ? "current" : null },
      icon(look),
      el("div", {},
        el("p", { class: "name" }, el("strong", { text: name }),
          session.actuelle ? el("span", { class: "this-one", text: t("account.sessions.current") }) : null),
        el("p", { class: "facts" }, `${t(`account.sessions.kind.${session.type}`)} · ${session.adresse} · `,
          el("time", { datetime: session.ouverte_le, text: t("account.sessions.since", { time: clockTime(opened, state.now(), i18n.language) }) })),
        el("p", { class: "facts active", "data-at": session.derniere_activite })),
      session.actuelle ? null : el("button", { type: "button", "data-session": session.id, text: t("account.sessions.end"),
        "aria-label": t("account.sessions.end.label", { name, address: session.adresse }), on: { click: () => this.#endOne(session) } }));
  }

  #updateAges() {
    for (const place of this.querySelectorAll(".active")) {
      setText(place, t("account.sessions.active", { ago: ago(state.now() - Date.parse(place.dataset.at), i18n.language) }));
    }
  }

  async #endOne(session) {
    try {
      await end(session);
      this.announce(t("account.sessions.ended"), false);
    } catch (error) {
      this.#failure = error;
    }
    await this.#loadAgain();
  }

  async #endAll(sessions) {
    const done = await confirmDialog({
      title: t("account.sessions.end.others"), body: t("account.sessions.end.others.sure", { count: sessions.length }), label: t("account.sessions.end"),
      run: async () => { for (const session of sessions) await end(session); },
    });
    if (done && !this.signal.aborted) await this.#loadAgain();
  }

  /** The button that was pressed is gone: the focus must not fall out of the list. */
  async #loadAgain() {
    const failure = this.#failure;
    await this.load();
    if (failure && !this.#failure) this.#fail(failure);
    (this.querySelector("button") ?? this.#list())?.focus();
  }

  #list() {
    const list = this.querySelector("ul");
    list?.setAttribute("tabindex", "-1");
    return list;
  }
}

/** One that has ended meanwhile is ended, too. */
const end = ({ id }) => api.delete(`api/moi/sessions/${encodeURIComponent(id)}/`).catch((error) => { if (error.status !== 404) throw error; });

/** "Firefox, Windows", and the icon that looks like it. */
function describe({ agent, type }) {
  const { text, held } = readAgent(agent);
  return { name: text || t("account.sessions.unknown"), look: type === "programme" ? "program" : held ? "phone" : "screen" };
}
