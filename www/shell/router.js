/**
 * The pages and their addresses: `#/`, `#/service/1`, `#/patient/12` (the id or the hospital number), `#/releve/service/1` and
 * `#/releve/patient/12` (handover sheets), `#/alertes`, `#/compte`, `#/administration/patients`. Pure.
 */
/** @type {[RegExp, string, (part?: string) => object][]} */
const ROUTES = [
  [/^#\/service\/(\d+)$/, "ward-page", (ward) => ({ ward: Number(ward) })],
  [/^#\/patient\/(\w+)$/, "patient-page", (patient) => ({ address: patient })],
  [/^#\/releve\/service\/(\d+)$/, "handover-page", (ward) => ({ ward: Number(ward) })],
  [/^#\/releve\/patient\/(\w+)$/, "handover-page", (patient) => ({ patient })],
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
