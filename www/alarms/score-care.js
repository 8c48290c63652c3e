import { callDoctor, closeScoreAlert, i18n, may, state, t } from "../context.js";
import { el, isBusy } from "../kit/dom.js";
import { atTime, clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { messageOf } from "../model/alert-text.js";
import { isOverdue, scoreCare } from "../model/score-alert.js";

/** Beside an alert about the early warning score: the response in words, when to measure next, the doctor who was called, and the buttons. */

/** What changes by time alone: a page compares it to know that it must draw again. */
export const overdueKey = (alerts) => alerts.filter((alert) => isOverdue(alert, state.now())).map(({ id }) => id).join();

/** Whether a button, by its key, is one of these: a second press must not acknowledge what takes its place. */
export const isCare = (key) => /^(call-doctor|close-score)-/.test(key);

/** The lines under the message; null of every other alert. */
export function careLines(alert) {
  const now = state.now();
  const care = scoreCare(alert, i18n, now, { time: (at) => clockTime(at, now, i18n.language), when: (at) => atTime(at, now, i18n) });
  if (!care) return null;
  return el("div", { class: "score-care" },
    care.response ? el("p", { class: "response", text: care.response }) : null,
    care.due ? el("p", { class: isOverdue(alert, now) ? "due overdue" : "due" }, icon("clock"), el("span", { text: care.due })) : null,
    care.called ? el("p", { class: "called" }, icon("check"), el("span", { text: care.called })) : null,
    care.linked ? el("p", { class: "linked", text: care.linked }) : null);
}

/** "Médecin appelé" for who cares for the patient and "Clore" for a doctor, while the alert lasts. `failed(text)` hears why it was refused. */
export function careButtons(alert, failed) {
  if (!alert.score || alert.endedAt !== null) return [];
  const button = (name, text, label, action) => el("button", { type: "button", class: name, "data-key": `${name}-${alert.id}`, "aria-label": t(label, { message: messageOf(alert, i18n) }),
    text: t(text), on: { click: ({ currentTarget }) => isBusy(currentTarget) || action(alert, currentTarget, failed) } });
  return [
    may("acknowledgeAlerts") && (alert.score.calledAt ?? 0) <= (alert.worsenedAt ?? 0) ? button("call-doctor", "score.call", "score.call.label", callDoctor) : null,
    may("closeScoreAlerts") ? button("close-score", "score.close", "score.close.label", closeScoreAlert) : null,
  ].filter(Boolean);
}
