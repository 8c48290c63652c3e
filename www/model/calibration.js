/** How far a device's SpO2 can be trusted. */

/**
 * Of a device of `readDevice`: "inverted" (its LEDs seem to be the other way round: it gives none), "uncalibrated", "unused" (it was calibrated, and
 * computes with another curve), or "calibrated".
 */
export function saturationTrust({ calibration, inverted }) {
  if (inverted) return "inverted";
  if (!calibration) return "uncalibrated";
  return calibration.inUse ? "calibrated" : "unused";
}

const ORDER = ["inverted", "uncalibrated", "unused", "calibrated"];

/** Of several devices the one that is trusted least; null for none. */
export const leastTrust = (devices) => ORDER.find((trust) => devices.some((device) => saturationTrust(device) === trust)) ?? null;
