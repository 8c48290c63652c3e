import { i18n, t } from "../context.js";
import { openDialog, STAYS_OPEN } from "../kit/dialog.js";

/** What becomes of the other devices that a patient wears: the server asks for it before it assigns one more. */

const NEEDED = "patient_wears_device";

/**
 * Sends an assignment; where the patient wears other devices in that time, asks what becomes of them and sends it again with the answer.
 *
 * `send(choice)`: makes the request with the members of `choice` in its body. `name`: the patient's. Resolves with what `send` did, or with
 * STAYS_OPEN when the person did not choose: nothing has been changed then.
 */
export async function askingAboutOthers(send, name) {
  try {
    return await send({});
  } catch (error) {
    if (error.code !== NEEDED) throw error;
    const choice = await chooseForOthers(error.problem.dispositifs ?? [], name);
    return choice === null ? STAYS_OPEN : send({ autres_dispositifs: choice });
  }
}

/** "remplacer", "garder", or null when the person did not choose. */
function chooseForOthers(devices, name) {
  // One name at most stands in the title, which does not scroll.
  const form = devices.length === 1 ? "one" : "other";
  const names = devices.length ? new Intl.ListFormat(i18n.language).format(devices.map(({ nom }) => nom)) : t("others.unnamed");
  return openDialog({
    title: t(`others.title.${form}`, { names }), className: "others",
    body: [t("others.worn", { name, names }), t(`others.replace.text.${form}`), t(`others.keep.text.${form}`)],
    actions: [{ label: t("others.replace"), value: "remplacer" }, { label: t(`others.keep.${form}`), kind: "plain", value: "garder" }],
  });
}
