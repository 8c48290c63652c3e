import { t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";

/** The dialog about the alarm limits of a ward or of the hospital. Properties as `limits-table` has them. */
export function openLimits({ limits, level, whose, mayEdit }) {
  limits.reload();
  return openDialog({
    title: t("limits.of", { name: whose }), className: "wide limits-of", cancel: t("dialog.close"),
    body: [el("p", { class: "hint", text: t(`limits.reach.${level}`) }), Object.assign(el("limits-table"), { limits, level, whose, mayEdit })],
  });
}
