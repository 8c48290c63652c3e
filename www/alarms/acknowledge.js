import { setBusy } from "../kit/dom.js";
import { readAlert } from "../model/alerts.js";

/**
 * Makes the function that acknowledges an alert. It changes what this page knows at once; other pages learn it by the socket.
 *
 * `acknowledge(alert, button, failed)`: `button` is busy meanwhile. Resolves with the alert as it is now; with null when it was refused
 * or the answer cannot be read, which is announced and given to `failed` in words.
 * `alarms` is what is known of the wards that are heard; `state` is the page's, which is changed only where it knows the patient.
 */
export const acknowledger = ({ api, alarms, state, t, announce }) => async (alert, button = null, failed = (text) => {}) => {
  if (button) setBusy(button, true);
  let answer = null, why = "";
  try {
    answer = readAlert(await api.post(`api/iot/alertes/${alert.id}/acquitter/`, { niveau_gravite: alert.severity }));
  } catch (error) {
    why = error.detail;
  }
  if (!answer) {
    const text = why || t("alerts.failed");
    announce(text, true);
    failed(text);
    if (button) setBusy(button, false);
    return null;
  }
  alarms.addAlert(answer.patient, answer);
  if (state.knows(answer.patient)) state.addAlert(answer.patient, answer);
  return answer;
};
