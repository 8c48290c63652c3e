import { fold, foldedName } from "./fold.js";

/** Finding rows by what somebody types: every word must stand somewhere, however it is written. Pure. */

/** Whether a row's texts contain every word of `search`. What was typed with a hyphen may be stored with a space, so that each text is looked at without spaces, too. */
export function matches(search, texts) {
  const given = texts.filter(Boolean);
  const heap = [...given.map(fold), ...given.map(foldedName)].join("\n");
  return fold(search).split(" ").every((word) => heap.includes(word));
}
