import { changeAssignment, deleteAssignment, endAssignment } from "../administration/assignment-forms.js";
import { el } from "../dom.js";
import { problemText } from "../form.js";
import { clockTime } from "../format.js";
import { api, i18n, state, t } from "../services.js";
import { badge, rowAction, table } from "../table.js";
import { Part } from "./part.js";

/** So many assignments are shown, the newest. */
const SHOWN = 50;

/** Who wore a device when. Properties: `device`, `nameOf` (a patient's id => the name, if it may be known). Event "changed" {text}. */
export class AssignmentList extends Part {
  #rows = null;
  #failure = null;

  start() { this.#reload(); }

  async #reload() {
    try {
      this.#rows = await api.get(`api/iot/dispositifs/${this.device.id}/affectations/`, { limit: SHOWN });
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
    }
    if (!this.signal.aborted) this.draw();
  }

  draw() {
    if (this.#failure) return this.replaceChildren(el("p", { class: "form-problem", role: "alert", text: problemText(this.#failure) }));
    if (!this.#rows) return this.replaceChildren(el("p", { class: "soft", text: t("loading") }));
    if (!this.#rows.length) return this.replaceChildren(el("p", { class: "soft", text: t("assignments.none") }));
    this.replaceChildren(table({ caption: t("assignments.list"), rows: this.#rows, columns: [
      { label: t("assignments.patient"), cell: (row) => this.#name(row) },
      { label: t("assignments.from"), cell: ({ debut }) => this.#moment(debut) },
      { label: t("assignments.to"), cell: (row) => (this.#when(row) === "current" && !row.fin ? badge("normal", t("assignments.current")) : row.fin && this.#moment(row.fin)) },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (row) => this.#actions(row) },
    ] }));
  }

  #moment(wire) { return clockTime(Date.parse(wire), state.now(), i18n.language); }

  #name({ patient }) { return this.nameOf(patient) ?? t("assignments.other", { id: patient }); }

  #when({ debut, fin }) {
    const now = state.now();
    if (Date.parse(debut) > now) return "future";
    return fin && Date.parse(fin) <= now ? "past" : "current";
  }

  #actions(row) {
    const name = this.#name(row);
    const action = (label, dialog, done, kind) => rowAction({ label: t(`assignments.${label}`), about: `${name}, ${this.#moment(row.debut)}`, key: `${label}-${row.id}`, kind,
      click: async () => {
        if (await dialog() === null) return;
        this.dispatchEvent(new CustomEvent("changed", { detail: { text: t(`assignments.${done}`, { name }) } }));
        await this.#reload();
        (this.querySelector(`[data-key="${label}-${row.id}"]`) ?? this.querySelector("button") ?? this.closest("dialog")?.querySelector("select"))?.focus();
      } });
    const when = this.#when(row);
    return [
      when === "current" ? action("end", () => endAssignment(this.device, row, name), "ended", "grave") : null,
      action("change", () => changeAssignment(this.device, row, name, this.nameOf), "changed"),
      when === "future" ? action("delete", () => deleteAssignment(this.device, row, name), "deleted", "grave") : null,
    ];
  }
}
