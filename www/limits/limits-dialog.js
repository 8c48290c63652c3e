import { i18n, state, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, field, input, refusal } from "../kit/form.js";
import { clockTime } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { cornerText, rangeWords, ruleText } from "../model/limit-text.js";
import { changedCorners, CORNERS, cornerName, draftOf, effectiveIn, inheritedIn, LONGEST_DELAY_S, loosens, merged, ownIn, rulesOf, signOf } from "../model/limits.js";
import { vital as entryOf } from "../model/vitals.js";

/** Where a level's limits come from when nothing says otherwise. */
const ABOVE = { patient: "service", service: "hopital", hopital: "defaut" };
/** After how many hours a patient's own limits may end by themselves. */
const ENDS_H = [1, 4, 12, 24, 72];
const HOUR = 3_600_000;

/**
 * Changes the limits of one vital at one level, as a dialog. Resolves with the limits as they are then, or with null.
 * For a patient what is typed can be tried out on the past (`limits-trial`).
 */
export function editLimits({ limits, level, vital, patient, whose }) {
  const entry = entryOf(vital);
  /** What the form began from: somebody else may store something meanwhile. */
  let base = limits.current;
  const corners = CORNERS.map((corner) => cornerForm(corner, { limits: base, parent: limits.parent, level, entry }));
  const terms = termsForm({ limits: base, level, vital });

  /** This level's own rules as the form has them; throws what is wrong with it. */
  function proposed() {
    const { rules, faults } = rulesOf(corners.map((form) => form.draft()), base, limits.parent, vital);
    if (Object.keys(faults).length) throw refusal(Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, [faultText(fault, entry)]])));
    const ending = rules.map((rule) => ({ ...rule, ...terms.end() }));
    return { all: merged(base, vital, ending), rules: ending };
  }

  /** A reason is asked for as soon as what is typed lets more pass than what holds now. */
  function changed() {
    trial?.outdate();
    const { rules, faults } = rulesOf(corners.map((form) => form.draft()), base, limits.parent, vital);
    terms.ask(Object.keys(faults).length === 0 && loosens(base, limits.parent, vital, rules));
  }

  async function save() {
    const { all } = proposed();
    try {
      return await limits.save(all, terms.reason(), base.version);
    } catch (error) {
      if (error.fields?.motif) terms.ask(true);
      if (error.status !== 412) throw error;
      await takeIn(error);
    }
  }

  /** Somebody was faster: shows what they stored, keeps what is typed, and asks whether it shall still be so. */
  async function takeIn(error) {
    const before = base;
    await limits.reload();
    if (limits.failure) throw limits.failure;
    base = limits.current;
    trial?.outdate();
    const others = changedCorners(before, base, vital);
    corners.forEach((form) => form.changedMeanwhile(others.includes(form.name) ? effectiveIn(base, vital, form.corner) ?? null : undefined));
    throw Object.assign(error, { fields: {}, detail: t(others.length ? "limits.meanwhile" : "limits.meanwhile.others") });
  }

  const trial = patient ? Object.assign(el("limits-trial"), { patient: patient.id, vital, limits, proposed }) : null;
  return openDialog({
    title: t("limits.change.title", { name: t(`vital.${vital}`) }), className: "wide limits",
    body: [
      el("p", { class: "whose" }, icon(level === "patient" ? "user" : level === "service" ? "ward" : "shield"), el("strong", { text: whose }),
        el("span", { text: t(`limits.reach.${level}`) })),
      el("div", { class: "corners", on: { input: changed } }, ...corners.map(({ node }) => node)),
      terms.node,
      // The server names what is wrong with the limits together: their order, for instance.
      el("div", { class: "field", "data-field": "limites" }, el("p", { class: "field-error", role: "alert" })),
      ...(trial ? [trial] : []),
    ],
    actions: [{ label: t("dialog.save"), run: save }],
  });
}

