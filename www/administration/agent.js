/** "Chromium 156 · Linux" of a browser's own long description, or the description itself. Pure. */

// In this order: most browsers also name those that they descend from.
const BROWSERS = [["Edge", /Edg\w*\/(\d+)/], ["Opera", /OPR\/(\d+)/], ["Firefox", /Firefox\/(\d+)/], ["Chrome", /(?:Headless)?Chrome\/(\d+)/], ["Safari", /Version\/(\d+)[.\d]* .*Safari/]];
const SYSTEMS = [["Android", /Android/], ["iOS", /iPhone|iPad/], ["Windows", /Windows/], ["macOS", /Mac OS X/], ["Linux", /Linux/]];

export function readAgent(agent) {
  if (!agent) return "";
  const browser = BROWSERS.find(([, pattern]) => pattern.test(agent));
  const system = SYSTEMS.find(([, pattern]) => pattern.test(agent));
  if (!browser) return agent;
  return [`${browser[0]} ${browser[1].exec(agent)[1]}`, system?.[0]].filter(Boolean).join(" · ");
}
