/** A typed number, with comma or point; null for an empty field, NaN for anything else. */
export function readNumber(text) {
  const bare = text.replace(/[\s\u00a0\u202f]/g, "");
  if (bare === "") return null;
  return /^\d+(?:[.,]\d*)?$/.test(bare) ? Number(bare.replace(",", ".")) : NaN;
}
