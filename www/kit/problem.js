/** What a refused request says, and where on a form it belongs. Pure. */

/** The text of a whole problem as `{key}` (ours) or `{text}` (the server's own words). Only a 503 `unavailable` promises that nothing was stored. */
export function overall({ status, code, detail }) {
  if (status === 503) return { key: code === "outcome_unknown" ? "problem.unconfirmed" : "problem.away" };
  if (status === 0 || (status >= 500 && !detail)) return { key: "problem.unreachable" };
  return detail ? { text: detail } : { key: "problem.other" };
}

/**
 * Sorts a problem over the fields of a form: `{fields: {name: text}, rest}`. `rest` is what no field says, as `overall`
 * or as the messages of fields that this form has not; null when every word has found its field.
 */
export function sortProblem(error, names) {
  const fields = {}, homeless = [];
  for (const [name, messages] of Object.entries(error.fields ?? {})) {
    if (names.includes(name)) fields[name] = messages.join(" ");
    else homeless.push(...messages);
  }
  if (homeless.length) return { fields, rest: { text: homeless.join(" ") } };
  return { fields, rest: Object.keys(fields).length ? null : overall(error) };
}
