/** What an entry of the audit changed, field by field. Pure. */

const isGroup = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Members of members as "a.b"; a value that is no object stands for itself as "". */
function flat(value, path = "") {
  if (!isGroup(value)) return value === undefined || value === null ? [] : [[path, value]];
  return Object.entries(value).flatMap(([name, member]) => flat(member, path ? `${path}.${name}` : name));
}

/** `[{field, from, to}]` of what differs between two states; `from` or `to` is null where there was or is nothing. */
export function changes(before, after) {
  const [old, fresh] = [new Map(flat(before)), new Map(flat(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .map((field) => ({ field, from: old.get(field) ?? null, to: fresh.get(field) ?? null }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/;

/** A value as people read it: lists with commas, instants by `moment`, yes and no in words. */
export function shown(value, { moment, yes, no }) {
  if (typeof value === "boolean") return value ? yes : no;
  if (Array.isArray(value)) return value.map((one) => shown(one, { moment, yes, no })).join(", ");
  if (isGroup(value)) return JSON.stringify(value);
  if (typeof value === "string" && INSTANT.test(value)) return moment(Date.parse(value));
  return String(value);
}
