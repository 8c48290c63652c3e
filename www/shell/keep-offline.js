import { LANGUAGES } from "../kit/i18n.js";

/**
 * Has this page's files kept for when there is no network, by sw.js. Only browsers that trust the address do that (https, or this very
 * computer); elsewhere the page works as well, but not without its server. `base`: where the dashboard lies.
 */
export async function keepOffline(base) {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(new URL("sw.js", base), { updateViaCache: "none" });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ keep: [...parts(base)] });
}

/** The page, what it links to, what it has loaded since, and the texts of every language. Without what the server does not have. */
function parts(base) {
  const loaded = performance.getEntriesByType("resource").filter(({ responseStatus }) => (responseStatus ?? 200) < 400).map(({ name }) => name);
  const linked = [...document.querySelectorAll("link[href]")].map(({ href }) => href);
  const texts = LANGUAGES.map((language) => new URL(`locales/${language}.json`, base).href);
  return new Set([base.href, ...linked, ...loaded, ...texts].filter((url) => !url.startsWith("data:")));
}