/** Why, and until when: `{node, ask(isNeeded), reason(), end()}`. Only a patient's limits end by themselves. */
function termsForm({ limits, level, vital }) {
  const reason = field("motif", t("limits.reason"), input("text", { maxlength: 200, autocomplete: "off" }), { hint: t("limits.reason.hint"), mayBeEmpty: false });
  reason.hidden = true;
  const known = CORNERS.map((corner) => ownIn(limits, vital, corner)?.expire_le).filter(Boolean).sort()[0];
  const until = choice([
    ...(known ? [[known, t("limits.end.kept", { time: clockTime(Date.parse(known), state.now(), i18n.language) })]] : []),
    ["", t("limits.end.never")], ...ENDS_H.map((hours) => [hours, t(`limits.end.hours.${i18n.plural(hours)}`, { hours })]),
  ], known ?? "");
  const end = () => {
    const { value } = until;
    if (value === "" || value === known) return value || null;
    return new Date(state.now() + Number(value) * HOUR).toISOString();
  };
  return {
    node: el("div", { class: "terms" }, reason, level === "patient" ? field("expire_le", t("limits.end"), until, { hint: t("limits.end.hint") }) : null),
    ask: (isNeeded) => { reason.hidden = !isNeeded; },
    reason: () => (reason.hidden ? "" : reason.querySelector("input").value.trim()),
    end: () => (level === "patient" ? { expire_le: end() } : {}),
  };
}

function faultText(fault, entry) {
  if (fault === "range") return t("entry.fault.range", rangeWords(entry, i18n.language));
  return t(`limits.fault.${fault}`, { seconds: LONGEST_DELAY_S });
}

/** A corner's part of the form: `{name, corner, node, draft(), changedMeanwhile(rule)}`. */
function cornerForm(corner, { limits, parent, level, entry }) {
  const name = cornerName(corner);
  const vital = entry.name;
  const first = draftOf(limits, parent, vital, corner, i18n.language);
  const above = inheritedIn(limits, parent, vital, corner);
  const sign = signOf({ ...corner, inclus: (effectiveIn(limits, vital, corner) ?? above)?.inclus ?? false });

  const mode = choice([
    ["inherited", above || parent ? t(`limits.inherited.${above?.origine ?? ABOVE[level]}`, { rule: ruleText(above, i18n) }) : t("limits.inherited.default")],
    ["own", t(`limits.own.${level}`)], ["off", t("limits.switch_off")],
  ], first.mode);
  const number = (member, label, attributes) => {
    const control = input("text", { inputmode: "decimal", autocomplete: "off", maxlength: 8, value: first[member], ...attributes });
    return { control, node: field(`${member}_${name}`, label, control, { mayBeEmpty: false }) };
  };
  const numbers = {
    seuil: number("seuil", t("limits.limit", { sign, unit: entry.unit }), { class: "limit-input" }),
    delai_s: number("delai_s", t("limits.delay")),
    hysteresis: number("hysteresis", t("limits.hysteresis", { unit: entry.unit })),
  };
  const inputs = el("div", { class: "numbers" }, ...Object.values(numbers).map(({ node }) => node));
  const warning = el("p", { class: "off-warning", role: "alert" });
  const meanwhile = el("p", { class: "meanwhile", role: "status" });

  const show = () => {
    inputs.hidden = mode.value !== "own";
    warning.replaceChildren(...(mode.value === "off" ? [icon("bellOff"), el("span", { text: t(`limits.off.warning.${corner.niveau_gravite}`) })] : []));
  };
  mode.addEventListener("change", show);
  show();

  return {
    name, corner,
    node: el("fieldset", { class: "corner", "data-severity": corner.niveau_gravite, "data-corner": name },
      el("legend", {}, icon(corner.niveau_gravite), el("span", { text: cornerText(corner, i18n) })),
      field(`mode_${name}`, t("limits.mode"), mode), inputs, warning, meanwhile),
    draft: () => ({ mode: mode.value, ...Object.fromEntries(Object.entries(numbers).map(([member, { control }]) => [member, control.value])) }),
    /** `rule`: what somebody else stored here, null for nothing; undefined where they changed nothing. */
    changedMeanwhile: (rule) => meanwhile.replaceChildren(...(rule === undefined ? []
      : [icon("refresh"), el("span", { text: t("limits.meanwhile.now", { rule: ruleText(rule, i18n) }) })])),
  };
}
