import { api, i18n, state, t } from "../context.js";
import { confirmDialog, openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { choice, field, input, refusal } from "../kit/form.js";
import { number, range } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { moment } from "../kit/names.js";
import { rowAction } from "../kit/table.js";
import { stillOpen } from "../model/taking-back.js";
import { vital as entryOf } from "../model/vitals.js";
import { CHOSEN, check } from "./entry.js";

/** The values that the account has entered for a patient and can still correct or delete; nothing where there are none. Property: `patient`. */
export class OwnEntries extends FajmaElement {
  patient = null;
  #entries = [];
  #shown = "";

  start() {
    this.reload();
    this.everySecond(() => this.#open().length !== this.#entries.length && this.draw());
  }

  /** Fetches the list; what is shown stays while the server is away. Resolves with it. */
  async reload() {
    try {
      this.#entries = await api.get(`api/patients/${this.patient.id}/saisies/`);
      if (!this.signal.aborted) this.#update();
    } catch (error) {
      if (error.status === undefined) throw error;  // a mistake of ours, not a refusal
    }
    return this.#entries;
  }

  #open() { return stillOpen(this.#entries, state.now()); }

  draw() {
    this.#shown = null;
    this.#update();
  }

  #update() {
    this.#entries = this.#open();
    this.hidden = this.#entries.length === 0;
    const shown = JSON.stringify(this.#entries);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const isOpen = this.querySelector("details")?.open === true;
    this.replaceChildren(el("details", { open: isOpen }, el("summary", {}, el("h2", { text: `${t("entries.title")} (${this.#entries.length})` })),
      el("p", { class: "hint", text: t("entries.hint") }), el("ul", {}, ...this.#entries.map((entry) => this.#row(entry)))));
  }

  #row(entry) {
    const about = `${t(`vital.${entry.type_donnee}`)} ${valueText(entry)}`;
    const action = (name, click, kind) => rowAction({ label: t(`entries.${name}`), about, key: `${name}-${entry.id}`, kind, click });
    return el("li", {}, icon(entry.type_donnee),
      el("p", {}, el("strong", { text: about }), el("small", { text: t("entries.when", { time: moment(entry.timestamp, state.now()) }) })),
      action("correct", () => this.#after(correct(entry), "entries.corrected")),
      action("delete", () => this.#after(remove([entry]), "entries.deleted"), "grave"));
  }

  /** Deletes what one entry of the form stored. Resolves with whether it did. */
  async takeBack(entries) {
    const done = await this.#after(remove(entries), "entries.taken_back");
    return done !== null;
  }

  async #after(dialog, words) {
    const done = await dialog;
    if (done === null || this.signal.aborted) return done;
    this.announce(t(words), false);
    await this.reload();
    (this.hidden ? this.closest("patient-page")?.querySelector(".enter") : this.querySelector("summary"))?.focus();
    return done;
  }
}

/** "SpO₂ 96 %", "C Confus". */
function valueText({ type_donnee: name, valeur: value }) {
  const entry = entryOf(name);
  const index = entry.letters ? entry.letters.indexOf(value) : value;
  const worded = `value.${name}.${index}`;
  return i18n.has(worded) ? t(worded) : `${number(value, entry.decimals, i18n.language)}\u00a0${entry.unit}`;
}

function correct(entry) {
  const { id, type_donnee: name, valeur: value } = entry;
  const entryOfVital = /** @type {any} */ (entryOf(name));
  const { letters, plausible, decimals, unit } = entryOfVital;
  const control = CHOSEN[name]
    ? choice(CHOSEN[name].map((each, i) => [each, t(`value.${name}.${i}`)]), String(value))
    : input("text", { inputmode: decimals ? "decimal" : "numeric", autocomplete: "off", maxlength: 8, required: true, value: String(value).replace(".", i18n.language === "fr" ? "," : ".") });
  const hint = letters ? undefined : range(plausible, { unit, decimals: 0 }, i18n.language);
  return openDialog({
    title: t("entries.correct.title", { name: t(`vital.${name}`) }),
    body: [el("p", { class: "hint", text: t("entries.correct.text") }), field("valeur", t(`vital.${name}`), control, CHOSEN[name] ? {} : { hint })],
    actions: [{ label: t("dialog.save"), run: (form) => {
      const { values, faults } = check({ [name]: form.elements.valeur.value });
      if (faults[name]) throw refusal({ valeur: [faults[name] === "range" ? t("entry.fault.range", { range: hint }) : t(`entry.fault.${faults[name]}`)] });
      return api.patch(`api/iot/data/${id}/`, { valeur: values[name] });
    } }],
  });
}

/** The old value stays in the audit. */
const remove = (entries) => confirmDialog({
  title: t("entries.delete.title"),
  body: [el("ul", { class: "consequences" }, ...entries.map((entry) => el("li", { text: `${t(`vital.${entry.type_donnee}`)} ${valueText(entry)}` }))),
    el("p", { class: "hint", text: t("entries.delete.text") })],
  label: t("entries.delete"),
  run: async () => {
    // One that is gone already is as good as deleted.
    for (const { id } of entries) await api.delete(`api/iot/data/${id}/`).catch((error) => { if (error.status !== 404) throw error; });
  },
});
