import * as administration from "./administration/index.js";
import * as alarms from "./alarms/index.js";
import { api, base, i18n, idle, isLocked, may, mayAct, monitoredWard, monitorWard, player, t, wasHeard } from "./context.js";
import * as handover from "./handover/index.js";
import * as history from "./history/index.js";
import { el } from "./kit/dom.js";
import { icon } from "./kit/icons.js";
import { keepTrying } from "./kit/retry.js";
import { applyTheme } from "./kit/theme.js";
import { ticker } from "./kit/ticker.js";
import * as limits from "./limits/index.js";
import * as live from "./live/index.js";
import * as patient from "./patient/index.js";
import * as session from "./session/index.js";
import * as shell from "./shell/index.js";
import { keepOffline } from "./shell/keep-offline.js";
import { route } from "./shell/router.js";
import * as signal from "./signal/index.js";
import * as ward from "./ward/index.js";

/** The element folders. They are defined late, see `start`. */
const FOLDERS = [administration, alarms, handover, history, limits, live, patient, session, shell, signal, ward];

/** What a browser takes for a person who may want sound. */
const HANDS = ["pointerdown", "pointerup", "keydown"];

const page = document.getElementById("page");
/** Whose page stands in `main`, and whether it is locked. */
let shownTo = "";
const viewer = () => `${api.user?.id} ${isLocked()}`;

/** The ward of a locked desk: the one that the address names, else the page's last one, else the first that it may show. */
function lockedWard() {
  const wards = api.user.services.map(({ id }) => id);
  return [route(location.hash).properties.ward, monitoredWard(), ...wards].find((ward) => wards.includes(ward));
}

/** What stands in `main`: the login while nobody is logged in, the change of a password that somebody else made, else what the address names. */
function wanted(reason) {
  if (!api.user) return { element: "login-page", properties: { reason } };
  if (api.user.mot_de_passe_provisoire) return { element: "password-page", properties: {} };
  if (isLocked()) return { element: "ward-page", properties: { ward: lockedWard() } };
  const found = route(location.hash);
  const allowed = ["account-page", "handover-page"].includes(found.element) ? mayAct() : found.element !== "alerts-page" || (mayAct() && may("readAlerts"));
  return allowed ? found : route("#/");
}

/** Puts the page into `main`. `reason`: why the session has just ended. */
function show(reason = null) {
  const { element, properties } = wanted(reason);
  shownTo = viewer();
  page.replaceChildren(Object.assign(el(element), properties));
  window.scrollTo(0, 0);
  if (!api.user) return;
  player.start();
  monitorWard();  // a page about a ward has said which by now
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
  for (const { elements } of FOLDERS) for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
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
    const why = reason === "ended" && wasHeard() ? "unheard" : idle.look().state === "over" ? "idle" : reason;
    idle.end();
    show(why);
  });
  api.addEventListener("user", () => (page.querySelector("password-page") || shownTo !== viewer()) && show());
  window.addEventListener("hashchange", () => { show(); takeFocus(); });
  for (const type of HANDS) document.addEventListener(type, () => player.wake(), { capture: true, passive: true });
  ticker.start();
  show();
  keepOffline(base).catch(() => {});  // the page works without
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
