/** What the server answers, read. No DOM. */

/**
 * What went wrong with a request: `status` 0 when no answer came; `detail` is the server's own words, `fields` its words
 * about single fields (`{name: [text]}`), `problem` all that it answered, `retryAfter` how many seconds it asks to wait, or null.
 */
export class ApiError extends Error {
  constructor(status, problem, retryAfter = null) {
    const { code = "unexpected", detail = "" } = problem ?? {};
    super(detail || code);
    Object.assign(this, { status, code, detail, problem: problem ?? {}, fields: fieldsOf(problem), retryAfter });
  }
}

const isWords = (value) => Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string");
const fieldsOf = (problem) => Object.fromEntries(Object.entries(problem ?? {}).filter(([, value]) => isWords(value)));

/** `Retry-After` in seconds; a date, which the header may be too, is nothing that our server sends. */
export function secondsToWait(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : null;
}

/** JSON as a value, an empty body as null, anything else (a proxy's error page) as undefined. */
export function decode(text) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a `Link` header says that a list goes on. Only on this server: the next request carries the token. */
export function nextPage(response, base) {
  const [, target] = /<([^>]*)>;\s*rel="?next"?/.exec(response.headers.get("Link") ?? "") ?? [];
  const url = target === undefined ? null : new URL(target, response.url).href;
  return url?.startsWith(base) ? url : null;
}
