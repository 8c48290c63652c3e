/** What became of an alert, step by step: the notes of the history and of the handover sheet. Pure; an alert is as `readAlert` gives it. */

/**
 * `[{step, at, …}]`, oldest first: "raised", "worsened", "escalated", "first_acknowledged", "acknowledged" {by}, "reminded", "called" {by}, "ended".
 * The alert's value and limit are those of its last change, so they stand with "worsened" where it got worse (`measured`: true).
 */
export function stepsOf(alert) {
  const worsened = alert.worsenedAt !== null;
  const takenBack = alert.firstAcknowledgedAt !== null && (alert.acknowledgedAt === null || alert.firstAcknowledgedAt < alert.acknowledgedAt);
  return [
    { step: "raised", at: alert.raisedAt ?? alert.at, measured: !worsened },
    { step: "worsened", at: alert.worsenedAt, measured: true },
    { step: "escalated", at: alert.escalatedAt },
    { step: "first_acknowledged", at: takenBack ? alert.firstAcknowledgedAt : null },
    { step: "reminded", at: alert.remindedAt },
    { step: "acknowledged", at: alert.acknowledged ? alert.acknowledgedAt : null, by: alert.acknowledgedBy },
    { step: "called", at: alert.score?.calledAt ?? null, by: alert.score?.calledBy },
    { step: "ended", at: alert.endedAt },
  ].filter(({ at }) => at !== null).sort((a, b) => a.at - b.at);
}

/** When somebody first came, in ms after it was raised; null while nobody has. */
export function reactionOf({ raisedAt, at, firstAcknowledgedAt, acknowledgedAt }) {
  const came = firstAcknowledgedAt ?? acknowledgedAt;
  return came === null ? null : Math.max(0, came - (raisedAt ?? at));
}
