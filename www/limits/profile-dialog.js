import { api, i18n, may, state, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, field, input, values } from "../kit/form.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { choosable, HYPERCAPNIA, profileOf, provisionalText } from "../model/limit-profiles.js";

/**
 * Asks whose limits and normal ranges shall hold for a patient. What the age proposes is chosen already; who confirms may choose another. Resolves with the
 * patient as the server has it, or with null.
 */
export function confirmProfile(patient) {
  const { profil: confirmed, profil_propose: proposed, profil_a_confirmer: asks, profil_provisoire: besides } = patient;
  const names = choosable(confirmed, may("chooseScoreScale"));
  const chosen = (asks && proposed) || profileOf(patient);
  const provisional = provisionalText(patient, t);
  const select = choice(names.map((name) => [name, t(`profile.${name}`)]), names.includes(chosen) ? chosen : names[0]);
  const scale = el("p", { class: "hint", role: "status" });
  const reason = field("motif", t("limits.reason"), input("text", { maxlength: 200, autocomplete: "off" }), { hint: t("profile.reason.hint"), mayBeEmpty: false });
  const hint = () => {
    scale.textContent = select.value === HYPERCAPNIA && patient.echelle_spo2 !== 2 ? t("profile.scale") : "";
    reason.hidden = select.value === proposed || (select.value === profileOf(patient) && !besides);
  };
  select.addEventListener("change", hint);
  hint();
  return openDialog({
    title: t("profile.title", { name: `${patient.prenom} ${patient.nom}` }),
    body: [
      el("p", { class: "whose" }, icon("user"), el("span", { text: t("profile.holds", { name: t(`profile.${profileOf(patient)}`), since: sinceText(patient) }) })),
      provisional ? el("p", { class: "provisional" }, icon("warning"), el("span", { text: provisional })) : null,
      proposed ? el("p", { text: t("profile.proposed", { name: t(`profile.${proposed}`) }) }) : null,
      field("profil", t("profile.label"), select, { hint: t("profile.hint") }), scale, reason,
    ].filter(Boolean),
    actions: [{ label: t("profile.confirm"), run: (form) => {
      const { profil, motif } = values(form);
      return api.post(`api/patients/${patient.id}/profil/`, { profil, ...(motif && !reason.hidden ? { motif } : {}) });
    } }],
  });
}

/** Who confirmed it and when, or that nobody has. */
export function sinceText({ profil: confirmed, profil_confirme_par: by, profil_confirme_le: at }) {
  if (!confirmed) return t("profile.unconfirmed");
  return t("profile.by", { who: by ?? t("handover.changes.system"), time: clockTime(Date.parse(at), state.now(), i18n.language) });
}
