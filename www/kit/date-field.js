/** Instants between the wire (RFC 3339 in UTC) and the fields of a form (local, without a zone). Pure. */

const two = (number) => String(number).padStart(2, "0");

/** "2026-11-22T14:05" in local time, as `datetime-local` wants it; empty for none. */
export function toField(wire) {
  const at = new Date(wire ?? NaN);
  if (Number.isNaN(at.getTime())) return "";
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The instant of a field on the wire, or null for an empty one. */
export function fromField(text) {
  const at = new Date(text || NaN);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The same for a field that gives minutes only and was shown `wire`: untouched, it keeps the seconds. */
export const fromFieldOf = (wire, text) => (text === toField(wire) ? wire ?? null : fromField(text));
