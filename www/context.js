import { acknowledger, backTaker, doctorCaller, scoreCloser } from "./alarms/acknowledge.js";
import { AlarmMonitor } from "./alarms/alarm-monitor.js";
import { MonitoredWards } from "./alarms/monitored-wards.js";
import { SoundPlayer } from "./alarms/sound-player.js";
import { WardRoster } from "./alarms/ward-roster.js";
import { announce } from "./kit/dom.js";
import { setHospitalZone } from "./kit/hospital-zone.js";
import { PaintScheduler } from "./kit/paint-scheduler.js";
import { i18n, t } from "./kit/texts.js";
import { ticker } from "./kit/ticker.js";
import { RoomSocket } from "./live/room-socket.js";
import { Rooms } from "./live/rooms.js";
import { wardStates } from "./live/ward-states.js";
import { HeardWards } from "./model/heard-wards.js";
import { LiveState } from "./model/live-state.js";
import { TRACE_MS } from "./model/patient-record.js";
import * as permissions from "./permissions.js";
import { Api } from "./session/api.js";
import { HeardInTabs } from "./session/heard-in-tabs.js";
import { Idle } from "./session/idle.js";

/** The one place where the page's instances are made and joined. Features import it; kit, model and live do not. */

/** Where the dashboard lies, whatever prefix a server gives it. */
export const base = new URL("./", import.meta.url);

export { i18n, t };
export const api = new Api(base);
export const state = new LiveState();
/** What is known of the alarms of the wards that are heard, beside what the page shows. */
export const alarms = new HeardWards(state.clock);
export const idle = new Idle(() => Date.now(), localStorage);
export const heardInTabs = new HeardInTabs(navigator.locks, `fajma-heard ${base}`);
export const paintScheduler = new PaintScheduler((run) => requestAnimationFrame(run), (run, ms) => setTimeout(run, ms), () => performance.now());

i18n.load = (language) => api.locale(language);
api.addEventListener("date", ({ detail }) => state.clock.hearRoughly(detail.at, Date.now()));

/** Nobody is at this desk: the server has narrowed the session to the display of its wards. */
export const isLocked = () => Boolean(api.user?.verrouillee_depuis);

// How long nobody is there stays written down while the desk is locked.
for (const type of ["renewed", "user"]) api.addEventListener(type, () => (isLocked() ? idle.end() : idle.watch(api.user.inactivite_s)));
for (const type of ["renewed", "user"]) api.addEventListener(type, () => api.user.fuseau_horaire && setHospitalZone(api.user.fuseau_horaire));
api.idleSeconds = () => idle.seconds;
api.heardWards = () => alarms.wards;
i18n.addEventListener("change", () => { api.language = i18n.language; });

/**
 * `…/?ecran#/service/1` makes a display on the wall of any account's page; its session ends as every other of that account.
 * `?ecran=gravite` has the tiles in the order of severity: nobody could choose it there.
 */
const wall = new URLSearchParams(location.search).get("ecran");
export const wallBySeverity = wall === "gravite";

/** See permissions.js: the same of the account that is logged in, on this screen. */
export const mayAct = () => permissions.mayAct(api.user, wall !== null);
export const may = (permission) => permissions.may(api.user, wall !== null, permission);

