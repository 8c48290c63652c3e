import { has } from "./administration/sections.js";
import { Api } from "./api.js";
import { I18n } from "./i18n.js";
import { Idle } from "./idle.js";
import { Live } from "./live.js";
import { State } from "./state.js";

/** The one place where the page's parts are made and joined. */

/** Where the dashboard lies, whatever prefix a server gives it. */
const base = new URL("./", import.meta.url);

export const api = new Api(base);
export const state = new State();
export const idle = new Idle(() => Date.now(), localStorage);
export const i18n = new I18n((language) => api.locale(language), localStorage);
export const t = (key, values) => i18n.t(key, values);

api.addEventListener("date", ({ detail }) => state.clock.hearRoughly(detail.at, Date.now()));
api.addEventListener("renewed", () => idle.watch(api.user.inactivite_s));
api.idleSeconds = () => idle.seconds;
i18n.addEventListener("change", () => { api.language = i18n.language; });

/** Who only looks (a display on the wall) sees no controls. */
export const mayAct = () => api.user !== null && api.user.role !== "ecran";

/** Whether who is logged in has this permission (a name of the server's `Access.Permission`). The server alone decides. */
export const may = (permission) => has(api.user, permission);

/**
 * Connects the page to a room, such as `ws/iot/12/`, until `signal` aborts. `allowed` is a request over HTTP that is
 * refused whenever the room would be. Returns the connection.
 */
export function connect(room, allowed, signal) {
  const url = new URL(room, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const live = new Live({
    url,
    token: (fresh) => api.token(fresh),
    probe: () => allowed().then(() => "retry", ({ status }) => (status === 403 || status === 404 ? "refused" : "retry")),
    onMessage: (message) => state.apply(message),
    onStatus: (connection) => state.setConnection(connection),
  });
  api.addEventListener("renewed", ({ detail }) => live.authenticate(detail.token), { signal });
  signal.addEventListener("abort", () => live.close());
  live.open();
  return live;
}
