import { t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, field } from "../kit/form.js";
import { ADULT, PROFILES } from "../model/limit-profiles.js";

/**
 * The dialog about the alarm limits of a ward or of the hospital, a profile at a time. `limits(profile)`: the LevelLimits; the others as `limits-table` has
 * them.
 */
export function openLimits({ limits, level, whose, mayEdit, profile = ADULT }) {
  const place = el("div", { class: "limits-of-profile" });
  const select = choice(PROFILES.map(({ name }) => [name, t(`profile.${name}`)]), profile);
  const show = () => {
    const own = limits(select.value);
    place.replaceChildren(Object.assign(el("limits-table"), { limits: own, level, whose: `${whose} · ${t(`profile.${select.value}`)}`, mayEdit }));
    own.reload();
  };
  select.addEventListener("change", show);
  show();
  return openDialog({
    title: t("limits.of", { name: whose }), className: "wide limits-of", cancel: t("dialog.close"),
    body: [el("p", { class: "hint", text: t(`limits.reach.${level}`) }), field("profil", t("profile.label"), select), place],
  });
}
