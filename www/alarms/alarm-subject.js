import { api, monitoredWard, roster, t } from "../context.js";
import { fullName } from "../kit/names.js";

/** How alarms call whom they are about. */

/** "Lit 12 – DUPONT Anne", in another ward than the page's "Lit 12 – DUPONT Anne · Pneumologie": two patients of a ward may have one surname. Of somebody
 * who is not on the list, the number. */
export function whose({ patient, ward }) {
  if (patient === null) return wardName(ward);
  const known = roster.of(patient);
  if (!known) return t("alarms.who.number", { id: patient });
  // A locked desk may know no names.
  const name = fullName(known);
  if (!known.lit && !name) return t("alarms.who.number", { id: patient });
  const who = known.lit ? t(name ? "alarms.who.bed" : "alarms.who.bed_only", { bed: known.lit, name }) : name;
  return known.service === monitoredWard() ? who : t("alarms.who.ward", { who, ward: wardName(known.service) });
}

/** The name of a ward; null: the page's. */
export const wardName = (ward = null) => nameOf(ward ?? monitoredWard());
const nameOf = (ward) => api.user?.services?.find(({ id }) => id === ward)?.nom ?? t("ward.number", { id: ward });
