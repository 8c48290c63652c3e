import { readAlert } from "../model/alerts.js";
import { setBusy } from "../kit/dom.js";
import { alarms, api, state, t } from "../context.js";

/**
 * Acknowledges an alert: what this page knows changes at once, everybody else's by the socket. `button` is busy
 * meanwhile. Returns the alert as it is now; null when it was refused, which is said (event "announce") and, in `failed`, told.
 */
export async function acknowledge(alert, button = null, failed = () => {}) {
  if (button) setBusy(button, true);
  try {
    const answer = readAlert(await api.post(`api/iot/alertes/${alert.id}/acquitter/`, { niveau_gravite: alert.severity }));
    if (!answer) return null;
    alarms.addAlert(answer.patient, answer);
    if (state.knows(answer.patient)) state.addAlert(answer.patient, answer);
    return answer;
  } catch (error) {
    const text = error.detail || t("alerts.failed");
    document.dispatchEvent(new CustomEvent("announce", { detail: { text, urgent: true } }));
    failed(text);
    if (button) setBusy(button, false);
    return null;
  }
}
