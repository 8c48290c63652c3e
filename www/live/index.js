import { ConnectionChip } from "./connection-chip.js";
import { StatusBanner } from "./status-banner.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "connection-chip": ConnectionChip, "status-banner": StatusBanner,
};