/** The connection of a room, such as `ws/iot/12/`. `allowed` is a request over HTTP that is refused whenever the room would be. */
function open(room, allowed, { onMessage, onStatus }) {
  const url = new URL(room, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const life = new AbortController();
  const socket = new RoomSocket({
    url,
    token: (fresh) => api.token(fresh),
    probe: () => allowed().then(() => "retry", ({ status }) => (status === 403 || status === 404 ? "refused" : "retry")),
    onMessage,
    onStatus,
  });
  life.signal.addEventListener("abort", () => socket.close());
  api.addEventListener("renewed", ({ detail }) => socket.authenticate(detail.token), { signal: life.signal });
  return {
    open: () => socket.open(), close: () => life.abort(), send: (message) => socket.send(message), reconnect: () => socket.reconnect(),
  };
}

const rooms = new Rooms(open);

/** Connects the page to a room until `signal` aborts; what comes goes into `into`. Returns the connection. */
export const connect = (room, allowed, signal, into = state) => rooms.join(room, allowed, into, signal);

const patientsOf = (ward) => api.get("api/patients/", { service: ward, limit: 1000 });

/** Follows several wards until `signal` aborts, as live/ward-states.js has them. */
export const followWards = (wards, signal) => wardStates(wards, state.clock, (ward, into) => connect(`ws/service/${ward}/`, () => patientsOf(ward), signal, into));

/** From when on a live trace wants readings that may be missing since then; a little more than it shows, as its idea of the time is not exact. */
export const tracedSince = (since) => new Date(Math.max(since, state.now() - TRACE_MS - 5_000)).toISOString();

const alertContext = { api, alarms, state, t, announce };
export const acknowledge = acknowledger(alertContext);
export const takeBackAcknowledgement = backTaker(alertContext);
export const callDoctor = doctorCaller(alertContext);
export const closeScoreAlert = scoreCloser(alertContext);

/** The patients of the wards that are heard. */
export const roster = new WardRoster(patientsOf);

export const player = new SoundPlayer();
/** The alarms of the wards that are heard, whatever the page: what waits, what sounds. */
export const alarmMonitor = new AlarmMonitor(alarms, player, (message) => rooms.say(message), rooms);
ticker.addEventListener("tick", () => alarms.wards.length > 0 && alarmMonitor.attend());

const monitored = new MonitoredWards(localStorage);
/** The number of the ward that the page is about, or the last one was; or null. */
export const monitoredWard = () => monitored.home;
/** Whether the account looks after all the wards that it sees: then all of them are heard until it chooses. */
export const looksAfterAll = () => mayAct() && api.user.role !== "admin";

const roomOf = (ward) => `ws/service/${ward}/`;
const loadRoster = (ward) => roster.load(ward).catch(() => {});  // asked again once the room is there

function hear(wards) {
  heardInTabs.tell(wards);
  for (const ward of alarms.wards.filter((heard) => !wards.includes(heard))) {
    rooms.hush(roomOf(ward));
    alarms.remove(ward);
    roster.forget(ward);
  }
  for (const ward of wards.filter((wanted) => !alarms.wards.includes(wanted))) {
    rooms.hear(roomOf(ward), () => patientsOf(ward), alarms.add(ward));
    loadRoster(ward);
  }
}

/** A page about this ward opens, or one about none: from now on the alarms of this ward and of the chosen ones are played. */
export function monitorWard(ward = null) {
  if (!may("readAlerts") || api.user.mot_de_passe_provisoire) return;
  const own = (api.user.services ?? []).map(({ id }) => id);
  const wards = monitored.open(ward, { account: mayAct() ? api.user.id : null, own, hearsAll: looksAfterAll() || isLocked() });
  alarms.home = monitored.home;
  hear(wards);
}

/** Chooses the wards whose alarms are played; never none. */
export const chooseWards = (wards) => hear(monitored.choose(wards));

/** Whose names the roster has: those of a locked desk are not those of the person who was there. */
let rosterOf = "";
function renewRoster() {
  const who = `${api.user.id} ${isLocked()}`;
  if (who === rosterOf) return;
  rosterOf = who;
  for (const ward of alarms.wards) {
    roster.forget(ward);
    loadRoster(ward);
  }
}
for (const type of ["login", "user"]) api.addEventListener(type, renewRoster);

alarms.addEventListener("ready", ({ detail }) => loadRoster(detail.of));
alarms.addEventListener("patient", ({ detail }) => loadRoster(detail.of));
// A ward may have been given or taken away.
api.addEventListener("renewed", () => alarms.wards.length > 0 && monitorWard());
let heardAtTheEnd = false;
/** Whether alarms were heard here when the last session ended: nobody hears them here any more. */
export const wasHeard = () => heardAtTheEnd;
api.addEventListener("logout", () => {
  heardAtTheEnd = alarms.wards.length > 0;
  monitored.leave();
  hear([]);
  player.stop();
});
