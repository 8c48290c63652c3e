import { alarms, api, chooseWards, t } from "../context.js";
import { el } from "../kit/dom.js";
import { byName } from "../kit/names.js";
import { i18n } from "../kit/texts.js";

/** The choice of the wards whose alarms are heard, as boxes to tick; nothing where there is only one. The last ticked one stays: no choice is empty. */
export function heardChoice() {
  const wards = (api.user?.services ?? []).toSorted(byName(i18n.language));
  if (wards.length < 2) return [];
  const boxes = wards.map(({ id }) => el("input", { type: "checkbox", value: id, on: { change: () => choose() } }));
  const show = () => {
    for (const box of boxes) box.checked = alarms.wards.includes(Number(box.value));
    const ticked = boxes.filter(({ checked }) => checked);
    for (const box of boxes) box.disabled = ticked.length === 1 && box.checked;
  };
  const choose = () => {
    chooseWards(boxes.filter(({ checked }) => checked).map(({ value }) => Number(value)));
    show();
  };
  show();
  return [el("fieldset", {}, el("legend", { text: t("sound.wards") }),
    ...wards.map(({ nom }, i) => el("label", { class: "tick" }, boxes[i], el("span", { text: nom }))), el("p", { class: "hint", text: t("sound.wards.hint") }))];
}
