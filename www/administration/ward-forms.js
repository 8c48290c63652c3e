import { api, t } from "../context.js";
import { confirmDialog, openDialog } from "../kit/dialog.js";
import { choice, choices, field, input, values } from "../kit/form.js";
import { ADULT, PROFILES } from "../model/limit-profiles.js";

/** The dialogs about wards. */

const name = (nom = "") => field("nom", t("wards.name"), input("text", { value: nom, required: true, maxlength: 80, autocomplete: "off" }));

export const addWard = () => openDialog({
  title: t("wards.add"), body: name(),
  actions: [{ label: t("dialog.add"), run: (form) => api.post("api/services/", values(form)) }],
});

/** Whether what devices measure on the skin counts in the early warning score is the ward's decision. */
const skin = ({ temperature_cutanee_validee: valid = false }) =>
  choices("temperature_cutanee_validee", t("wards.skin"), [["oui", t("wards.skin.valid")]], valid ? ["oui"] : [], { hint: t("wards.skin.hint") });

/** Whose limits hold for patients about whom nobody has decided. */
const profile = ({ profil_par_defaut: chosen = ADULT }) => field("profil_par_defaut", t("wards.profile"),
  choice(PROFILES.map((each) => [each.name, t(`profile.${each.name}`)]), chosen), { hint: t("wards.profile.hint") });
/** Whether a desk that only watches shows names is the ward's decision, too. */
const names = ({ noms_sur_ecran_verrouille: shown = false }) =>
  choices("noms_sur_ecran_verrouille", t("wards.locked"), [["oui", t("wards.locked.names")]], shown ? ["oui"] : [], { hint: t("wards.locked.hint") });

function written(form) {
  const { temperature_cutanee_validee: valid, noms_sur_ecran_verrouille: shown, ...rest } = values(form);
  return { ...rest, temperature_cutanee_validee: valid.length > 0, noms_sur_ecran_verrouille: shown.length > 0 };
}

export const changeWard = (ward) => openDialog({
  title: t("wards.change.title", { name: ward.nom }), body: [name(ward.nom), skin(ward), profile(ward), names(ward)],
  actions: [{ label: t("dialog.save"), run: (form) => api.patch(`api/services/${ward.id}/`, written(form)) }],
});

export const deleteWard = (ward) => confirmDialog({
  title: t("wards.delete.title", { name: ward.nom }), body: t("wards.delete.text"), label: t("wards.delete"),
  run: () => api.delete(`api/services/${ward.id}/`),
});
