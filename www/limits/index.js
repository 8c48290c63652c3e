import { LimitsTable } from "./limits-table.js";
import { LimitsTrial } from "./limits-trial.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "limits-table": LimitsTable, "limits-trial": LimitsTrial,
};
