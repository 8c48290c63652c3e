import { api, i18n, state, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { problemText } from "../kit/form.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { changeTexts } from "../model/limit-change-text.js";
import { readLimitChange } from "../model/limit-changes.js";

/** So many are shown; who wants more has the handover sheet and the audit log. */
const SHOWN = 50;

/** Which limits of a patient were changed, by whom, when and why, as a dialog: the patient's own, the ward's and the hospital's. */
export async function openLimitChanges(patient) {
  const place = el("div", { class: "limit-change-list", role: "status" }, el("p", { class: "soft", text: t("loading") }));
  const dialog = openDialog({ title: t("limits.changes.title", { name: `${patient.prenom} ${patient.nom}` }), className: "wide", body: [place], cancel: t("dialog.close") });
  try {
    const rows = await api.get(`api/patients/${patient.id}/limites/changements/`, { limit: SHOWN });
    const changes = rows.map(readLimitChange).filter(Boolean);
    place.replaceChildren(changes.length ? el("ul", {}, ...changes.map(row)) : el("p", { class: "soft", text: t("handover.changes.none") }));
  } catch (error) {
    if (error.status === undefined) throw error;  // a mistake of ours, not a refusal
    place.replaceChildren(el("p", { class: "form-problem", role: "alert" }, icon("error"), el("span", { text: problemText(error) })));
  }
  await dialog;
}

function row(change) {
  const { what, before, after, facts } = changeTexts(change, i18n, (at) => clockTime(at, state.now(), i18n.language));
  return el("li", { "data-looser": change.isLooser ? "" : null }, icon(change.isLooser ? "bellOff" : "bell"),
    el("p", {}, el("strong", { text: what }), ` ${before} → `, el("b", { text: after }), change.isLooser ? el("span", { class: "tag", text: t("limits.looser") }) : null,
      el("small", { text: facts.join(" · ") })));
}
