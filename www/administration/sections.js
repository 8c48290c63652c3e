import { has } from "../permissions.js";

/** The parts of the administration, and who may open which: any one of its permissions is enough. Pure. */
export const SECTIONS = [
  { name: "patients", element: "patient-section", icon: "bed", permissions: ["managePatients"] },
  { name: "dispositifs", element: "device-section", icon: "device", permissions: ["assignDevices", "manageDevices"] },
  { name: "services", element: "ward-section", icon: "ward", permissions: ["manageWards"] },
  { name: "utilisateurs", element: "account-section", icon: "user", permissions: ["manageUsers"] },
  { name: "cles", element: "key-section", icon: "key", permissions: ["manageKeys"] },
  { name: "alarmes", element: "alarm-section", icon: "bell", permissions: ["readMeasures"] },
  { name: "audit", element: "audit-section", icon: "audit", permissions: ["readAudit"] },
];

/** The sections that an account may open. */
export const sectionsFor = (user) => SECTIONS.filter(({ permissions }) => permissions.some((permission) => has(user, permission)));
