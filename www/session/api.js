import { ApiError, decode, nextPage, secondsToWait } from "./api-answer.js";
import { RequestKeys } from "./request-keys.js";
import { usableFor } from "./token.js";

/** The one place that fetches. */

/** A request takes no longer. */
const TIMEOUT_MS = 15_000;
/** A file of ten thousand rows may. */
const FILE_TIMEOUT_MS = 120_000;
/** A list is read to its end in pages of so many rows, and no further than so many pages. */
const PAGE_ROWS = 1_000, MAX_PAGES = 50;

/** Said to the other tabs: the session was locked, or unlocked. Anything else is why it has ended. */
const LOCKED = "locked", UNLOCKED = "unlocked";

/** What a locked session shows; the server decides that, and this only until it has answered. */
const locked = (user, wards) => ({
  ...user, role: "ecran", services: user.services.filter(({ id }) => wards.includes(id)), inactivite_s: null,
  permissions: user.permissions.filter((permission) => permission.startsWith("read")), verrouillee_depuis: new Date().toISOString(),
});

/**
 * The HTTP side of the server and the session with it. The access token lives here in memory and nowhere else.
 * Events: "login", "renewed" {token}, "user" (what is known of the account changed), "logout" {reason}, "date" {at} (the
 * server's `Date`). `reason`: "logout", "idle" (nobody was there), "ended" (the server ended the session).
 */
export class Api extends EventTarget {
  #access = null;
  #usableUntil = 0;
  #renewing = null;
  #timer = 0;
  #tabs;
  #keys = new RequestKeys();
  /** The wards to which the session is to be narrowed, until the server has done so; or null. */
  #locking = null;
  /** What GET `api/moi/` says of who is logged in, or null. */
  user = null;
  /** Returns how many seconds ago somebody was there, or null: what the server is told at each renewal. */
  idleSeconds = () => null;
  /** Returns the wards whose alarms are heard here: a session that nobody touches is locked to them instead of ended. */
  heardWards = () => [];
  /** The language that the server's own words should have. */
  language = "fr";

  /** @param base where the dashboard lies, as an URL that ends with a slash */
  constructor(base) {
    super();
    this.base = String(base);
    this.#tabs = new BroadcastChannel(`fajma-session ${base}`);
    this.#tabs.onmessage = ({ data }) => this.#heard(data);
  }

