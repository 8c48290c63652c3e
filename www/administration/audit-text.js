/** What an entry of the audit changed, field by field. Pure. */

const isGroup = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Members of members as "a.b"; a value that is no object stands for itself as "". */
function flat(value, path = "") {
  if (!isGroup(value)) return value === undefined || value === null ? [] : [[path, value]];
  return Object.entries(value).flatMap(([name, member]) => flat(member, path ? `${path}.${name}` : name));
}

/** What people look for first comes first, always in this order: JSON has none. What is not named here follows by the alphabet. */
const ORDER = ["hospital_number", "last_name", "first_name", "birth_date", "sex", "ward_id", "bed", "discharged_at", "username", "role",
  "patient_id", "device_id", "name", "kind", "during", "vital", "value", "effective_limit", "cause", "reason", "expires_at", "effective_level", "limit_value", "includes_limit", "delay_seconds", "hysteresis", "measured_at", "severity", "message", "begun_at",
  "ends_at", "status"];
const rank = (field) => (ORDER.includes(field) ? ORDER.indexOf(field) : ORDER.length);
const inOrder = (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1);

/**
 * `[{field, from, to}]` of what differs between two states, without the fields `unsaid`; `from` or `to` is null where there was
 * or is nothing.
 */
export function changes(before, after, unsaid = []) {
  const [old, fresh] = [new Map(flat(before)), new Map(flat(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((field) => !unsaid.includes(field)).sort(inOrder)
    .map((field) => ({ field, from: old.get(field) ?? null, to: fresh.get(field) ?? null }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

/** The key of a field's name: that of the entry's subject, where the field is called otherwise there (an alert is "résolue", an absence has an end), or null. */
export function fieldKey(action, field, i18n) {
  return [`audit.field.${action.split(".")[0]}.${field}`, `audit.field.${field}`].find((key) => i18n.has(key)) ?? null;
}

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/;
/** A range as PostgreSQL writes it: `["2026-11-22 18:00:00+00",)`. */
const RANGE = /^[[(]"?([^",]*)"?,"?([^",]*)"?[\])]$/;

/** PostgreSQL's instants too, of which browsers read not all: a blank instead of the T, a zone of hours only. */
const milliseconds = (text) => Date.parse(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));

/** A value as people read it: lists with commas, instants and ranges of them by `moment`, yes and no in words. */
export function shown(value, words) {
  const { moment, yes, no } = words;
  if (typeof value === "boolean") return value ? yes : no;
  if (Array.isArray(value)) return value.map((one) => shown(one, words)).join(", ");
  if (isGroup(value)) return JSON.stringify(value);
  const text = String(value);
  if (INSTANT.test(text)) return moment(milliseconds(text));
  const ends = RANGE.exec(text)?.slice(1);
  if (ends?.every((end) => end === "" || INSTANT.test(end))) return ends.map((end) => (end ? moment(milliseconds(end)) : "…")).join(" – ");
  return text;
}

/**
 * `{ward, profile, vital, side, severity}` of an alarm limit as an entry names it ("ward-3-spo2-bas-error", "enfant_1_4-spo2-bas-error"), or null; `ward` is null
 * but for a ward's, `profile` for an adult's and a patient's own.
 */
export function readLimit(text) {
  const [, ward, profile, vital, side, severity] = /^(?:ward-(\d+)-)?(?:(\w+)-)?(\w+)-(bas|haut)-(\w+)$/.exec(text) ?? [];
  return vital ? { ward: ward ? Number(ward) : null, profile: profile ?? null, vital, side, severity } : null;
}

/** `{noun, id}` of what an entry is about ("device 3", "user 4"), or null for what is none of these ("GET /api/…"). */
export function readSubject(text) {
  const [, noun, id] = /^(\w+) ([\w-]+)$/.exec(text ?? "") ?? [];
  return noun ? { noun, id } : null;
}
