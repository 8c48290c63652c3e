import { api, may, state, t } from "../context.js";
import { wardOptions } from "../kit/controls.js";
import { confirmDialog, openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, choices, field, input, values } from "../kit/form.js";
import { hospitalZone } from "../kit/hospital-zone.js";
import { fullName, whereabouts } from "../kit/names.js";
import { dayOf } from "../kit/zone.js";
import { choosable, proposedProfile } from "../model/limit-profiles.js";

/** The dialogs about patients. Each resolves with the patient as the server has it, or with null. */

/** Nobody is older (BirthDate in Sources/Clinical). */
const OLDEST_YEARS = 130;

/** What a discharge does to each of these is said before it is done. */
const CONSEQUENCES = ["devices", "alerts", "screens", "readings", "undo"];
const SEXES = ["F", "M", "X"];

const pair = (...fields) => el("div", { class: "field-pair" }, ...fields);

function identity({ nom = "", prenom = "", identifiant = "", date_naissance: born = null, sexe = null } = {}) {
  const today = dayOf(state.now(), hospitalZone());
  const earliest = `${Number(today.slice(0, 4)) - OLDEST_YEARS}${today.slice(4)}`;
  const sexes = [["", t("patients.sex.unknown")], ...SEXES.map((sex) => [sex, t(`sex.${sex}`)])];
  return [
    pair(field("nom", t("patients.last_name"), input("text", { value: nom, required: true, maxlength: 80, autocomplete: "off" })),
      field("prenom", t("patients.first_name"), input("text", { value: prenom, maxlength: 80, autocomplete: "off" }))),
    field("identifiant", t("patients.number"), input("text", { value: identifiant, required: true, maxlength: 32, autocomplete: "off",
      spellcheck: "false", autocapitalize: "characters" }), { hint: t("patients.number.hint") }),
    pair(field("date_naissance", t("patients.birth_date"), input("date", { value: born, min: earliest, max: today })),
      field("sexe", t("patients.sex"), choice(sexes, sexe))),
  ];
}

/** What the early warning score must know about somebody. The scale is a doctor's decision: who may not make it does not see it. */
const forTheScore = ({ enceinte: pregnant = false, echelle_spo2: scale = 1 } = {}) => [
  choices("enceinte", t("patients.pregnancy"), [["oui", t("patients.pregnant")]], pregnant ? ["oui"] : [], { hint: t("patients.pregnant.hint") }),
  ...(may("chooseScoreScale") ? [field("echelle_spo2", t("patients.scale"), choice([1, 2].map((each) => [each, t(`patients.scale.${each}`)]), scale), { hint: t("patients.scale.hint") })] : []),
];

/**
 * Whose limits shall hold: what the age proposes is chosen as soon as the birth date is known, until somebody chooses; who admits confirms it. Empty: later.
 * @param fields where the birth date is
 */
function profile(fields, { date_naissance: born = null } = {}) {
  const names = choosable(null, may("chooseScoreScale"));
  const propose = (day) => proposedProfile(day, dayOf(state.now(), hospitalZone())) ?? "";
  const select = choice([["", t("profile.later")], ...names.map((name) => [name, t(`profile.${name}`)])], propose(born));
  const birth = fields.map((node) => node.querySelector('[name="date_naissance"]')).find(Boolean);
  let isChosen = false;
  select.addEventListener("change", () => { isChosen = true; });
  birth.addEventListener("input", () => { if (!isChosen) select.value = propose(birth.value); });
  return field("profil", t("profile.label"), select, { hint: t("profile.admission.hint") });
}

/** Among several wards none is proposed: the first of the list is hardly ever the right one. */
const unchosen = (service, wards) => (service || wards.length === 1 ? [] : [["", t("patients.ward.choose")]]);

const place = ({ service, lit = "" }, wards) => pair(
  field("service", t("patients.ward"), choice([...unchosen(service, wards), ...wardOptions(wards)], service, { required: true })),
  field("lit", t("patients.bed"), input("text", { value: lit, maxlength: 20, autocomplete: "off" })));

/** A form's values as the wire has them: a number for a ward, null for what is unknown. */
function written(form) {
  const { service, date_naissance: born, sexe, enceinte: pregnant, echelle_spo2: scale, profil, ...rest } = values(form);
  return {
    ...rest,
    ...(pregnant === undefined ? {} : { enceinte: pregnant.length > 0 }),
    ...(scale === undefined ? {} : { echelle_spo2: Number(scale) }),
    ...(profil ? { profil } : {}),
    ...(service === undefined ? {} : { service: Number(service) }),
    ...(born === undefined ? {} : { date_naissance: born || null, sexe: sexe || null }),
  };
}

/** Admits somebody; `known` fills the form in with what is known already. */
export function admitPatient(known, wards) {
  const who = identity(known);
  return openDialog({
    title: t("patients.admit"),
    body: [...who, place({ service: known.service }, wards), ...(may("changeLimits") ? [profile(who, known)] : []), ...forTheScore(known)],
    actions: [{ label: t("patients.admit.do"), run: (form) => api.post("api/patients/", written(form)) }],
  });
}

export const changePatient = (patient) => openDialog({
  title: t("patients.change.title", { name: fullName(patient) }),
  body: [...identity(patient), ...forTheScore(patient)],
  actions: [{ label: t("dialog.save"), run: (form) => api.patch(`api/patients/${patient.id}/`, written(form)) }],
});

export const movePatient = (patient, wards) => openDialog({
  title: t("patients.move.title", { name: fullName(patient) }),
  body: [el("p", { class: "hint", text: t("patients.move.text") }), place(patient, wards)],
  actions: [{ label: t("patients.move"), run: (form) => api.patch(`api/patients/${patient.id}/`, written(form)) }],
});

export const dischargePatient = (patient, ward) => confirmDialog({
  title: t("patients.discharge.title", { name: fullName(patient) }),
  body: [
    el("p", { class: "about" }, el("strong", { text: fullName(patient) }),
      el("span", { text: [patient.identifiant, whereabouts(patient, ward)].filter(Boolean).join(" · ") })),
    el("ul", { class: "consequences" }, ...CONSEQUENCES.map((what) => el("li", { text: t(`patients.discharge.${what}`) }))),
  ],
  label: t("patients.discharge.do"),
  run: () => api.post(`api/patients/${patient.id}/sortie/`),
});

/** Takes a discharge back. Whose bed was taken meanwhile gets another one, or none. */
export const takeBackDischarge = (patient, ward) => openDialog({
  title: t("patients.take_back.title", { name: fullName(patient) }),
  body: [
    el("p", { class: "about" }, el("strong", { text: fullName(patient) }), el("span", { text: [patient.identifiant, ward].filter(Boolean).join(" · ") })),
    el("p", { class: "hint", text: t("patients.take_back.text") }),
    field("lit", t("patients.bed"), input("text", { value: patient.lit_quitte ?? "", maxlength: 20, autocomplete: "off" })),
  ],
  actions: [{ label: t("patients.take_back"), run: (form) => api.post(`api/patients/${patient.id}/sortie/annuler/`, { lit: values(form).lit }) }],
});
