import { i18n, t } from "../context.js";
import { el } from "../kit/dom.js";
import { birthText, exactMinute, zoneText } from "../kit/format.js";
import { fullName, homonymMark } from "../kit/names.js";
import { ADULT, askText, profileOf, provisionalText } from "../model/limit-profiles.js";
import { alarmLoad, limitChanges, limits, openAlerts } from "./handover-alarms.js";
import { missing } from "./handover-text.js";
import { byHand, devices, gaps, score, traces, vitalsNote, vitalsNow } from "./handover-vitals.js";

/** What a sheet has: which answers each part cannot do without, and what makes it. */
const PARTS = {
  now: [["latest"], vitalsNow], traces: [[], traces], open: [["alerts"], openAlerts], load: [["alerts"], alarmLoad], gaps: [[], gaps], score: [["score"], score],
  by_hand: [["byHand"], byHand], limits: [["limits"], limits], changes: [["changes"], limitChanges], devices: [["devices"], devices],
};

/**
 * Where they stand: over the whole width, or in one of two columns.
 * @type {[string, string[]][]}
 */
const PLACES = [["wide", ["now", "traces"]], ["column", ["open", "gaps", "devices"]], ["column", ["load", "score"]], ["wide", ["by_hand", "limits", "changes"]]];
/** With more rows than this a sheet is set in smaller letters, so that it stays one page. */
const ROOMY_ROWS = 33;

/** A patient's handover sheet. @param sheet as `fetchSheet` answers; @param ward its name or null; @param isHomonym whether somebody else of the ward has the name */
export function handoverSheet(sheet, ward, isHomonym) {
  const parts = el("div", { class: "parts" }, ...PLACES.map(([place, names]) => el("div", { class: place }, ...names.map((name) => part(name, sheet)))));
  const isDense = parts.querySelectorAll("li, tr, .trace").length > ROOMY_ROWS;
  return el("article", { class: isDense ? "sheet dense" : "sheet", "data-patient": sheet.patient.id, "aria-label": fullName(sheet.patient) }, head(sheet, ward, isHomonym),
    parts,
    el("footer", {}, el("p", { class: "printed" }), el("p", { text: t("handover.notice") })));
}

function head({ patient, from, to }, ward, isHomonym) {
  const { lit: bed, identifiant: number, date_naissance: born, sexe: sex } = patient;
  const facts = [number, birthText(born, to, i18n.language, (values) => t("patient.age", values)), i18n.has(`sex.${sex}`) ? t(`sex.${sex}`) : null, ward].filter(Boolean);
  const minute = (at) => exactMinute(at, i18n.language);
  return el("header", {}, el("p", { class: "bed" }, el("small", { text: t("patient.bed") }), bed || "–"),
    el("div", { class: "who" }, el("h2", { text: fullName(patient) }, isHomonym ? homonymMark() : null), el("p", { text: facts.join(" · ") }), profileLine(patient, minute)),
    el("div", { class: "when" }, el("p", { text: t("handover.title") }), el("p", { text: t("handover.span", { from: minute(from), to: minute(to) }) }),
      el("p", { class: "zone", text: t("handover.zone", { zone: zoneText(from, to) }) })));
}

/** Whose limits hold and who said so; nothing for an adult about whom nobody asks. */
function profileLine(patient, minute) {
  const { profil: confirmed, profil_a_confirmer: asks, profil_confirme_par: by, profil_confirme_le: at } = patient;
  const profile = profileOf(patient);
  if (profile === ADULT && !asks) return null;
  const who = confirmed ? t("profile.by", { who: by ?? t("handover.changes.system"), time: minute(Date.parse(at)) }) : t("profile.unconfirmed");
  return el("p", { class: "profile" }, el("strong", { text: t("profile.of", { name: t(`profile.${profile}`) }) }),
    [` (${who})`, asks ? askText(patient, t) : null, provisionalText(patient, t)].filter(Boolean).join(" – "));
}

/** A part, or in its place why it could not be fetched. */
function part(name, sheet) {
  const [needed, make] = PARTS[name];
  const failed = needed.map((answer) => sheet.parts[answer]).find(({ failure }) => failure);
  const note = name === "now" ? vitalsNote(sheet) : null;
  const heading = el("h3", {}, t(`handover.${name}`), note ? el("small", { class: "note", text: note }) : null);
  return el("section", { class: `part-${name.replace("_", "-")}` }, heading, failed ? missing(failed.failure) : make(sheet));
}
