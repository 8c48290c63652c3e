import { confirmDialog, openDialog } from "../dialog.js";
import { field, input, values } from "../form.js";
import { api, t } from "../services.js";

/** The dialogs about wards. */

const name = (nom = "") => field("nom", t("wards.name"), input("text", { value: nom, required: true, maxlength: 80, autocomplete: "off" }));

export const addWard = () => openDialog({
  title: t("wards.add"), body: name(),
  actions: [{ label: t("dialog.add"), run: (form) => api.post("api/services/", values(form)) }],
});

export const renameWard = (ward) => openDialog({
  title: t("wards.rename.title", { name: ward.nom }), body: name(ward.nom),
  actions: [{ label: t("dialog.save"), run: (form) => api.patch(`api/services/${ward.id}/`, values(form)) }],
});

export const deleteWard = (ward) => confirmDialog({
  title: t("wards.delete.title", { name: ward.nom }), body: t("wards.delete.text"), label: t("wards.delete"),
  run: () => api.delete(`api/services/${ward.id}/`),
});
