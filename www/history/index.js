import { HistoryChart } from "./history-chart.js";
import { HistoryNotes } from "./history-notes.js";
import { HistoryTools } from "./history-tools.js";
import { VitalHistory } from "./vital-history.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "history-chart": HistoryChart, "history-notes": HistoryNotes, "history-tools": HistoryTools, "vital-history": VitalHistory,
};
