import { DeviceList } from "./device-list.js";
import { ExtraValues } from "./extra-values.js";
import { HoldControl } from "./hold-control.js";
import { LiveTrace } from "./live-trace.js";
import { NewsScore } from "./news-score.js";
import { OwnEntries } from "./own-entries.js";
import { PatientPage } from "./patient-page.js";
import { RangeBar } from "./range-bar.js";
import { VitalCard } from "./vital-card.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "device-list": DeviceList, "extra-values": ExtraValues, "hold-control": HoldControl, "live-trace": LiveTrace, "news-score": NewsScore,
  "own-entries": OwnEntries, "patient-page": PatientPage, "range-bar": RangeBar, "vital-card": VitalCard,
};
