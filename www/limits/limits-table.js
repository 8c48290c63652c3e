import { i18n, state, t } from "../context.js";
import { el, focusedIn } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { clockTime } from "../kit/format.js";
import { problemText } from "../kit/form.js";
import { icon } from "../kit/icons.js";
import { rowAction, table } from "../kit/table.js";
import { conditionsText, cornerText, limitText } from "../model/limit-text.js";
import { ADULT, provisionalText } from "../model/limit-profiles.js";
import { CORNERS, effectiveIn, LIMITED, ownIn } from "../model/limits.js";
import { vital as entryOf } from "../model/vitals.js";
import { editLimits } from "./limits-dialog.js";

/** Where a limit comes from: by word and shape. */
const ORIGIN_ICONS = { defaut: "settings", hopital: "shield", service: "ward", patient: "user" };

/**
 * The alarm limits that hold at a level, and where each comes from. Properties: `limits` (a LevelLimits), `level`
 * ("hopital", "service", "patient"), `patient` (for trying limits out; of a patient's level), `whose` (in words), `mayEdit`.
 */
export class LimitsTable extends FajmaElement {
  limits = null;
  mayEdit = false;
  level = null;
  patient = null;
  whose = null;

  start() { this.listen(this.limits, "change", () => this.draw()); }

  draw() {
    const { current, failure } = this.limits;
    const focused = focusedIn(this)?.dataset.key;
    const shown = [];
    if (failure) shown.push(el("p", { class: "form-problem", role: "alert" }, icon("error"), el("span", { text: this.#why(failure, current) })));
    const provisional = current && provisionalText(current, t);
    if (provisional) shown.push(el("p", { class: "provisional" }, icon("warning"), el("span", { text: provisional })));
    if (current) shown.push(this.#table());
    if (!provisional && current?.profil && current.profil !== ADULT) shown.push(el("p", { class: "soft of-profile", text: t("profile.of", { name: t(`profile.${current.profil}`) }) }));
    if (current?.temperature_cutanee_validee === false) shown.push(el("p", { class: "soft on-skin", text: t("limits.on_skin") }));
    else if (!failure) shown.push(el("p", { class: "soft", text: t("loading") }));
    this.replaceChildren(...shown);
    if (focused) this.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  #why(failure, current) {
    if (failure.status === 0 || failure.status >= 500) return t(current ? "limits.stale" : "limits.away");
    return problemText(failure);
  }

  #table() {
    return table({ caption: t("limits.title"), rows: LIMITED, columns: [
      { label: t("limits.vital"), className: "name", cell: (vital) => el("span", { class: "limit-vital", "data-vital": vital }, icon(vital),
        el("strong", { text: t(`vital.${vital}`) })) },
      ...CORNERS.map((corner) => ({ label: cornerText(corner, i18n), className: `limit ${corner.niveau_gravite}`, cell: (vital) => this.#cell(vital, corner) })),
      ...(this.mayEdit ? [{ label: t("section.actions"), hidden: true, className: "actions", cell: (vital) => this.#action(vital) }] : []),
    ] });
  }

  #cell(vital, corner) {
    const rule = effectiveIn(this.limits.current, vital, corner);
    if (!rule) return null;
    const origin = el("span", { class: "origin", "data-origin": rule.origine }, icon(ORIGIN_ICONS[rule.origine]), el("span", { text: t(`limits.origin.${rule.origine}`) }));
    const why = rule.origine === this.level ? this.#terms(ownIn(this.limits.current, vital, corner)) : null;
    if (rule.seuil === null) return el("span", { class: "rule off" }, el("span", { class: "limit-value" }, icon("bellOff"), t("limits.off")), origin, why);
    return el("span", { class: "rule", "data-severity": corner.niveau_gravite },
      el("span", { class: "limit-value" }, icon(corner.niveau_gravite), limitText(rule, i18n)),
      el("small", { text: conditionsText(rule, i18n) }), origin, why);
  }

  /** Why a limit of this level's own is there, and until when. */
  #terms(own) {
    const until = own?.expire_le ? t("limits.until", { time: clockTime(Date.parse(own.expire_le), state.now(), i18n.language) }) : null;
    return until || own?.motif ? el("small", { class: "terms-of", text: [own.motif, until].filter(Boolean).join(" · ") }) : null;
  }

  #action(vital) {
    return rowAction({ label: t("limits.change"), about: t(`vital.${vital}`), key: `limits-${vital}`, click: async () => {
      const saved = await editLimits({ limits: this.limits, level: this.level, vital, patient: this.patient, whose: this.whose });
      if (this.signal.aborted) return;
      this.querySelector(`[data-key="limits-${vital}"]`)?.focus();
      if (saved === null) return;
      const text = t("limits.saved", { name: t(`vital.${entryOf(vital).name}`) });
      this.announce(text, false);
      this.dispatchEvent(new CustomEvent("saved", { detail: { text } }));
    } });
  }
}
