/** Light, dark, or as the system says: the choice is kept on this machine. */
const REMEMBERED_AS = "fajma.theme";
export const THEMES = ["auto", "light", "dark"];

export function theme() {
  const chosen = localStorage.getItem(REMEMBERED_AS);
  return THEMES.includes(chosen) ? chosen : "auto";
}

/** Goes on to the next theme and returns it. */
export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  localStorage.setItem(REMEMBERED_AS, next);
  applyTheme();
  return next;
}

export function applyTheme() {
  if (theme() === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}

/** Calls `then` whenever the page turns light or dark, until `signal` aborts: a canvas must be drawn anew. */
export function onThemeChange(then, signal) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", then, { signal });
  const watcher = new MutationObserver(then);
  watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => watcher.disconnect());
}
