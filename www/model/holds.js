import { clockTime, duration } from "../kit/format.js";

/** Holds: for a while a patient's alerts about devices rest, because the patient is away or a cuff stops the pulse. Pure; times are the server's. */

export const ABSENCE = "absence";
export const CUFF = "brassard";

/** What a running hold looks like in place of its severity's shape. */
const ICONS = { [ABSENCE]: "away", [CUFF]: "systolic_bp" };

/** A hold of the wire (`veille` of an alert) in the page's words, or null when there is none. */
export function readHold(wire) {
  const endsAt = Date.parse(wire?.fin);
  if (!wire || !Number.isInteger(wire.id) || Number.isNaN(endsAt)) return null;
  return { id: wire.id, reason: String(wire.motif ?? ""), by: String(wire.par ?? ""), beginsAt: Date.parse(wire.debut) || 0, endsAt };
}

/** The alert that shows a hold of this kind while it runs, among the open alerts of a patient; or null. */
export const holding = (alerts, kind) => alerts.find((alert) => alert.kind === kind && isHolding(alert)) ?? null;

/** Whether an alert shows a hold, which may be over: it is no alarm. */
export const isHold = ({ kind }) => kind === ABSENCE || kind === CUFF;

/** Whether an alert shows a hold that runs. */
export const isHolding = ({ hold, endedAt }) => Boolean(hold) && endedAt === null;

export const iconOfHold = ({ kind }) => ICONS[kind] ?? "clock";

/** "Absent, retour 15:10 – Scanner": where there is little room the reason is what may be cut. */
export function shortOfHold({ kind, hold }, now, i18n) {
  return kind === ABSENCE ? i18n.t("tile.absent", { time: clockTime(hold.endsAt, now, i18n.language), reason: hold.reason }) : i18n.t(`tile.kind.${kind}`);
}

/** "Retour prévu : 15:10, déclaré par dupont"; "Encore 1:12, par dupont". */
export function untilOfHold({ kind, hold }, now, i18n) {
  if (kind === ABSENCE) return i18n.t("hold.until.absence", { time: clockTime(hold.endsAt, now, i18n.language), who: hold.by });
  // The page's idea of the server's clock may be a moment behind: more than all of it is never left.
  return i18n.t("hold.until.brassard", { left: duration(hold.endsAt - Math.max(now, hold.beginsAt)), who: hold.by });
}
