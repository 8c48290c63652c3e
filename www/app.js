import { AccountSection } from "./components/account-section.js";
import { AdministrationPage } from "./components/administration-page.js";
import { AlertList } from "./components/alert-list.js";
import { AppBar } from "./components/app-bar.js";
import { AssignmentList } from "./components/assignment-list.js";
import { AuditSection } from "./components/audit-section.js";
import { AuditTable } from "./components/audit-table.js";
import { ConnectionChip } from "./components/connection-chip.js";
import { DeviceList } from "./components/device-list.js";
import { DeviceSection } from "./components/device-section.js";
import { ExtraValues } from "./components/extra-values.js";
import { LiveAnnouncer } from "./components/live-announcer.js";
import { LiveTrace } from "./components/live-trace.js";
import { LoginPage } from "./components/login-page.js";
import { PatientPage } from "./components/patient-page.js";
import { PatientSection } from "./components/patient-section.js";
import { PatientTile } from "./components/patient-tile.js";
import { RangeBar } from "./components/range-bar.js";
import { ServiceList } from "./components/service-list.js";
import { SessionList } from "./components/session-list.js";
import { StatusBanner } from "./components/status-banner.js";
import { VitalCard } from "./components/vital-card.js";
import { WardPage } from "./components/ward-page.js";
import { WardSection } from "./components/ward-section.js";
import { el } from "./dom.js";
import { keepTrying } from "./retry.js";
import { route } from "./router.js";
import { api, i18n, t } from "./services.js";
import { applyTheme } from "./theme.js";
import { ticker } from "./ticker.js";

const ELEMENTS = {
  "account-section": AccountSection, "administration-page": AdministrationPage, "assignment-list": AssignmentList,
  "audit-section": AuditSection, "audit-table": AuditTable, "device-section": DeviceSection, "patient-section": PatientSection,
  "session-list": SessionList, "ward-section": WardSection,
  "alert-list": AlertList, "app-bar": AppBar, "connection-chip": ConnectionChip, "device-list": DeviceList,
  "extra-values": ExtraValues, "live-announcer": LiveAnnouncer, "live-trace": LiveTrace, "login-page": LoginPage,
  "patient-page": PatientPage, "patient-tile": PatientTile, "range-bar": RangeBar, "service-list": ServiceList,
  "status-banner": StatusBanner, "vital-card": VitalCard, "ward-page": WardPage,
};

const page = document.getElementById("page");

/** Puts the page that the address names into `main`, or the login while nobody is logged in. */
function show() {
  const { element, properties } = api.user ? route(location.hash) : { element: "login-page", properties: {} };
  page.replaceChildren(Object.assign(el(element), properties));
  window.scrollTo(0, 0);
}

async function start() {
  applyTheme();
  const never = new AbortController().signal;
  const waiting = () => page.replaceChildren(el("p", { class: "starting", text: t("start.unreachable") }));
  await keepTrying(() => i18n.start(null), never);
  document.documentElement.lang = i18n.language;
  await keepTrying(() => api.renew(), never, waiting).catch(() => {});  // a refusal: nobody is logged in
  await speakTheAccountsLanguage();
  for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
  i18n.addEventListener("change", () => { document.documentElement.lang = i18n.language; });
  api.addEventListener("login", () => speakTheAccountsLanguage().then(show));
  api.addEventListener("logout", show);
  window.addEventListener("hashchange", () => { show(); page.focus(); });
  ticker.start();
  show();
}

async function speakTheAccountsLanguage() {
  if (api.user && !i18n.remembered) await i18n.start(api.user.langue).catch(() => {});
}

start();
