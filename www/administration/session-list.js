import { api, i18n, state, t } from "../context.js";
import { confirmDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { ago, clockTime } from "../kit/format.js";
import { TableElement } from "../kit/table-element.js";
import { rowAction } from "../kit/table.js";
import { readAgent } from "../session/user-agent.js";

/** Where another account is logged in. Property: `path`, of the list of sessions. Event "changed" {text} when one was ended. */
export class SessionList extends TableElement {
  path = null;
  caption = "sessions.list";
  empty = "sessions.none";

  load() { return api.get(this.path); }

  columns() {
    return [
      { label: t("sessions.from"), cell: ({ agent, type }) => el("span", { class: "two", title: agent }, el("strong", { text: readAgent(agent).text || t(`sessions.type.${type}`) }), el("small", { text: t(`sessions.type.${type}`) })) },
      { label: t("sessions.address"), className: "mono", cell: ({ adresse }) => adresse },
      { label: t("sessions.opened"), cell: ({ ouverte_le: at }) => clockTime(Date.parse(at), state.now(), i18n.language) },
      { label: t("sessions.active"), cell: ({ derniere_activite: at }) => ago(state.now() - Date.parse(at), i18n.language) },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (row) => this.#action(row) },
    ];
  }

  #action(row) {
    const about = [readAgent(row.agent).text, row.adresse].filter(Boolean).join(", ");
    return rowAction({ label: t("sessions.end"), about, key: `end-${row.id}`, kind: "grave", click: () => this.#end(row, about) });
  }

  async #end(row, about) {
    const done = await confirmDialog({ title: t("sessions.end.title"), body: t("sessions.end.text", { about }), label: t("sessions.end"), run: () => api.delete(`${this.path}${row.id}/`) });
    if (done === null) return;
    await this.changed(t("sessions.ended"));
    (this.querySelector("button") ?? this.closest("dialog")?.querySelector("footer button"))?.focus();
  }
}
