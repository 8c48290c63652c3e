import { t, i18n } from "./services.js";
import { vital as entryOf } from "./vitals.js";

/** What kind of alert it is, in words: "Saturation en oxygène, basse" for `spo2_bas`; an unknown kind as it is. */
export function kindText(kind) {
  const [, name, side] = /^(\w+?)_(bas|haut)$/.exec(kind) ?? [];
  if (entryOf(name)) return t(`alerts.side.${side}`, { name: t(`vital.${name}`) });
  return i18n.has(`alerts.kind.${kind}`) ? t(`alerts.kind.${kind}`) : kind;
}
