/** Which browser a session is in, as its owner would say it. A hint and no proof: every client may send any text. Pure. */

// In this order: almost every one calls itself Chrome and Safari too.
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"], [/\b(?:OPR|Opera)\//, "Opera"], [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"], [/\b(?:Headless)?(?:Chrome|Chromium|CriOS)\//, "Chrome"], [/\bSafari\//, "Safari"],
];
const SYSTEMS = [
  [/\bAndroid\b/, "Android"], [/\biPhone\b/, "iPhone"], [/\biPad\b/, "iPad"], [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"], [/\bMac OS X\b|\bMacintosh\b/, "macOS"], [/\bLinux\b|\bX11\b/, "Linux"],
];
const HELD = ["Android", "iPhone", "iPad"];
/** A text that names neither is shown as it is, up to here. */
const LONGEST = 40;

const find = (list, text) => list.find(([pattern]) => pattern.test(text))?.[1];

/** `{text, held}`: "Firefox, Windows" (empty where nothing was said), and whether it is held in a hand. */
export function readAgent(agent) {
  const said = String(agent ?? "").trim();
  const [browser, system] = [find(BROWSERS, said), find(SYSTEMS, said)];
  const known = [browser, system].filter(Boolean).join(", ");
  return { text: known || (said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said), held: HELD.includes(system) };
}
