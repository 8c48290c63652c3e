/** When a blind screen is an alarm: nothing that happens reaches it, so its own error must be heard. Pure. */

/** The server's alert about the same, which comes once the database can store it. */
export const INTERRUPTION = "surveillance_interrompue";

/** A connection that is lost for less heals by itself. */
const LOST_MS = 5_000;
/** The server has waited 3 s before it says that it does not hear the database. */
const BEHIND_MS = 1_000;
/** How long a person pauses its sound on this screen. */
export const LOCAL_PAUSE_MS = 120_000;

/** Since when, by the page's clock, the connection of a LiveState has been blind, where that is an alarm by now; else null. */
export function interruptedSince({ status, lostAt, heardAt, behindAt }, localNow) {
  if (status === "error") return null;  // a refusal: then nothing is shown at all
  if (lostAt !== null && localNow - lostAt >= LOST_MS) return heardAt ?? lostAt;
  return behindAt !== null && localNow - behindAt >= BEHIND_MS ? behindAt : null;
}

/** The screen's own alert, as one of the server's; it is in no list, as nobody can acknowledge it. */
export const ownAlert = (since) => ({
  id: 0, patient: null, ward: null, kind: INTERRUPTION, message: "", severity: "error", at: since, raisedAt: since,
  remindedAt: null, escalatedAt: null, acknowledged: false, endedAt: null,
});

/** About an interruption that lasts. */
export const isInterruption = (alert) => alert.kind === INTERRUPTION && alert.endedAt === null;
