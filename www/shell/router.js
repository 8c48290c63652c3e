/**
 * The pages and their addresses: `#/`, `#/service/1`, `#/patient/12` (the id; letters and digits, or what follows `n:`, are a hospital number), `#/releve/service/1` and
 * `#/releve/patient/12` (handover sheets), `#/alertes`, `#/compte`, `#/administration/patients`. Pure.
 */
/** An escape that is none leads nowhere. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @type {[RegExp, string, (part?: string) => object][]} */
const ROUTES = [
  [/^#\/service\/(\d+)$/, "ward-page", (ward) => ({ ward: Number(ward) })],
  [/^#\/patient\/(\w+|n(?::|%3[Aa])[^/?#]+)$/, "patient-page", (patient) => ({ address: decoded(patient) })],
  [/^#\/releve\/service\/(\d+)$/, "handover-page", (ward) => ({ ward: Number(ward) })],
  [/^#\/releve\/patient\/(\w+|n(?::|%3[Aa])[^/?#]+)$/, "handover-page", (patient) => ({ patient: decoded(patient) })],
  [/^#\/alertes$/, "alerts-page", () => ({})],
  [/^#\/compte$/, "account-page", () => ({})],
  [/^#\/administration(?:\/(\w+)?)?$/, "administration-page", (section = null) => ({ section })],
];

/** `{element, properties}` of the page of an address; any other address is the list of wards. */
export function route(hash) {
  for (const [pattern, element, properties] of ROUTES) {
    const match = pattern.exec(hash);
    if (match) return { element, properties: properties(match[1]) };
  }
  return { element: "ward-list", properties: {} };
}
