import { AlarmLoad } from "./alarm-load.js";
import { AlertList } from "./alert-list.js";
import { AlertTable } from "./alert-table.js";
import { AlertsPage } from "./alerts-page.js";
import { EscalationBanner } from "./escalation-banner.js";
import { LiveAnnouncer } from "./live-announcer.js";
import { PauseControl } from "./pause-control.js";
import { PauseStrip } from "./pause-strip.js";
import { SoundControl } from "./sound-control.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "alarm-load": AlarmLoad, "alert-list": AlertList, "alert-table": AlertTable, "alerts-page": AlertsPage,
  "escalation-banner": EscalationBanner, "live-announcer": LiveAnnouncer, "pause-control": PauseControl,
  "pause-strip": PauseStrip, "sound-control": SoundControl,
};
