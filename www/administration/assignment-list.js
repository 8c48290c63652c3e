import { api, state, t } from "../context.js";
import { moment } from "../kit/names.js";
import { TableElement } from "../kit/table-element.js";
import { badge, rowAction } from "../kit/table.js";
import { changeAssignment, deleteAssignment, endAssignment } from "./assignment-forms.js";

/** So many assignments are shown, the newest. */
const SHOWN = 50;

/** Who wore a device when. Properties: `device`, `nameOf` (a patient's id => the name, if it may be known). Event "changed" {text}. */
export class AssignmentList extends TableElement {
  device = null;
  nameOf = null;
  caption = "assignments.list";
  empty = "assignments.none";

  load() { return api.get(`api/iot/dispositifs/${this.device.id}/affectations/`, { limit: SHOWN }); }

  columns() {
    return [
      { label: t("assignments.patient"), cell: (row) => this.#name(row) },
      { label: t("assignments.from"), cell: ({ debut }) => moment(debut, state.now()) },
      { label: t("assignments.to"), cell: (row) => this.#end(row) },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (row) => this.#actions(row) },
    ];
  }

  #end(row) {
    if (row.fin) return moment(row.fin, state.now());
    return this.#when(row) === "current" ? badge("normal", t("assignments.current")) : null;
  }

  #name({ patient }) { return this.nameOf(patient) ?? t("assignments.other", { id: patient }); }

  #when({ debut, fin }) {
    const now = state.now();
    if (Date.parse(debut) > now) return "future";
    return fin && Date.parse(fin) <= now ? "past" : "current";
  }

  #actions(row) {
    const name = this.#name(row);
    const about = `${name}, ${moment(row.debut, state.now())}`;
    const action = (label, dialog, done, kind) => rowAction({ label: t(`assignments.${label}`), about, key: `${label}-${row.id}`, kind,
      click: () => this.#act(dialog, t(`assignments.${done}`, { name }), `${label}-${row.id}`) });
    const when = this.#when(row);
    return [
      when === "current" ? action("end", () => endAssignment(this.device, row, name), "ended", "grave") : null,
      action("change", () => changeAssignment(this.device, row, name, this.nameOf), "changed"),
      when === "future" ? action("delete", () => deleteAssignment(this.device, row, name), "deleted", "grave") : null,
    ];
  }

  /** Does what a dialog asks for; the focus then is where it was, or near what is gone. */
  async #act(dialog, text, key) {
    if (await dialog() === null) return;
    await this.changed(text);
    const near = this.querySelector(`[data-key="${key}"]`) ?? this.querySelector("button") ?? this.closest("dialog")?.querySelector("select");
    near?.focus();
  }
}
