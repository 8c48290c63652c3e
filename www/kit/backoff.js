/** How long to wait before the next attempt to connect. */

export const SHORTEST_MS = 1_000;
export const LONGEST_MS = 30_000;

/**
 * Milliseconds to wait after `attempt` failures in a row (0 for the first), for ever.
 * Drawn anew between the shortest wait and a ceiling that doubles: after a restart of the server the screens of a
 * whole hospital must not come back in step.
 */
export function delay(attempt, random = Math.random) {
  const ceiling = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(attempt + 1, 16));
  return Math.round(SHORTEST_MS + random() * (ceiling - SHORTEST_MS));
}
