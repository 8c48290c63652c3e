import { HandoverPage } from "./handover-page.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "handover-page": HandoverPage,
};
