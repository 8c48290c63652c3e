/** Which browser a session is in, as its owner would say it. A hint and no proof: every client may send any text. */

// In this order: almost every one calls itself Chrome and Safari too.
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"], [/\b(?:OPR|Opera)\//, "Opera"], [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"], [/\b(?:Headless)?(?:Chrome|Chromium|CriOS)\//, "Chrome"], [/\bSafari\//, "Safari"],
];
const SYSTEMS = [
  [/\bAndroid\b/, "Android"], [/\biPhone\b/, "iPhone"], [/\biPad\b/, "iPad"], [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"], [/\bMac OS X\b|\bMacintosh\b/, "macOS"], [/\bLinux\b|\bX11\b/, "Linux"],
];
/** A text that names neither is shown as it is, up to here. */
const LONGEST = 40;

const find = (list, text) => list.find(([pattern]) => pattern.test(text))?.[1] ?? null;

/** `{browser, system}`, each null where it is not said; `{other}`, the text itself, where both are. */
export function readUserAgent(text) {
  const agent = String(text ?? "").trim();
  const [browser, system] = [find(BROWSERS, agent), find(SYSTEMS, agent)];
  if (browser || system) return { browser, system, other: null };
  return { browser, system, other: agent.length > LONGEST ? `${agent.slice(0, LONGEST)}…` : agent || null };
}
