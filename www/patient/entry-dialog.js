import { api, i18n, state, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { field, input } from "../kit/form.js";
import { range } from "../kit/format.js";
import { hospitalZone } from "../kit/hospital-zone.js";
import { icon } from "../kit/icons.js";
import { latestText } from "../kit/moment.js";
import { momentField, readMoments } from "../kit/moment-field.js";
import { rangeWords } from "../model/limit-text.js";
import { vital as entryOf } from "../model/vitals.js";
import { CHOSEN, check, Entry, TYPED, withSeconds } from "./entry.js";

/** A clock that is a little ahead of the server's is no future. */
const FUTURE_MS = 30_000;

/**
 * Manual entry for a patient, as a dialog. Resolves with what was stored (`Entry.storedReadings`), also when only some were and the dialog
 * was closed without the rest.
 */
export async function openEntry(patient) {
  const entry = new Entry(patient.id);
  const openedAt = state.now();
  let nowIs = null;

  async function store(form) {
    const typed = Object.fromEntries(new FormData(form));
    const { quand, moment, ...vitals } = typed;
    const { values, faults } = check(vitals);
    if (Object.keys(faults).length) throw refused(Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, [faultText(name, fault)]])));
    // "Now" is the first sending, and stays it: sent again, it is the same reading.
    const at = quand === "now" ? (nowIs ??= state.now()) : earlier(form);
    if (at > state.now() + FUTURE_MS) throw refused({ moment: [t("entry.future")] });
    const body = entry.body(values, at);
    if (!body && entry.stored.size === 0) throw refused({}, t("entry.empty"));
    if (body) await send(body, form);
  }

  function earlier(form) {
    const { moment } = readMoments(form, ["moment"]);
    if (moment === null) throw refused({ moment: [t("form.required")] });
    return withSeconds(moment, openedAt);
  }

  async function send(body, form) {
    let reasons;
    try {
      reasons = entry.settle((await api.post("api/iot/data/", body)).rejetees);
    } catch (error) {
      if (!error.problem?.rejetees) throw error;
      reasons = entry.settle(error.problem.rejetees);
    }
    for (const name of entry.stored) showStored(form.querySelector(`[data-field="${name}"]`));
    if (Object.keys(reasons).length) throw refused(Object.fromEntries(Object.entries(reasons).map(([name, reason]) => [name, [reason]])));
  }

  await openDialog({ title: t("entry.title"), className: "wide entry", body: fields(patient, openedAt), actions: [{ label: t("entry.store"), run: store }] });
  return entry.storedReadings;
}

const refused = (fields, detail) => ({ status: 400, fields, detail });

function faultText(name, fault) {
  return fault === "range" ? t("entry.fault.range", rangeWords(entryOf(name), i18n.language)) : t(`entry.fault.${fault}`);
}

const plausible = (entry) => range(entry.plausible, { ...entry, decimals: 0 }, i18n.language);

const fields = (patient, openedAt) => [
  el("p", { class: "whose" }, icon("user"), el("strong", { text: `${patient.prenom} ${patient.nom}` }),
    el("span", { text: [patient.lit ? `${t("patient.bed")} ${patient.lit}` : null, patient.identifiant].filter(Boolean).join(" · ") })),
  el("div", { class: "typed" }, ...TYPED.map(typedField)),
  ...Object.keys(CHOSEN).map(chosenField),
  when(openedAt),
];

function typedField(name) {
  const entry = entryOf(name);
  // The keypad with a comma also for whole numbers would be one key too many.
  const control = input("text", { inputmode: entry.decimals ? "decimal" : "numeric", autocomplete: "off", maxlength: 8 });
  const place = field(name, t(`vital.${name}`), control, { hint: plausible(entry), className: "measure", mayBeEmpty: false });
  place.dataset.vital = name;
  return place;
}

function chosenField(name) {
  const { letters } = entryOf(name);
  const options = CHOSEN[name].map((value, i) => [value, t(`value.${name}.${i}`), letters && value]);
  return picks(name, t(`vital.${name}`), [["", t("entry.none")], ...options], "");
}

/** A choice of one among a few, all of them to be seen: `options` as `[[value, text, letter]]`. */
export function picks(name, label, options, chosen, attributes = {}) {
  return el("fieldset", { class: "field", "data-field": name, "aria-describedby": `entry-${name}-error` },
    el("legend", { text: label }),
    el("div", { class: "picks" }, ...options.map(([value, text, letter]) => el("label", {},
      el("input", { type: "radio", name, value, checked: value === chosen, ...attributes }), letter ? el("b", { text: letter }) : null, el("span", { text })))),
    el("p", { class: "field-error", id: `entry-${name}-error` }));
}

function when(openedAt) {
  const earlier = momentField("moment", t("entry.moment"), { at: openedAt, max: latestText(openedAt, hospitalZone()), mayBeEmpty: false });
  earlier.hidden = true;
  const change = ({ target }) => { earlier.hidden = target.value === "now"; };
  return el("div", { class: "when" },
    picks("quand", t("entry.when"), [["now", t("entry.when.now")], ["earlier", t("entry.when.earlier")]], "now", { on: { change } }), earlier);
}

/** What is stored is seen to be, and cannot be changed here any more. */
function showStored(place) {
  if (place.classList.contains("stored")) return;
  place.classList.add("stored");
  for (const control of place.querySelectorAll("input")) control.disabled = true;
  place.append(el("p", { class: "stored-note" }, icon("check"), el("span", { text: t("entry.stored") })));
}
