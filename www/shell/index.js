import { AppBar } from "./app-bar.js";
import { TabStatus } from "./tab-status.js";
import { ZoneNote } from "./zone-note.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "app-bar": AppBar, "tab-status": TabStatus, "zone-note": ZoneNote,
};
