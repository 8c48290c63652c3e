/** The actions that the audit knows, as a filter offers them. A newer server may write others. Pure. */
const CHANGED = ["created", "changed", "deleted"];
const SUBJECTS = ["patient", "device", "calibration", "assignment", "reading", "alert", "pause", "hold", "limit", "ward", "user", "user_ward"];

export const ACTIONS = [
  ...SUBJECTS.flatMap((subject) => [...CHANGED.map((what) => `${subject}.${what}`), ...(subject === "limit" ? ["limit.loosened", "limit.*"] : [])]),
  "session.created", "session.locked", "session.ended", "login.refused", "login.throttled", "login.expired", "request.refused", "patient.opened", "patient.refused", "ward.refused",
  "admission.refused", "admission.throttled", "key.created", "key.renewed", "key.revoked", "key.refused", "key.used_expired", "key.used_revoked", "password.changed", "password.rehashed", "audit.exported", "data.exported", "reading.expired",
  "import.applied",
];
