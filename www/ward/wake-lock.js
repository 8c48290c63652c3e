/** Keeps the screen of a display on the wall from going dark, where the browser can. Given back whenever the page is hidden, so it is asked for again. */
export function keepAwake(signal) {
  const ask = () => document.hidden || navigator.wakeLock?.request("screen").then((lock) => signal.addEventListener("abort", () => lock.release()), () => {});
  document.addEventListener("visibilitychange", ask, { signal });
  ask();
}
