/** Finding rows by what somebody types: every word must stand somewhere, accents and capitals do not matter. Pure. */

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether a row's texts contain every word of `search`. */
export function matches(search, texts) {
  const heap = plain(texts.filter(Boolean).join(" "));
  return plain(search).split(/\s+/).every((word) => heap.includes(word));
}
