import { api, t } from "../context.js";
import { openDialog, STAYS_OPEN } from "../kit/dialog.js";
import { saveAs } from "../kit/download.js";
import { el } from "../kit/dom.js";
import { field, input, problemText, refusal } from "../kit/form.js";

/** So many refused rows are listed. */
const LISTED = 50;
const EFFECTS = ["ajoute", "readmis", "modifie", "inchange", "refuse"];

/** Columns that a file of each kind may have (the server refuses others). */
const COLUMNS = {
  patients: ["identifiant", "nom", "prenom", "date_naissance", "sexe", "service", "lit"],
  dispositifs: ["nom", "type_dispositif", "patient"],
};

/**
 * Reads a list from a file: the server says first what would happen with each row, and stores all rows or none. Resolves with the server's report, or
 * with null.
 * @param {"patients" | "dispositifs"} subject
 */
export function importList(subject) {
  const path = `api/import/${subject}/`;
  const chooser = input("file", { accept: ".csv,text/csv", required: true });
  const found = el("div", { class: "import-report", role: "status" });
  let trial = null;
  let file = null;

  async function check() {
    [trial, file] = [null, null];
    if (!chooser.files.length) return found.replaceChildren();
    found.replaceChildren(el("p", { class: "hint", text: t("import.checking") }));
    // As it is now: what is checked is what is imported.
    const chosen = new Blob([await chooser.files[0].arrayBuffer()]);
    try {
      const report = await api.upload(path, chosen, { essai: true });
      [trial, file] = [report, chosen];
      found.replaceChildren(...shown(report));
    } catch (error) {
      if (error.status === undefined) throw error;
      const faults = faultTexts(error.fields ?? {});
      found.replaceChildren(...(faults.length ? faults : [problemText(error)]).map((text) => el("p", { class: "field-error", text })));
    }
  }
  chooser.addEventListener("change", check);

  return openDialog({
    title: t(`import.${subject}.title`), className: "import",
    body: [
      el("p", { class: "hint", text: t("import.hint", { columns: COLUMNS[subject].join(", ") }) }),
      el("p", {}, el("button", { type: "button", text: t("import.template"), on: { click: () => saveTemplate(subject) } })),
      field("fichier", t("import.file"), chooser), found,
    ],
    actions: [{
      label: t("import.do"),
      run: async () => {
        if (!trial) await check();
        if (!trial) return STAYS_OPEN;
        if (trial.effets.refuse) throw refusal({ fichier: [t("import.refused")] });
        return api.upload(path, file);
      },
    }],
  });
}

/** The first line of such a file, with the mark by which spreadsheets know UTF-8. */
const saveTemplate = (subject) =>
  saveAs(new Blob([`\uFEFF${COLUMNS[subject].join(";")}\r\n`], { type: "text/csv" }), `fajma-${subject}.csv`);

function shown(report) {
  const refused = report.resultats.filter(({ effet }) => effet === "refuse");
  const counts = EFFECTS.filter((effect) => report.effets[effect] || effect === "ajoute")
    .map((effect) => el("div", {}, el("dt", { text: t(`import.effect.${effect}`) }), el("dd", { text: String(report.effets[effect]) })));
  return [
    el("dl", { class: "import-counts" }, ...counts),
    refused.length ? el("p", { class: "field-error", text: t("import.refused") }) : null,
    refused.length ? el("ul", { class: "import-refused" }, ...refused.slice(0, LISTED).map(refusedRow)) : null,
    refused.length > LISTED ? el("p", { class: "hint", text: t("import.more", { count: refused.length - LISTED }) }) : null,
  ].filter(Boolean);
}

const refusedRow = ({ ligne: line, reference, errors }) => el("li", {},
  el("strong", { text: t("import.line", { line, reference }) }),
  ...faultTexts(errors).map((text) => el("span", { text })));

/** A sentence for each fault of a column, or of the whole. */
const faultTexts = (errors) => Object.entries(errors).flatMap(([column, texts]) =>
  texts.map((text) => (column === "non_field_errors" ? text : t("import.error", { column, text }))));

/** What was done, in one sentence. */
export const importedText = ({ effets: effects }) => t("import.done", {
  added: effects.ajoute, readmitted: effects.readmis, changed: effects.modifie, unchanged: effects.inchange,
});
