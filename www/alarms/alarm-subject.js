import { api, monitoredWard, roster, t } from "../context.js";
import { fullName } from "../kit/names.js";

/** How alarms call whom they are about. */

/** "Lit 12 – DUPONT Anne": two patients of a ward may have one surname. Of somebody who is not on the list, the number. */
export function whose({ patient }) {
  if (patient === null) return wardName();
  const known = roster.of(patient);
  if (!known) return t("alarms.who.number", { id: patient });
  const name = fullName(known);
  return known.lit ? t("alarms.who.bed", { bed: known.lit, name }) : name;
}

export const wardName = (ward = monitoredWard()) => api.user?.services?.find(({ id }) => id === ward)?.nom ?? t("ward.number", { id: ward });
