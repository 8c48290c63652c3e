import { setBusy } from "../kit/dom.js";
import { readAlert } from "../model/alerts.js";

/**
 * Makes the function that acknowledges an alert. It changes what this page knows at once; other pages learn it by the socket.
 *
 * `acknowledge(alert, button, failed)`: `button` is busy meanwhile. Resolves with the alert as it is now; with null when it was refused
 * or the answer cannot be read, which is announced and given to `failed` in words.
 * `alarms` is what is known of the wards that are heard; `state` is the page's, which is changed only where it knows the patient.
 */
export const acknowledger = (context) => changer(context, "acquitter/", ({ severity }) => ({ niveau_gravite: severity }), "alerts.failed");

/** Likewise the function that takes one's own acknowledgement back. */
export const backTaker = (context) => changer(context, "acquitter/annuler/", () => undefined, "alerts.take_back.failed");

/** The function that says that a doctor was called, of an alert about the early warning score. */
export const doctorCaller = (context) => changer(context, "medecin/", () => undefined, "score.call.failed");

/** The function with which a doctor closes such an alert. */
export const scoreCloser = (context) => changer(context, "clore/", () => undefined, "score.close.failed");

const changer = ({ api, alarms, state, t, announce }, path, body, otherwise) => async (alert, button = null, failed = (text) => {}) => {
  if (button) setBusy(button, true);
  let answer = null, why = "";
  try {
    answer = readAlert(await api.post(`api/iot/alertes/${alert.id}/${path}`, body(alert)));
  } catch (error) {
    why = error.fields?.acquittee?.[0] ?? error.fields?.terminee_le?.[0] ?? error.fields?.type_alerte?.[0] ?? error.detail;
  }
  if (!answer) {
    const text = why || t(otherwise);
    announce(text, true);
    failed(text);
    if (button) setBusy(button, false);
    return null;
  }
  alarms.addAlert(answer.patient, answer);
  if (state.knows(answer.patient)) state.addAlert(answer.patient, answer);
  return answer;
};
