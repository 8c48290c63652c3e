import { el } from "./dom.js";
import { clockTime } from "./format.js";
import { icon } from "./icons.js";
import { i18n, t } from "./texts.js";

/** How lists and dialogs call people, places and instants. */

/** "14:03" of today, "21 nov., 14:03" of another day: an instant of the wire. `now` is the server's, in ms. */
export const moment = (wire, now) => clockTime(Date.parse(wire), now, i18n.language);

/** Wards by name, as the page's language sorts them. */
export const byName = (language) => (a, b) => new Intl.Collator(language, { numeric: true }).compare(a.nom, b.nom);

/** "DUPONT Marie", as lists of names have it. */
export const fullName = ({ nom, prenom }) => [nom.toUpperCase(), prenom].filter(Boolean).join(" ");

/** Beside the name of somebody who could be taken for another patient of the ward (model/homonyms.js). @param isSmall shows the sign without its word */
export const homonymMark = (isSmall = false) => el("span", { class: "homonym", title: t("patients.homonym.title") },
  icon("homonym"), el("span", { class: isSmall ? "visually-hidden" : null, text: t("patients.homonym") }));

/** Beside the name of a device that looks like another's. */
export const namesakeMark = () => el("span", { class: "homonym", title: t("fleet.namesake.title") }, icon("homonym"), el("span", { text: t("fleet.namesake") }));

/** "lit 12, Cardiologie": where a patient lies. */
export const whereabouts = ({ lit }, ward) => [lit ? t("patients.bed_of", { bed: lit }) : null, ward].filter(Boolean).join(", ");
