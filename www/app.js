import { AccountPage } from "./session/account-page.js";
import { AccountSection } from "./administration/account-section.js";
import { AdministrationPage } from "./administration/administration-page.js";
import { AlarmLoad } from "./alarms/alarm-load.js";
import { AlarmSection } from "./administration/alarm-section.js";
import { AlertList } from "./alarms/alert-list.js";
import { AlertTable } from "./alarms/alert-table.js";
import { AlertsPage } from "./alarms/alerts-page.js";
import { AppBar } from "./shell/app-bar.js";
import { AssignmentList } from "./administration/assignment-list.js";
import { AuditSection } from "./administration/audit-section.js";
import { AuditTable } from "./administration/audit-table.js";
import { ConnectionChip } from "./live/connection-chip.js";
import { DeviceList } from "./patient/device-list.js";
import { DeviceSection } from "./administration/device-section.js";
import { EscalationBanner } from "./alarms/escalation-banner.js";
import { ExtraValues } from "./patient/extra-values.js";
import { HandoverPage } from "./handover/handover-page.js";
import { HistoryChart } from "./history/history-chart.js";
import { HistoryNotes } from "./history/history-notes.js";
import { HistoryTools } from "./history/history-tools.js";
import { IdleWatch } from "./session/idle-watch.js";
import { LimitsRehearsal } from "./limits/limits-trial.js";
import { LimitsTable } from "./limits/limits-table.js";
import { LiveAnnouncer } from "./alarms/live-announcer.js";
import { LiveTrace } from "./patient/live-trace.js";
import { LoginPage } from "./session/login-page.js";
import { MySessions } from "./session/my-sessions.js";
import { NewsScore } from "./patient/news-score.js";
import { PasswordForm } from "./session/password-form.js";
import { PasswordPage } from "./session/password-page.js";
import { PageMark } from "./shell/tab-status.js";
import { PatientPage } from "./patient/patient-page.js";
import { PatientSection } from "./administration/patient-section.js";
import { PatientTile } from "./ward/patient-tile.js";
import { PauseControl } from "./alarms/pause-control.js";
import { PauseStrip } from "./alarms/pause-strip.js";
import { RangeBar } from "./patient/range-bar.js";
import { ServiceList } from "./ward/ward-list.js";
import { SessionList } from "./administration/session-list.js";
import { SoundControl } from "./alarms/sound-control.js";
import { StatusBanner } from "./live/status-banner.js";
import { VitalCard } from "./patient/vital-card.js";
import { VitalHistory } from "./history/vital-history.js";
import { WardPage } from "./ward/ward-page.js";
import { WardSection } from "./administration/ward-section.js";
import { el } from "./kit/dom.js";
import { icon } from "./kit/icons.js";
import { keepTrying } from "./kit/retry.js";
import { route } from "./shell/router.js";
import { api, base, hearWard, i18n, idle, may, mayAct, player, t } from "./context.js";
import { keepShell } from "./shell/keep-offline.js";
import { applyTheme } from "./kit/theme.js";
import { ticker } from "./kit/ticker.js";

const ELEMENTS = {
  "account-page": AccountPage, "account-section": AccountSection, "administration-page": AdministrationPage,
  "alarm-load": AlarmLoad, "alarm-section": AlarmSection, "alert-list": AlertList, "alert-table": AlertTable, "alerts-page": AlertsPage,
  "app-bar": AppBar, "assignment-list": AssignmentList, "audit-section": AuditSection, "audit-table": AuditTable,
  "connection-chip": ConnectionChip, "device-list": DeviceList, "device-section": DeviceSection, "escalation-banner": EscalationBanner,
  "extra-values": ExtraValues, "handover-page": HandoverPage, "history-chart": HistoryChart, "history-notes": HistoryNotes, "history-tools": HistoryTools, "idle-watch": IdleWatch, "limits-rehearsal": LimitsRehearsal,
  "limits-table": LimitsTable, "live-announcer": LiveAnnouncer, "live-trace": LiveTrace, "login-page": LoginPage,
  "my-sessions": MySessions, "news-score": NewsScore, "page-mark": PageMark, "password-form": PasswordForm, "password-page": PasswordPage,
  "patient-page": PatientPage, "patient-section": PatientSection, "patient-tile": PatientTile, "pause-control": PauseControl,
  "pause-strip": PauseStrip, "range-bar": RangeBar, "service-list": ServiceList, "session-list": SessionList,
  "sound-control": SoundControl, "ward-section": WardSection,
  "status-banner": StatusBanner, "vital-card": VitalCard, "vital-history": VitalHistory, "ward-page": WardPage,
};

/** What a browser takes for a person who may want sound. */
const HANDS = ["pointerdown", "pointerup", "keydown"];

const page = document.getElementById("page");

/** What stands in `main`: the login while nobody is logged in, the change of a password that somebody else made, else what the address names. */
function wanted(reason) {
  if (!api.user) return { element: "login-page", properties: { reason } };
  if (api.user.mot_de_passe_provisoire) return { element: "password-page", properties: {} };
  const found = route(location.hash);
  const allowed = ["account-page", "handover-page"].includes(found.element) ? mayAct() : found.element !== "alerts-page" || (mayAct() && may("readAlerts"));
  return allowed ? found : route("#/");
}

/** Puts the page into `main`. `reason`: why the session has just ended. */
function show(reason = null) {
  const { element, properties } = wanted(reason);
  page.replaceChildren(Object.assign(el(element), properties));
  window.scrollTo(0, 0);
  if (!api.user) return;
  player.start();
  hearWard();  // a page about a ward has said which by now
}

/** Where a new page begins, unless it has put the focus somewhere itself. */
function takeFocus() {
  if (!page.contains(document.activeElement) || document.activeElement === page) page.focus({ preventScroll: true });
}

async function start() {
  applyTheme();
  const never = new AbortController().signal;
  await keepTrying(() => i18n.start(null), never);
  document.documentElement.lang = i18n.language;
  await keepTrying(() => api.renew(), never, sayOffline).catch(() => {});  // a refusal: nobody is logged in
  // The files may be those that were kept: the server is there again, and has the newest.
  if (page.querySelector(".offline")) return location.reload();
  await speakTheAccountsLanguage();
  for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
  i18n.addEventListener("change", () => { document.documentElement.lang = i18n.language; });
  api.addEventListener("login", () => {
    idle.begin(api.user.inactivite_s);
    speakTheAccountsLanguage().then(() => {
      show();
      takeFocus();
    });
  });
  api.addEventListener("logout", ({ detail: { reason } }) => {
    // The server may have been the first to notice that nobody was there.
    const why = idle.look().state === "over" ? "idle" : reason;
    idle.end();
    show(why);
  });
  api.addEventListener("user", () => page.querySelector("password-page") && show());
  window.addEventListener("hashchange", () => { show(); takeFocus(); });
  for (const type of HANDS) document.addEventListener(type, () => player.wake(), { capture: true, passive: true });
  ticker.start();
  show();
  keepShell(base).catch(() => {});  // the page works without
}

/** No value is shown until the server answers. */
function sayOffline() {
  document.title = `${t("offline.title")} – FAJMA`;
  if (page.querySelector(".offline")) return;
  page.replaceChildren(el("section", { class: "offline", role: "alert" }, icon("disconnected"),
    el("h1", { text: t("offline.title") }), el("p", { text: t("offline.why") }), el("p", { text: t("start.unreachable") })));
}

async function speakTheAccountsLanguage() {
  if (api.user && !i18n.remembered) await i18n.start(api.user.langue).catch(() => {});
}

start();
