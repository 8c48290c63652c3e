import { foldedName } from "../kit/fold.js";
import { look } from "../kit/look.js";

/** Who could be taken for somebody else of the same ward, and which device for another. Pure. */

/**
 * The ids of patients who are in one ward with somebody of the same last name, however it is written. The first names may differ: staff, alarms and
 * lists call patients by the last name.
 */
export function homonyms(patients) {
  const byName = new Map();
  for (const { id, service, nom, sorti_le: left } of patients) {
    const key = `${service} ${foldedName(nom)}`;
    if (!left && nom) byName.set(key, [...(byName.get(key) ?? []), id]);
  }
  return new Set([...byName.values()].filter((same) => same.length > 1).flat());
}

/** The ids of devices in use that are called as another one is, as far as people see: a call for one may bring the other. */
export function namesakes(devices) {
  const byLook = new Map();
  for (const { id, nom, retire_le: retired } of devices) {
    if (!retired) byLook.set(look(nom), [...(byLook.get(look(nom)) ?? []), id]);
  }
  return new Set([...byLook.values()].filter((same) => same.length > 1).flat());
}
