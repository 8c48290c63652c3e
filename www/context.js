import { has } from "./administration/sections.js";
import { AlarmWatch } from "./alarms/alarm-monitor.js";
import { Api } from "./session/api.js";
import { HeardWard } from "./alarms/monitored-ward.js";
import { I18n } from "./kit/i18n.js";
import { Idle } from "./session/idle.js";
import { Live } from "./live/room-socket.js";
import { Pace } from "./kit/paint-scheduler.js";
import { TRACE_MS } from "./model/patient-record.js";
import { Rooms } from "./live/rooms.js";
import { Roster } from "./alarms/ward-roster.js";
import { SoundPlayer } from "./alarms/sound-player.js";
import { State } from "./model/live-state.js";
import { ticker } from "./kit/ticker.js";

/** The one place where the page's parts are made and joined. */

/** Where the dashboard lies, whatever prefix a server gives it. */
export const base = new URL("./", import.meta.url);

export const api = new Api(base);
export const state = new State();
/** What is known of the alarms of the ward that is heard, beside what the page shows. */
export const alarms = new State(state.clock);
export const idle = new Idle(() => Date.now(), localStorage);
export const pace = new Pace((run) => requestAnimationFrame(run), (run, ms) => setTimeout(run, ms), () => performance.now());
export const i18n = new I18n((language) => api.locale(language), localStorage);
export const t = (key, values) => i18n.t(key, values);

api.addEventListener("date", ({ detail }) => state.clock.hearRoughly(detail.at, Date.now()));
api.addEventListener("renewed", () => idle.watch(api.user.inactivite_s));
api.idleSeconds = () => idle.seconds;
i18n.addEventListener("change", () => { api.language = i18n.language; });

/**
 * `…/?ecran#/service/1` makes a display on the wall of any account's page; its session ends as every other of that account.
 * `?ecran=gravite` has the tiles in the order of severity: nobody could choose it there.
 */
const wall = new URLSearchParams(location.search).get("ecran");
const HANGS = wall !== null;
export const wallBySeverity = wall === "gravite";

/** Who only looks (a display on the wall) sees no controls. */
export const mayAct = () => api.user !== null && api.user.role !== "ecran" && !HANGS;

/** Whether who is logged in has this permission (a name of the server's `Access.Permission`); on a wall nothing but looking. The server alone decides. */
export const may = (permission) => has(api.user, permission) && (!HANGS || permission.startsWith("read"));

/** The connection of a room, such as `ws/iot/12/`. `allowed` is a request over HTTP that is refused whenever the room would be. */
function open(room, allowed, { onMessage, onStatus }) {
  const url = new URL(room, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const life = new AbortController();
  const live = new Live({
    url,
    token: (fresh) => api.token(fresh),
    probe: () => allowed().then(() => "retry", ({ status }) => (status === 403 || status === 404 ? "refused" : "retry")),
    onMessage,
    onStatus,
  });
  life.signal.addEventListener("abort", () => live.close());
  api.addEventListener("renewed", ({ detail }) => live.authenticate(detail.token), { signal: life.signal });
  return {
    open: () => live.open(), close: () => life.abort(), send: (message) => live.send(message), reconnect: () => live.reconnect(),
  };
}

const rooms = new Rooms(open, alarms);

/** Connects the page to a room until `signal` aborts; what comes goes into `into`. Returns the connection. */
export const connect = (room, allowed, signal, into = state) => rooms.join(room, allowed, into, signal);

/** From when on a live trace wants readings that may be missing since then; a little more than it shows, as its idea of the time is not exact. */
export const tracedSince = (since) => new Date(Math.max(since, state.now() - TRACE_MS - 5_000)).toISOString();

const patientsOf = (ward) => api.get("api/patients/", { service: ward, limit: 1000 });

/** Who lies in the ward that is heard. */
export const roster = new Roster(patientsOf);

export const player = new SoundPlayer();
/** The alarms of the ward that is heard, whatever the page: what waits, what sounds. */
export const watch = new AlarmWatch(alarms, player, (message) => rooms.say(message), rooms.feeds);
ticker.addEventListener("tick", () => heardWard.ward !== null && watch.attend());

const heardWard = new HeardWard(localStorage);
/** The number of the ward that is heard, or null. */
export const wardHeard = () => heardWard.ward;

/** Hears this ward from now on; without one that of the last visit, or the only one. */
export function hearWard(ward = null) {
  if (!may("readAlerts") || api.user.mot_de_passe_provisoire) return;
  const wanted = heardWard.choose(ward, api.user.services);
  if (wanted === null) return;
  rooms.hear(`ws/service/${wanted}/`, () => patientsOf(wanted));
  roster.load(wanted).catch(() => {});  // asked again once the room is there
}

const askWho = () => heardWard.ward !== null && roster.load(heardWard.ward).catch(() => {});
alarms.addEventListener("ready", askWho);
alarms.addEventListener("patient", ({ detail }) => {
  if (detail.ward !== heardWard.ward) alarms.forgetPatient(detail.patient);
  askWho();
});
api.addEventListener("logout", () => {
  heardWard.leave();
  rooms.hush();
  roster.forget();
  player.stop();
});
