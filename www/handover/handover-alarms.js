import { i18n, t } from "../context.js";
import { stepTexts } from "../history/history-text.js";
import { el } from "../kit/dom.js";
import { lasting, waited as waitedFor } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { beganAt } from "../model/alert-filter.js";
import { iconOf, messageOf } from "../model/alert-text.js";
import { changeTexts } from "../model/limit-change-text.js";
import { conditionsText, cornerText, limitText } from "../model/limit-text.js";
import { CORNERS, effectiveIn, LIMITED, ownIn } from "../model/limits.js";
import { scoreCare } from "../model/score-alert.js";
import { SEVERITIES } from "../model/severity.js";
import { signalFigure } from "../signal/signal-figure.js";
import { listed, nameOfKind, none, time, when } from "./handover-text.js";
import { loadOf, openOf } from "./handover.js";

/** The parts of a handover sheet about alarms and their limits, as handover-vitals.js has its parts. */

/** So many rows of a list fit on the page. */
const MOST = { open: 3, kinds: 5, changes: 4 };

export function openAlerts(sheet) {
  const open = openOf(sheet.parts.alerts.value);
  if (!open.length) return none("handover.open.none");
  return listed(open, MOST.open, (alert) => el("li", { "data-severity": alert.severity, class: alert.score ? "score-alert" : null }, icon(iconOf(alert)),
    el("span", {}, el("span", { class: "what" }, el("strong", { text: `${t(`severity.${alert.severity}`)} ${time(beganAt(alert), sheet)}` }), " ", messageOf(alert, i18n)),
      el("small", { text: texts(alert, sheet).join(" · ") }), signal(alert, sheet))));
}

/** What the device saw when it raised the alert, as far as the sheet has room. */
function signal(alert, { parts: { signals } }) {
  if (!alert.hasTrace) return null;
  if (signals.failure) return el("small", { text: t("signal.failed") });
  const trace = signals.value.get(alert.id);
  return trace ? signalFigure(trace, alert) : null;
}

/** What became of an alert. Of a score first who called a doctor and when to measure next, and at the end, which may be cut, what to do. */
function texts(alert, sheet) {
  const care = scoreCare(alert, i18n, sheet.to, { time: (at) => time(at, sheet), when: (at) => when(at, sheet) });
  const steps = stepTexts(alert, i18n).map(({ step, text, at }) => ({ step, text: `${text} ${time(at, sheet)}` }));
  const said = ({ text }) => text;
  return [...steps.filter(({ step }) => step === "called").map(said), care?.due, ...steps.filter(({ step }) => step !== "called").map(said), care?.response].filter(Boolean);
}

/** How many alerts, which, for how long, how soon somebody came. */
export function alarmLoad(sheet) {
  const load = loadOf(sheet.parts.alerts.value, sheet);
  const waited = (ms) => (ms === null ? "–" : waitedFor(ms));
  return el("div", { class: "load" },
    el("p", { class: "counts" }, el("strong", { text: t(`handover.load.count.${i18n.plural(load.raised)}`, { count: load.raised }) }),
      ...SEVERITIES.toReversed().filter((severity) => load.bySeverity[severity]).map((severity) => el("span", { class: "severity", "data-severity": severity }, icon(severity),
        el("span", { text: `${load.bySeverity[severity]} ${t(`handover.load.${severity}.${i18n.plural(load.bySeverity[severity])}`)}` })))),
    load.kinds.length ? listed(load.kinds, MOST.kinds, ({ kind, count, severity }) => el("li", { "data-severity": severity }, icon(severity),
      el("span", { text: nameOfKind(kind) }), el("b", { text: `×\u00a0${count}` }))) : null,
    el("dl", { class: "reaction" },
      ...[["handover.load.open", lasting(load.openMs)], ["handover.load.median", waited(load.reaction.median)],
        ["handover.load.worst", waited(load.reaction.worst)], ["handover.load.unanswered", String(load.unanswered)]]
        .map(([label, value]) => el("div", {}, el("dt", { text: t(label) }), el("dd", { text: value })))));
}

/** The limits that hold; those that are the patient's own or the ward's say so. */
export function limits(sheet) {
  const current = sheet.parts.limits.value;
  const cell = (vital, corner) => {
    const rule = effectiveIn(current, vital, corner);
    if (!rule) return el("td", { text: "–" });
    const until = rule.origine === "patient" ? ownIn(current, vital, corner)?.expire_le : null;
    const own = rule.origine === "defaut" ? null : el("small", { text: [t(`limits.origin.${rule.origine}`), until ? t("limits.until", { time: time(Date.parse(until), sheet) }) : null].filter(Boolean).join(", ") });
    return el("td", { "data-origin": rule.origine }, el("span", { text: rule.seuil === null ? t("limits.off") : limitText(rule, i18n) }),
      rule.seuil === null ? null : el("small", { text: conditionsText(rule, i18n).split(" · ")[0] }), own);
  };
  const shown = LIMITED.filter((vital) => CORNERS.some((corner) => effectiveIn(current, vital, corner)));
  return el("table", {}, el("caption", { class: "visually-hidden", text: t("limits.title") }),
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("limits.vital") }), ...CORNERS.map((corner) => el("th", { scope: "col", text: cornerText(corner, i18n) })))),
    el("tbody", {}, ...shown.map((vital) => el("tr", {}, el("th", { scope: "row", text: t(`vital.${vital}`) }), ...CORNERS.map((corner) => cell(vital, corner))))));
}

export function limitChanges(sheet) {
  const changes = sheet.parts.changes.value;
  if (!changes.length) return none("handover.changes.none");
  // Of an old change not everything is known: what holds now says whether the limit itself violates.
  const whole = (rule, { vital, corner }) => rule && { ...rule, inclus: rule.inclus ?? effectiveIn(sheet.parts.limits.value, vital, corner)?.inclus ?? false };
  return listed(changes, MOST.changes, (change) => {
    const known = { ...change, before: whole(change.before, change), after: whole(change.after, change) };
    const { what, before, after, facts } = changeTexts(known, i18n, (at) => time(at, sheet));
    return el("li", { class: change.isLooser ? "change looser" : "change" },
      el("span", {}, el("strong", { text: what }), ` ${before} → `, el("b", { text: after }), change.isLooser ? el("em", { text: ` ${t("limits.looser")}` }) : null),
      el("small", { text: facts.join(" · ") }));
  });
}
