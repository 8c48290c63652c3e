import { api, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { keepTrying } from "../kit/retry.js";
import { readTraces } from "../model/signal-trace.js";
import { signalFigure } from "./signal-figure.js";

/** So many alerts' strips are remembered: lists are drawn often, and a strip does not change. */
const MOST = 100;
/** By alert: of which version of it, and what the server had. */
const known = new Map();
/** By alert: the request that is on its way. The element that sent it may be replaced meanwhile; its successor waits for the same answer. */
const requests = new Map();

function remember(id, version, traces) {
  known.delete(id);
  known.set(id, { version, traces });
  if (known.size > MOST) known.delete(known.keys().next().value);
}

/** What the server has for this version of an alert, remembered; asked for once, however many elements want it at the time. */
function fetchTraces(id, version) {
  const current = requests.get(id);
  if (current?.version === version) return current.answer;
  const answer = api.get(`api/iot/alertes/${id}/traces/`)
    .then((found) => remember(id, version, readTraces(found)))
    .finally(() => { if (requests.get(id)?.answer === answer) requests.delete(id); });
  requests.set(id, { version, answer });
  return answer;
}

/**
 * The recorded signal of an alert, as far as there is one. Properties: `alert`, and `folded`: shown when somebody unfolds it, and fetched then.
 */
export class SignalTrace extends FajmaElement {
  alert = null;
  folded = false;
  /** Which alerts somebody has unfolded: kept while lists are drawn again. */
  static #unfolded = new Set();
  #fetching = 0;

  start() { this.#load(); }

  get #isShown() { return !this.folded || SignalTrace.#unfolded.has(this.alert.id); }

  async #load() {
    const { id, version, hasTrace } = this.alert;
    // An alert that changed may have one more.
    if (!hasTrace || !this.#isShown || known.get(id)?.version === version || this.#fetching === version) return;
    this.#fetching = version;
    try {
      await keepTrying(() => fetchTraces(id, version), this.signal);
    } catch {
      if (this.signal.aborted) return;
      remember(id, version, null);
    }
    this.draw();
  }

  draw() {
    const { id, hasTrace } = this.alert;
    this.hidden = !hasTrace;
    if (!hasTrace) return this.replaceChildren();
    if (!this.folded) return this.replaceChildren(...this.#figures());
    const isOpen = SignalTrace.#unfolded.has(id);
    this.replaceChildren(el("details", { open: isOpen, on: { toggle: ({ currentTarget }) => this.#fold(currentTarget) } },
      el("summary", { "data-key": `signal-${id}`, text: t("signal.title") }), ...(isOpen ? this.#figures() : [])));
  }

  #fold(details) {
    const { id } = this.alert, isOpen = details.open;
    // The event comes late: the list may have been drawn again meanwhile.
    if (!details.isConnected || isOpen === SignalTrace.#unfolded.has(id)) return;
    if (isOpen) SignalTrace.#unfolded.add(id);
    else SignalTrace.#unfolded.delete(id);
    details.replaceChildren(details.firstElementChild, ...(isOpen ? this.#figures() : []));
    this.#load();
  }

  #figures() {
    const found = known.get(this.alert.id);
    if (!found) return [el("p", { class: "facts", text: t("loading") })];
    if (!found.traces) return [el("p", { class: "facts", text: t("signal.failed") })];
    return found.traces.map((trace) => signalFigure(trace, this.alert));
  }
}
