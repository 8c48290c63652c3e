/** What the page reads of its own access token: how long it lasts. The server alone decides whether it is good. */

/** Renewed so long before its end. */
const MARGIN_MS = 60_000;
/** A token that says nothing, or lasts for ever, is renewed this often. */
const LONGEST_MS = 12 * 3_600_000;
const UNSAID_MS = 15 * 60_000;

/** Milliseconds that a token lasts from its issue; by its own two claims, so that the page's clock does not matter. */
export function lifetime(token) {
  try {
    const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const { exp, iat } = JSON.parse(atob(payload));
    if (exp === undefined) return LONGEST_MS;
    const ms = (exp - iat) * 1000;
    return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_MS) : UNSAID_MS;
  } catch {
    return UNSAID_MS;
  }
}

/** How long a fresh token is used before it is renewed: never less than half its life. */
export const usableFor = (token) => Math.max(lifetime(token) - MARGIN_MS, lifetime(token) / 2);
