/** What a machine key may be given, as the server has it (`Permission.ofMachineKeys`). Pure. */
export const PERMISSIONS = ["readPatients", "managePatients", "readReadings", "enterReadings", "correctOwnReadings", "readAlerts", "raiseAlerts",
  "acknowledgeAlerts", "readDevices", "assignDevices", "readWards"];

/** Of a list of keys those that somebody should renew or revoke, the one that expires first first. */
export const keysToRenew = (keys) => keys.filter(({ etat }) => etat === "expire_bientot" || etat === "expiree")
  .sort((a, b) => Date.parse(a.expire_le) - Date.parse(b.expire_le));
