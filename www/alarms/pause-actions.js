import { alarms, api, t } from "../context.js";
import { announce, setBusy } from "../kit/dom.js";
import { readPause } from "../model/pauses.js";

/** Beginning and ending pauses of the sound: this page knows at once, the others by the socket. */

/** What may be chosen, in minutes; the first is the usual one. */
export const MINUTES = [2, 1, 5, 10];

const pathOf = ({ patient, ward }) => (patient === null ? `api/services/${ward}/pause/` : `api/patients/${patient}/pause/`);

/** `subject`: `{patient, ward}`, one of them null. */
export const beginPause = (subject, minutes, button) => act(button, async () => {
  const pause = readPause(await api.post(pathOf(subject), { duree_s: minutes * 60 }));
  if (pause) alarms.addPause(subject.patient, subject.ward, pause);
});

export const endPause = (pause, button) => act(button, async () => {
  await api.delete(pathOf(pause));
  alarms.addPause(pause.patient, pause.ward, null);
});

/** Returns null, or why it was refused. */
async function act(button, work) {
  setBusy(button, true);
  try {
    await work();
    return null;
  } catch (error) {
    if (error.status === undefined) throw error;  // a mistake of ours, not a refusal
    const text = error.detail || t("pause.failed");
    announce(text, true);
    return text;
  } finally {
    setBusy(button, false);
  }
}
