import { api, state, t } from "../context.js";
import { confirmDialog, openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, choices, field, input, values } from "../kit/form.js";
import { momentField, readWireMoments } from "../kit/moment-field.js";
import { PERMISSIONS } from "./key-permissions.js";
import { showSecret } from "./secret-dialog.js";

/** The dialogs about machine keys. */

const YEAR_MS = 365 * 86_400_000;
/** As long as it may take until somebody has replaced the key in its program. */
const FORMER_HOURS = 24;

const path = ({ id }) => `api/cles/${id}/`;

const expiryField = () => momentField("expire_le", t("keys.expires"), { at: state.now() + YEAR_MS, required: true, hint: t("keys.expires.hint") });

/** Some wards, or every one. */
function places(wards) {
  const select = choice([["some", t("keys.some_wards")], ["every", t("keys.every_ward.choice")]], "some");
  const boxes = choices("services", t("keys.wards"), wards.map(({ id, nom }) => [id, nom]));
  const follow = () => { boxes.hidden = select.value === "every"; };
  select.addEventListener("change", follow);
  return [field("etendue", t("keys.extent"), select), boxes];
}

const showKey = ({ nom: name, client_id: id, cle }) => showSecret({
  title: t("keys.key.of", { name }), label: t("keys.key.label"), secret: cle, warning: t("keys.key.once", { id }),
});

/** Makes a key and shows it; resolves with it. */
export async function addKey(wards) {
  const key = await openDialog({
    title: t("keys.add"),
    body: [
      field("nom", t("keys.name"), input("text", { required: true, maxlength: 100, autocomplete: "off", spellcheck: "false" }), { hint: t("keys.name.hint") }),
      choices("permissions", t("keys.permissions"), PERMISSIONS.map((each) => [each, t(`permission.${each}`)])),
      ...places(wards), expiryField(),
    ],
    actions: [{
      label: t("keys.add.do"),
      run: (form) => {
        const { etendue: extent, services, ...rest } = values(form);
        const every = extent === "every";
        return api.post("api/cles/", { ...rest, ...readWireMoments(form, ["expire_le"]), services: every ? [] : services.map(Number), tous_services: every });
      },
    }],
  });
  if (key) await showKey(key);
  return key;
}

/** Gives a key a new secret and shows it. */
export async function renewKey(key) {
  const renewed = await openDialog({
    title: t("keys.renew.title", { name: key.nom }),
    body: [el("p", { text: t("keys.renew.text") }),
      choices("former", t("keys.former"), [["keep", t("keys.former.keep", { hours: FORMER_HOURS })]], ["keep"], { hint: t("keys.former.hint") }),
      expiryField()],
    actions: [{
      label: t("keys.renew.do"),
      run: (form) => api.post(`${path(key)}renouveler/`,
        { ancienne_valable_h: values(form).former.length ? FORMER_HOURS : 0, ...readWireMoments(form, ["expire_le"]) }),
    }],
  });
  if (renewed) await showKey(renewed);
  return renewed;
}

export const revokeKey = (key) => confirmDialog({
  title: t("keys.revoke.title", { name: key.nom }), body: t("keys.revoke.text"), label: t("keys.revoke"), run: () => api.delete(path(key)),
});
