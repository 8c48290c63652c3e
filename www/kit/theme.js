/** Light, dark, high contrast, or as the system says: the choice is kept on this machine. */
const REMEMBERED_AS = "fajma.theme";
const THEMES = ["auto", "light", "dark", "contrast"];

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

const more = matchMedia("(prefers-contrast: more)");

/** Light or dark is the system's, unless it was chosen here; high contrast is there also when the system asks for it. */
export function applyTheme() {
  const { dataset } = document.documentElement;
  if (["light", "dark"].includes(theme())) dataset.theme = theme();
  else delete dataset.theme;
  if (theme() === "contrast" || more.matches) dataset.contrast = "";
  else delete dataset.contrast;
}
more.addEventListener("change", applyTheme);

/** Calls `then` whenever the page's colours change, until `signal` aborts: a canvas must be drawn anew. */
export function onThemeChange(then, signal) {
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", then, { signal });
  const watcher = new MutationObserver(then);
  watcher.observe(document.documentElement, { attributeFilter: ["data-theme", "data-contrast"] });
  signal.addEventListener("abort", () => watcher.disconnect());
}
