import { el } from "./dom.js";

/** Hands a Blob to the browser as a file of this name. */
export function saveAs(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  // The browser has begun to read it by then; kept any longer it would only take memory.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
