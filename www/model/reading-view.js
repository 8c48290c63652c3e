import { decimalsApart, number } from "../kit/format.js";
import { judge, onSite } from "./vitals.js";

/**
 * How a vital's present value is shown, for a card and a tile alike: `{state, text, unit, value, ageMs}`.
 * `state` is "none", "stale", "low", "normal", "high" or "plain" (no normal range). Pure but for what it is given.
 *
 * @param entry the vital's entry of the registry
 * @param known `{value, onSkin}` or undefined; @param fresh `{ageMs, stale}` or null
 * @param i18n for the words of a vital that is no number
 * @param limits `[{side, limit}]` that stand on the page: beside one that it violates, the value never reads like it; a temperature of the skin without any has no verdict
 */
export function view(entry, known, fresh, i18n, limits = []) {
  if (!known || !fresh) return { state: "none", text: "--", unit: entry.unit, value: null, ageMs: null };
  const worded = `value.${entry.name}.${known.value}`;
  const violated = limits.filter(({ side, limit }) => limit !== null && (side === "haut" ? known.value > limit : known.value < limit));
  const decimals = Math.max(entry.decimals, ...violated.map(({ limit }) => decimalsApart(known.value, limit, entry.decimals)));
  const text = i18n.has(worded) ? i18n.t(worded) : number(known.value, decimals, i18n.language);
  const hasVerdict = !(known.onSkin && entry.normalOnSkin) || limits.length > 0;
  const state = fresh.stale ? "stale" : (hasVerdict ? judge({ ...onSite(entry, known.onSkin), decimals }, known.value) : null) ?? "plain";
  return { state, text, unit: entry.unit, value: known.value, ageMs: fresh.ageMs };
}
