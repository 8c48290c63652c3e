import { api, i18n, state, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el, setText } from "../kit/dom.js";
import { field, input, refusal } from "../kit/form.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { picks } from "./entry-dialog.js";

/** Why patients leave a ward; what is chosen is stored in the language of the person who chose it. */
const REASONS = ["imaging", "theatre", "examination", "walk"];
const OTHER = "other";
/** For how long, in minutes; the server takes up to four hours. */
const MINUTES = [15, 30, 60, 120, 240];
const USUAL_MINUTES = 60;
const MAX_REASON = 120;
const MINUTE_MS = 60_000;

/** Asks why a patient is away and until when, and tells the server. Resolves with true, or null when it was only closed. */
export function openAbsence(patient) {
  const other = field("motif", t("hold.other"), input("text", { maxlength: MAX_REASON, autocomplete: "off" }), { mayBeEmpty: false });
  other.hidden = true;
  const back = el("p", { class: "returns", role: "status" });
  const tell = (minutes) => setText(back, t("hold.return.at", { time: clockTime(state.now() + minutes * MINUTE_MS, state.now(), i18n.language) }));
  tell(USUAL_MINUTES);

  const reasons = picks("raison", t("hold.reason"), [...REASONS, OTHER].map((name) => [name, t(`hold.reason.${name}`)]), REASONS[0], { on: { change: ({ target }) => {
    other.hidden = target.value !== OTHER;
    if (!other.hidden) other.querySelector("input").focus();
  } } });
  const minutes = picks("duree_min", t("hold.return"), MINUTES.map((count) => [String(count), minutesText(count)]), String(USUAL_MINUTES),
    { on: { change: ({ target }) => tell(Number(target.value)) } });

  async function begin(form) {
    const chosen = Object.fromEntries(new FormData(form));
    const motif = chosen.raison === OTHER ? other.querySelector("input").value.trim() : t(`hold.reason.${chosen.raison}`);
    if (!motif) throw refusal({ motif: [t("form.required")] });
    await api.post(`api/patients/${patient.id}/absence/`, { motif, duree_min: Number(chosen.duree_min) });
    return true;
  }

  return openDialog({ title: t("hold.absent.title"), className: "entry absence", actions: [{ label: t("hold.begin"), run: begin }], body: [
    el("p", { class: "whose" }, icon("user"), el("strong", { text: `${patient.prenom} ${patient.nom}` }), el("span", { text: patient.lit ? `${t("patient.bed")} ${patient.lit}` : "" })),
    reasons, other, minutes, back, el("p", { class: "rests", text: t("hold.rests") })] });
}

const minutesText = (count) => (count < 60 ? t("hold.minutes", { count }) : t("hold.hours", { count: count / 60 }));
