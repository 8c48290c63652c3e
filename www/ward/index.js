import { PatientTile } from "./patient-tile.js";
import { WardList } from "./ward-list.js";
import { WardPage } from "./ward-page.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "patient-tile": PatientTile, "ward-list": WardList, "ward-page": WardPage,
};
