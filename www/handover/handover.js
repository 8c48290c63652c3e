import { gapOf, widthOf } from "../history/history.js";
import { beganAt } from "../model/alert-filter.js";
import { reactionOf } from "../model/alert-timeline.js";
import { isOpen } from "../model/alerts.js";
import { ABSENCE, isHold } from "../model/holds.js";
import { byUrgency, SEVERITIES } from "../model/severity.js";

/** What a handover sheet says of some hours of a patient. Pure; times are milliseconds, alerts as `readAlert` gives them. */

const MINUTE = 60_000;
/** The hours that can be chosen: a shift is one of them. */
export const HOURS = [8, 12, 24];
/** Shorter interruptions are nothing to hand over. */
const LEAST_GAP_MS = MINUTE;
/** Which alerts say why nothing was measured. */
const CAUSES = ["pouls_introuvable", ABSENCE, "signal_perdu", "capteur_detache", "mesure_absente", "surveillance_interrompue"];

/** Where a vital was not measured, oldest first: `[{from, to}]`. `to` the span's end: it lasts. @param buckets as the server answers */
export function gapsOf(buckets, askedMs, vital, { from, to }) {
  const most = gapOf(buckets, askedMs, vital), width = widthOf(buckets, askedMs);
  // The last reading of a bucket lies anywhere in it: a gap is told no longer than it is for sure.
  const ends = [{ end: from, next: buckets[0]?.[0] ?? to }, ...buckets.map(([at], i) => ({ end: at + width, next: buckets[i + 1]?.[0] ?? to, inside: at }))];
  return ends.filter(({ end, next, inside = end }) => next - inside > most && next - end >= LEAST_GAP_MS).map(({ end, next }) => ({ from: end, to: next }));
}

/** The gaps of several vitals, those that fall together as one: `[{from, to, vitals, cause}]`, oldest first; `cause` an alert's kind or null. */
export function gapsTogether(gapsByVital, bucketMs, alerts, { to }) {
  const together = [];
  for (const [vital, gaps] of Object.entries(gapsByVital)) {
    for (const gap of gaps) {
      const same = together.find((other) => Math.abs(other.from - gap.from) <= 2 * bucketMs && Math.abs(other.to - gap.to) <= 2 * bucketMs);
      if (same) Object.assign(same, { from: Math.min(same.from, gap.from), to: Math.max(same.to, gap.to) }).vitals.push(vital);
      else together.push({ ...gap, vitals: [vital] });
    }
  }
  const cause = (gap) => CAUSES.find((kind) => alerts.some((alert) => alert.kind === kind && alert.at < gap.to && (alert.endedAt ?? to) > gap.from)) ?? null;
  return together.map((gap) => ({ ...gap, cause: cause(gap) })).sort((a, b) => a.from - b.from);
}

/** The part of the span in which a vital was measured, from 0 to 1. */
export const coverage = (gaps, { from, to }) => 1 - gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0) / (to - from);

/** The middle of numbers, or null of none: of an even count halfway between the two, as the server has it. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b), half = (sorted.length - 1) / 2;
  return sorted.length ? (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2 : null;
}

/**
 * What alarms asked of the ward: `{raised, bySeverity, kinds, openMs, reaction: {median, worst, count}, unanswered}`. Counted are alarms raised in the span; `openMs`
 * adds up how long any were open in it; `kinds` is `[{kind, count, severity}]`, the most frequent first, with the worst severity it had; `unanswered`: errors to which nobody has come yet.
 */
export function loadOf(all, span) {
  const alerts = all.filter((alert) => !isHold(alert));
  const raised = alerts.filter((alert) => beganAt(alert) >= span.from && beganAt(alert) < span.to);
  const kinds = new Map();
  for (const { kind, severity } of raised) {
    const { count = 0, severity: worst = severity } = kinds.get(kind) ?? {};
    kinds.set(kind, { kind, count: count + 1, severity: SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(worst) ? severity : worst });
  }
  const reactions = raised.map(reactionOf).filter((ms) => ms !== null);
  return {
    raised: raised.length,
    bySeverity: Object.fromEntries(SEVERITIES.map((severity) => [severity, raised.filter((alert) => alert.severity === severity).length])),
    kinds: [...kinds.values()].sort((a, b) => b.count - a.count || SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity)),
    openMs: alerts.reduce((sum, alert) => sum + openWithin(alert, span), 0),
    reaction: { median: median(reactions), worst: reactions.length ? Math.max(...reactions) : null, count: reactions.length },
    unanswered: raised.filter((alert) => alert.severity === "error" && reactionOf(alert) === null).length,
  };
}

/** How long an alert was open in a span. An error is until it ended and somebody has acknowledged it. */
function openWithin(alert, { from, to }) {
  const closed = isOpen(alert) ? to : Math.max(alert.endedAt, alert.severity === "error" ? alert.acknowledgedAt : 0);
  return Math.max(0, Math.min(closed, to) - Math.max(beganAt(alert), from));
}

export const openOf = (alerts) => alerts.filter(isOpen).sort(byUrgency);

/** Values that were taken at the same minute as one row: `[{at, values: {systolic_bp: 128, …}}]`, newest first. @param readings `[{vital, value, at}]` */
export function roundsOf(readings) {
  const rounds = new Map();
  for (const { vital, value, at } of [...readings].sort((a, b) => a.at - b.at)) {
    const minute = Math.floor(at / MINUTE) * MINUTE;
    rounds.set(minute, { at: minute, values: { ...rounds.get(minute)?.values, [vital]: value } });
  }
  return [...rounds.values()].sort((a, b) => b.at - a.at);
}
