/** What can be taken back by who did it, and how long. Pure; times are milliseconds by the server's clock. */

/** The server's own limit. */
const ACKNOWLEDGEMENT_MS = 60_000;
/** The second press of one that was meant for `Acquitter` must not hit what took its place. */
const SETTLES_MS = 1_000;

/** Whether an account may take its acknowledgement of an alert back now. @param alert as `readAlert` gives it; @param user `{username}` or null */
export function canTakeBack(alert, user, now) {
  if (!alert.acknowledged || alert.acknowledgedAt === null || alert.acknowledgedBy !== user?.username || alert.hold) return false;
  const age = now - alert.acknowledgedAt;
  return age >= SETTLES_MS && age < ACKNOWLEDGEMENT_MS;
}

/** What the account entered by hand and can still correct, of the server's list. @param entries `[{modifiable_jusqu_a}]` */
export const stillOpen = (entries, now) => entries.filter(({ modifiable_jusqu_a: until }) => Date.parse(until) > now);

/** Of those, what one entry of the form stored: by the instants that it was sent with. @param sent `[{type_donnee, timestamp}]` */
export const justEntered = (entries, sent) =>
  entries.filter((entry) => sent.some((one) => one.type_donnee === entry.type_donnee && Date.parse(one.timestamp) === Date.parse(entry.timestamp)));
