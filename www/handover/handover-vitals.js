import { i18n, t } from "../context.js";
import { periodOf } from "../history/history.js";
import { el } from "../kit/dom.js";
import { ago, agoShort, lasting } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { clearsFreshness } from "../model/alerts.js";
import { leastTrust } from "../model/calibration.js";
import { freshFor, isByHand } from "../model/freshness.js";
import { profileOf, vitalIn } from "../model/limit-profiles.js";
import { linesOf } from "../model/limits.js";
import { view } from "../model/reading-view.js";
import { riskText } from "../model/score.js";
import { ALWAYS_SHOWN, EXTRAS, VITALS } from "../model/vitals.js";
import { TRACED } from "./handover-data.js";
import { listed, missing, nameOfKind, none, short, time, valueText, when } from "./handover-text.js";
import { traceFigure } from "./handover-trace.js";
import { gapsOf, gapsTogether, roundsOf } from "./handover.js";

/** The parts of a handover sheet about what was measured: each is given what was fetched (as `fetchSheet` answers) and returns what stands in its place. */

/** So many rows of a list fit on the page. */
const MOST = { gaps: 5, rounds: 3 };
/** So high is each of three or four curves, in tenths of a millimetre. */
const HEIGHTS = { 3: 132, 4: 95 };

/** The present values, each with its age. What is no present value any more is struck through. */
export function vitalsNow(sheet) {
  const { latest, alerts, devices, ...histories } = sheet.parts;
  const known = new Map(latest.value.map((reading) => [reading.vital, reading]));
  const names = VITALS.map(({ name }) => name).filter((name) => !EXTRAS.includes(name) && (ALWAYS_SHOWN.includes(name) || known.has(name)));
  return el("dl", { class: "now" }, ...names.map((name) => {
    const entry = vitalIn(name, profileOf(sheet.patient)), reading = known.get(name);
    const limits = linesOf(histories.limits.value, name, reading?.onSkin).map(({ cote: side, seuil: limit }) => ({ side, limit }));
    const { text, state } = view(entry, reading, reading && freshness(reading, sheet, histories[name]?.value ?? []), i18n, limits);
    const unit = [/\d/.test(text) && entry.unit, reading?.onSkin && t("handover.skin")].filter(Boolean).join(" ");
    return el("div", { "data-now": name, "data-state": state }, el("dt", { text: t(`vital.${name}`) }),
      el("dd", {}, el(state === "stale" ? "s" : "span", { class: /\d/.test(text) ? "number" : "number word", text }), unit && el("small", { text: `\u00a0${unit}` }),
        state === "low" || state === "high" ? el("span", { class: "verdict" }, icon(state), t(`verdict.${state}`)) : null),
      el("dd", { class: "age", text: reading ? ageText(reading.at, state, sheet) : t("card.never") }));
  }));
}

/** What stands beside the heading of the present values, where there is room: whether SpO2 was compared with an instrument. Null: nothing to say. */
export function vitalsNote({ parts: { devices } }) {
  const trust = leastTrust(devices.value ?? []);
  return trust && trust !== "calibrated" ? t("handover.uncalibrated") : null;
}

const ageText = (at, state, sheet) => t(state === "stale" ? "handover.now.stale" : "handover.now.age",
  { time: time(at, sheet), ago: ago(sheet.to - at, i18n.language) });

function freshness(reading, { to, parts: { alerts, devices } }, buckets) {
  const period = periodOf(buckets), ageMs = Math.max(0, to - reading.at);
  const byHand = isByHand(reading.vital, period);
  const detached = (id) => devices.value?.find((device) => device.id === id)?.detached ?? null;
  const lost = !byHand && (alerts.value ?? []).some((alert) => clearsFreshness(alert, reading.vital, reading.at, detached(alert.device)));
  return { ageMs, stale: lost || ageMs > freshFor(reading.vital, period, byHand) };
}

/** Those that devices measure: three always, the others where they are measured and not counted by hand. */
export function traces(sheet) {
  const { parts, bucketMs, from, to } = sheet;
  const shown = TRACED.filter((vital) => ALWAYS_SHOWN.includes(vital) || parts[vital].failure || !isByHand(vital, periodOf(parts[vital].value)));
  const last = shown.findLast((vital) => !parts[vital].failure);
  return el("div", { class: "traces" }, ...shown.map((vital) => (parts[vital].failure
    ? el("figure", { class: "trace", "data-traced": vital }, el("figcaption", {}, el("strong", { text: t(`vital.${vital}`) })), missing(parts[vital].failure))
    : traceFigure({ vital, buckets: parts[vital].value, bucketMs, alerts: parts.alerts.value ?? [], profile: profileOf(sheet.patient), limits: parts.limits.value, from, to,
      height: HEIGHTS[shown.length] }, { hasHours: vital === last }))));
}

