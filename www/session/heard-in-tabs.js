/**
 * Which wards are heard in any tab of this browser: they share one session. Each tab holds a shared lock whose name says its wards; the browser
 * lets it go with the tab. Without such locks (a page that did not come over https) only the tab's own count.
 */
export class HeardInTabs {
  #locks;
  #prefix;
  #wards = [];
  #release = () => {};

  /** @param locks `navigator.locks`, or undefined */
  constructor(locks, prefix) { [this.#locks, this.#prefix] = [locks, `${prefix} `]; }

  /** From now on this tab hears these. */
  tell(wards) {
    this.#release();
    this.#wards = wards;
    if (!wards.length || !this.#locks) return;
    const { promise, resolve } = Promise.withResolvers();
    this.#release = resolve;
    this.#locks.request(this.#prefix + wards.join(), { mode: "shared" }, () => promise).catch(() => {});
  }

  /** The wards that are heard in this tab or another. */
  async all() {
    const { held = [] } = await this.#locks?.query() ?? {};
    const others = held.filter(({ name }) => name.startsWith(this.#prefix)).flatMap(({ name }) => name.slice(this.#prefix.length).split(",").map(Number));
    return [...new Set([...this.#wards, ...others])];
  }
}