  #heard(said) {
    if (said !== LOCKED && said !== UNLOCKED) return this.#end(said);
    if (said === UNLOCKED) this.#locking = null;  // somebody is there
    if (this.user) this.renew().catch(() => {});
  }

  /**
   * Logs in; over a locked session, unlocks it. Meanwhile no tab renews: the server ends the locked session at once. The first that does so
   * afterwards knows that somebody is there, and locks nothing.
   */
  async login(username, password) {
    const wasIn = this.user !== null;
    const entering = this.#alone(async () => {
      this.#accept(await this.#send("POST", "api/session/", { body: { username, password } }), true);
      this.dispatchEvent(new CustomEvent("login"));
      if (wasIn) this.#tabs.postMessage(UNLOCKED);
    }).finally(() => { this.#renewing = null; });
    // A request that needs a token meanwhile waits for this one; a refusal leaves the session as it was.
    this.#renewing = entering.catch(() => {});
    await entering;
  }

  /**
   * Nobody is there, but alarms are heard: every right but that of a display of these wards is given up. What is on the screen obeys at once,
   * however slow the network is; with the next request the server does.
   */
  async lock(wards) {
    this.#locking = wards;
    this.#access = null;
    this.#know(locked(this.user, wards));
    await this.renew();
    if (this.#locking) await this.renew();  // a renewal that was under way did not say so
    this.#tabs.postMessage(LOCKED);
  }

  /** A new access token for the session that the browser's cookie stands for; throws a 401 when there is none. */
  renew() {
    this.#renewing ??= this.#alone(() => this.#send("PUT", "api/session/", { body: this.#presence() }))
      .then((session) => this.#accept(session))
      .catch((error) => {
        if (error.status === 401) this.#end("ended");
        throw error;
      })
      .finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  async logout() {
    try {
      await this.#send("DELETE", "api/session/");
    } finally {
      this.#endEverywhere("logout");
    }
  }

  /** Ends the session because nobody is there: first what is on the screen, however slow the network is. */
  async leave() {
    this.#endEverywhere("idle");
    await this.#send("DELETE", "api/session/", { outlives: true });
  }

  /** Asks anew who is logged in, after something about the account was changed. */
  async refreshUser() { this.#know(await this.get("api/moi/")); }

  /** Changes one's own account, such as `{langue}`. */
  async changeUser(changes) { this.#know(await this.patch("api/moi/", changes)); }

  #know(user) {
    if (!this.user || (this.#locking && !user.verrouillee_depuis)) return;  // logged out or locked meanwhile
    this.user = user;
    this.dispatchEvent(new CustomEvent("user"));
  }

  /** A valid access token, renewed first when it is about to end or when `fresh` asks for it. */
  async token(fresh = false) {
    if (fresh || !this.#access || Date.now() >= this.#usableUntil) await this.renew();
    return this.#access;
  }

  /** The decoded body of GET `path`; `query` members that are null are left out. */
  get(path, query = {}) { return this.#authorized("GET", path, { query }); }

  /** Carried out once, also if it is sent again because no answer came (`Idempotency-Key`). */
  async post(path, body) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const key = this.#keys.keyOf(path, text);
    try {
      const answer = await this.#authorized("POST", path, { body, key });
      this.#keys.settle(path, text, 200);
      return answer;
    } catch (error) {
      this.#keys.settle(path, text, error.status ?? 0);
      throw error;
    }
  }
  /** `version`: stored only while the server still has this one (`If-Match`), else refused with a 412. */
  put(path, body, { version = undefined } = {}) { return this.#authorized("PUT", path, { body, version }); }
  patch(path, body) { return this.#authorized("PATCH", path, { body }); }
  delete(path) { return this.#authorized("DELETE", path, {}); }

  /** A list's rows and `next`, the path of the page that follows them, or null. */
  page(path, query = {}) { return this.#authorized("GET", path, { query, as: "page" }); }

  /** Every row of a list. */
  async all(path, query = {}) {
    const rows = [];
    let next = await this.page(path, { limit: PAGE_ROWS, ...query });
    for (let pages = 1; ; pages++) {
      rows.push(...next.rows);
      if (!next.next || pages >= MAX_PAGES) return rows;
      next = await this.page(next.next);
    }
  }

  /** Sends a file (a Blob). Sent again it changes nothing more: the routes that take files see to that. */
  upload(path, file, query = {}) { return this.#authorized("POST", path, { query, body: file, type: "text/csv" }); }

  /** A file, as a Blob: a link could not carry the token. */
  download(path, query = {}) { return this.#authorized("GET", path, { query, as: "file" }); }

  /** The texts of a language. */
  locale(language) { return this.#send("GET", `locales/${language}.json`); }

  async #authorized(method, path, options) {
    const token = await this.token();
    try {
      return await this.#send(method, path, { ...options, token });
    } catch (error) {
      if (error.status !== 401) throw error;
      return this.#send(method, path, { ...options, token: await this.token(true) });
    }
  }

  // A refresh token that is used twice ends its whole family, and all tabs share one cookie: only one tab renews at a time.
  #alone(work) { return navigator.locks ? navigator.locks.request("fajma-session", work) : work(); }

  #accept({ access, utilisateur }, isLogin = false) {
    // Of a renewal that was under way when the page was locked.
    if (this.#locking && !utilisateur.verrouillee_depuis && !isLogin) return;
    const was = this.user;
    this.#access = access;
    this.#locking = null;
    this.user = utilisateur;
    const usable = usableFor(access);
    this.#usableUntil = Date.now() + usable;
    clearTimeout(this.#timer);
    // Network trouble is no reason to end the session: the next request tries again.
    this.#timer = setTimeout(() => this.renew().catch(() => {}), usable);
    this.dispatchEvent(new CustomEvent("renewed", { detail: { token: access } }));
    const isOther = was && (was.id !== utilisateur.id || Boolean(was.verrouillee_depuis) !== Boolean(utilisateur.verrouillee_depuis));
    if (isOther && !isLogin) this.dispatchEvent(new CustomEvent("user"));
  }

  #end(reason) {
    clearTimeout(this.#timer);
    const was = this.user;
    this.#access = this.user = this.#locking = null;
    if (was) this.dispatchEvent(new CustomEvent("logout", { detail: { reason } }));
  }

  // Who logs out leaves the computer: no other tab may go on showing patients until its token ends.
  #endEverywhere(reason) {
    this.#end(reason);
    this.#tabs.postMessage(reason);
  }

  #presence() {
    const inactif_s = this.idleSeconds(), services = this.#locking ?? this.heardWards();
    const said = { ...(inactif_s === null ? {} : { inactif_s }), ...(services.length ? { services } : {}), ...(this.#locking ? { verrouiller: true } : {}) };
    return Object.keys(said).length ? said : undefined;
  }

  /** `outlives`: the request goes on when the page is closed meanwhile. */
  async #send(method, path, { query = {}, body = undefined, token = null, version = undefined, key = undefined, as = "value", type = "application/json", outlives = false } = {}) {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value);
    const headers = { Accept: as === "file" ? "*/*" : "application/json", "Accept-Language": this.language };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key !== undefined) headers["Idempotency-Key"] = key;
    if (version !== undefined) headers["If-Match"] = `"${version}"`;
    // The session's own route takes nothing else, with or without a body: a page of another site cannot send it.
    if (body !== undefined || path === "api/session/") headers["Content-Type"] = type;
    let response, answer;
    try {
      response = await fetch(url, {
        method, headers, body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
        credentials: "same-origin", keepalive: outlives,
        signal: /** @type {any} */ (AbortSignal).timeout(as === "file" || body instanceof Blob ? FILE_TIMEOUT_MS : TIMEOUT_MS),
      });
      answer = await (response.ok && as === "file" ? response.blob() : response.text());
    } catch {
      throw new ApiError(0, { code: "unreachable" });
    }
    this.#hearDate(response);
    if (response.ok && as === "file") return answer;
    const decoded = decode(answer);
    if (!response.ok || decoded === undefined) throw new ApiError(response.status, decoded, secondsToWait(response));
    return as === "page" ? { rows: decoded, next: nextPage(response, this.base) } : decoded;
  }

  #hearDate(response) {
    const at = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(at)) this.dispatchEvent(new CustomEvent("date", { detail: { at } }));
  }
}
