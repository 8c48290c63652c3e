import { el } from "./dom.js";
import { checkFilled, clearProblem, showProblem } from "./form.js";
import { icon } from "./icons.js";
import { t } from "./texts.js";

/** Where dialogs stand: whatever takes the page away takes its dialogs with it. */
const PLACE = "page";
let made = 0;

/** What `run` returns when it did nothing and has no reason to show: the dialog stays as it is. */
export const STAYS_OPEN = Symbol("the dialog stays open");

/**
 * Asks something in a native dialog; Escape and the cross close it, Enter does its first action.
 *
 * `body`: a node, a text, or a list of them. `actions`: `[{label, kind, value, run}]`, the first being the primary one;
 * `kind` is "primary" (the first's own), "danger" or "plain". `run(form)` may refuse by throwing, which is shown on the form
 * and keeps the dialog open; so does STAYS_OPEN, silently. `cancel`: the label of the button that does nothing, null for none.
 *
 * Resolves with what `run` returned, else the action's `value`, else true; with null when it was only closed. The focus is back
 * where it was by then.
 */
export function openDialog({ title, body, actions = [], cancel = t("dialog.cancel"), className = "" }) {
  const heading = `dialog-${++made}`;
  const { promise, resolve } = Promise.withResolvers();
  const finish = (result) => {
    resolve(result);  // before the dialog says that it is closed
    dialog.close();
    dialog.remove();
  };

  const buttons = actions.map((action, i) => el("button", {
    type: i === 0 ? "submit" : "button", class: action.kind ?? (i === 0 ? "primary" : null), text: action.label,
    on: i === 0 ? {} : { click: () => act(action) },
  })).reverse();
  const form = el("form", { novalidate: true, on: { submit: (event) => { event.preventDefault(); act(actions[0]); } } },
    el("div", { class: "dialog-body" }, ...[body].flat().map((part) => (typeof part === "string" ? el("p", { text: part }) : part))),
    el("footer", {}, cancel === null ? null : el("button", { type: "button", text: cancel, on: { click: () => finish(null) } }), ...buttons));
  const dialog = el("dialog", { class: `dialog ${className}`.trim(), "aria-labelledby": heading, on: { close: () => finish(null) } },
    el("header", {}, el("h2", { id: heading, text: title }),
      el("button", { type: "button", class: "quiet", "aria-label": t("dialog.close"), title: t("dialog.close"), on: { click: () => finish(null) } },
        icon("close"))),
    form);

  async function act({ run, value = true }) {
    if (form.getAttribute("aria-busy")) return;
    clearProblem(form);
    form.setAttribute("aria-busy", "true");
    for (const button of buttons) button.disabled = true;
    try {
      checkFilled(form);
      const done = await run?.(form);
      if (done !== STAYS_OPEN) finish(done ?? value);
    } catch (error) {
      if (error.status === undefined) throw error;  // a mistake of ours, not a refusal
      showProblem(form, error);
    } finally {
      form.removeAttribute("aria-busy");
      for (const button of buttons) button.disabled = false;
      if (dialog.open && !form.contains(document.activeElement)) buttons.at(-1)?.focus();
    }
  }

  document.getElementById(PLACE).append(dialog);
  dialog.showModal();
  (form.querySelector("[autofocus]") ?? form.querySelector(".dialog-body :is(input, select, textarea)") ?? form.querySelector("footer button"))?.focus();
  return promise;
}

/** Asks before something is done that cannot be taken back. The safe answer has the focus. */
export const confirmDialog = ({ title, body, label, run }) => openDialog({ title, body, actions: [{ label, kind: "danger", run }], className: "confirm" });