/** Where nothing was measured, how long and, where an alert says it, why. */
export function gaps(sheet) {
  const { parts, bucketMs } = sheet;
  const failed = ALWAYS_SHOWN.find((vital) => parts[vital].failure);
  if (failed) return missing(parts[failed].failure);
  const buckets = (vital) => parts[vital].value ?? [];
  const watched = TRACED.filter((vital) => ALWAYS_SHOWN.includes(vital) || !isByHand(vital, periodOf(buckets(vital))));
  const byVital = Object.fromEntries(watched.map((vital) => [vital, gapsOf(buckets(vital), bucketMs, vital, sheet)]));
  const found = gapsTogether(byVital, bucketMs, parts.alerts.value ?? [], sheet);
  if (!found.length) return none("handover.gaps.none");
  return listed(found.toReversed(), MOST.gaps, ({ from, to, vitals, cause }) => el("li", { class: "gap" },
    el("strong", { text: `${time(from, sheet)}–${to >= sheet.to ? t("handover.gaps.lasting") : time(to, sheet)}` }),
    el("span", { text: `${lasting(to - from)}, ${vitals.map(short).join(", ")}` }),
    el("small", { text: cause ? nameOfKind(cause).toLowerCase() : t(parts.alerts.failure ? "handover.gaps.unasked" : "handover.gaps.unknown") })));
}

/** The score with its parts; of a part that is missing, what it can be. */
export function score(sheet) {
  const score = sheet.parts.score.value;
  if (!score) return none("score.away");
  if (!score.applicable) {
    const reason = `score.reason.${score.reason}`;
    return el("p", {}, el("strong", { text: t("score.not_applicable") }), " ", i18n.has(reason) ? t(reason) : "");
  }
  const bounds = ({ minimum, maximum }) => (minimum === maximum ? String(minimum) : `${minimum}–${maximum}`);
  const risks = riskText(score.riskMinimum, score.riskMaximum, t);
  return el("div", { class: "score" },
    el("p", {}, el("b", { class: "bounds", text: bounds(score) }), el("span", {}, el("strong", { text: risks }),
      el("small", { text: `${t(score.known === 1 ? "score.count.one" : "score.count", score)} · ${t(`score.scale.${score.scale}`)}` }))),
    el("ul", { class: "score-parts", "aria-label": t("score.parts") }, ...score.parts.map((part) => el("li", { "data-part": part.vital },
      el("span", { text: t(`vital.${part.vital}`) }),
      el("span", { class: "part-value" }, ...partValue(part, sheet)),
      el("b", { class: "points", text: bounds(part) })))));
}

/** What a part counts and when it was measured, or why it counts nothing. */
function partValue({ vital, value, state, at }, sheet) {
  if (value === null) return [t(vital === "temperature" && isKnown(sheet, vital) ? "score.skin.shown" : "score.absent")];
  const age = state === "ancien" ? t("score.old", { age: agoShort(sheet.to - at, i18n.language) }) : time(at, sheet);
  return [el(state === "connu" ? "span" : "s", { text: valueText(vital, value) }), el("small", { text: age })];
}

const isKnown = (sheet, name) => sheet.parts.latest.value?.some(({ vital }) => vital === name) ?? false;

export function byHand(sheet) {
  const rounds = roundsOf(sheet.parts.byHand.value);
  if (!rounds.length) return none("handover.by_hand.none");
  return listed(rounds, MOST.rounds, ({ at, values }) => el("li", { class: "round" }, el("strong", { text: time(at, sheet) }),
    el("span", { text: VITALS.filter(({ name }) => name in values).map(({ name }) => `${short(name)}\u00a0${valueText(name, values[name])}`).join(" · ") })));
}

export function devices(sheet) {
  const worn = sheet.parts.devices.value;
  if (!worn.length) return none("devices.none");
  return el("ul", {}, ...worn.map((device) => el("li", { class: "device" }, el("strong", { text: device.name || t("devices.number", { id: device.id }) }),
    el("span", { text: [i18n.has(`device.status.${device.status}`) ? t(`device.status.${device.status}`) : device.status,
      device.battery === null ? null : t("handover.battery", { percent: Math.round(device.battery) }),
      device.inverted ? t("calibration.inverted") : null,
      device.detached?.length ? t("handover.detached", { vitals: device.detached.map(short).join(", ") }) : null,
      device.seenAt === null ? t("devices.never") : t("handover.seen", { when: when(device.seenAt, sheet) })].filter(Boolean).join(" · ") }))));
}
