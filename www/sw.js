/**
 * Keeps the page's own files, so that without a network there is a page that says so. Nothing of `api/` or `ws/` passes through here:
 * no patient is ever in a cache.
 *
 * A page comes from the network or from what is kept, as a whole: never a module of today beside one of yesterday. Online this worker
 * answers nothing but the address of the page, from the network, so that an update is there with the next load.
 */
/** The cache of one entry, the name of the cache that counts: one that is not whole yet does not. Those names begin with this one and a space. */
const KEPT = `fajma-shell ${registration.scope}`;
const IS_DATA = /^(api|ws)\//;
/** A network that does not answer for so long is none. */
const PATIENCE_MS = 8_000;

/** The pages that came from what is kept, and take the rest from there too. */
const offline = new Set();

const pathOf = (url) => (url.startsWith(registration.scope) ? new URL(url).pathname.slice(new URL(registration.scope).pathname.length) : null);
const isPage = (path) => path === "" || path === "index.html";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request, clientId } = event;
  const path = pathOf(request.url);
  if (request.method !== "GET" || path === null || IS_DATA.test(path)) return;
  if (request.mode === "navigate" && isPage(path)) event.respondWith(open(event));
  else if (offline.has(clientId)) event.respondWith(kept(request.url));
});

async function open({ request, resultingClientId }) {
  try {
    const answer = await fetch(request, { signal: /** @type {any} */ (AbortSignal).timeout(PATIENCE_MS) });
    if (answer.status < 500) return answer;
  } catch {
    // No network: what is kept says so.
  }
  offline.add(resultingClientId);
  return kept(registration.scope);
}

const current = async () => (await (await caches.open(KEPT)).match(registration.scope))?.text();

async function kept(url) {
  const name = await current();
  const answer = name && await (await caches.open(name)).match(url, { ignoreVary: true });
  return answer || Response.error();
}

/** A page that stands tells what it was made of; one page after the other. */
let keeping = Promise.resolve();
addEventListener("message", (event) => {
  if (offline.has(event.source.id)) return;
  keeping = keeping.then(() => keep(event.data.keep)).catch(() => {});  // what was kept before still is
  event.waitUntil(keeping);
});

/** All of it or nothing, from the browser's own store: the very files that this page has loaded. */
async function keep(urls) {
  const wanted = [...new Set(urls)].filter((url) => pathOf(url) !== null && !IS_DATA.test(pathOf(url)));
  const name = `${KEPT} ${Date.now()}`;
  try {
    await (await caches.open(name)).addAll(wanted.map((url) => new Request(url, { cache: "force-cache" })));
    await (await caches.open(KEPT)).put(registration.scope, new Response(name));
  } finally {
    const counts = await current();
    for (const other of await caches.keys()) if (other.startsWith(`${KEPT} `) && other !== counts) await caches.delete(other);
  }
}
