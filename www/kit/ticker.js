/** The page's own second: ages must grow also when no message comes. Event "tick". */
class Ticker extends EventTarget {
  #timer = 0;

  start() {
    if (this.#timer) return;
    this.#timer = setInterval(() => this.dispatchEvent(new CustomEvent("tick")), 1_000);
    // A page that was hidden may have been throttled: what it shows is put right before anybody reads it.
    document.addEventListener("visibilitychange", () => this.dispatchEvent(new CustomEvent("tick")));
  }
}

export const ticker = new Ticker();
