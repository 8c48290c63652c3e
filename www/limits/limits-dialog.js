import { i18n, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, field, input, refusal } from "../kit/form.js";
import { icon } from "../kit/icons.js";
import { cornerText, rangeWords, ruleText } from "../model/limit-text.js";
import { changedCorners, CORNERS, cornerName, draftOf, effectiveIn, inheritedIn, LONGEST_DELAY_S, merged, rulesOf, signOf } from "../model/limits.js";
import { vital as entryOf } from "../model/vitals.js";

/** Where a level's limits come from when nothing says otherwise. */
const ABOVE = { patient: "service", service: "hopital", hopital: "defaut" };

/**
 * Changes the limits of one vital at one level, as a dialog. Resolves with the limits as they are then, or with null.
 * For a patient what is typed can be tried out on the past (`limits-trial`).
 */
export function editLimits({ limits, level, vital, patient, whose }) {
  const entry = entryOf(vital);
  /** What the form began from: somebody else may store something meanwhile. */
  let base = limits.current;
  const corners = CORNERS.map((corner) => cornerForm(corner, { limits: base, parent: limits.parent, level, entry }));

  /** This level's own rules as the form has them; throws what is wrong with it. */
  function proposed() {
    const { rules, faults } = rulesOf(corners.map((form) => form.draft()), base, limits.parent, vital);
    if (Object.keys(faults).length) throw refusal(Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, [faultText(fault, entry)]])));
    return { all: merged(base, vital, rules), rules };
  }

  async function save() {
    const { all } = proposed();
    try {
      return await limits.save(all);
    } catch (error) {
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
      el("div", { class: "corners", on: { input: () => trial?.outdate() } }, ...corners.map(({ node }) => node)),
      // The server names what is wrong with the limits together: their order, for instance.
      el("div", { class: "field", "data-field": "limites" }, el("p", { class: "field-error", role: "alert" })),
      ...(trial ? [trial] : []),
    ],
    actions: [{ label: t("dialog.save"), run: save }],
  });
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
