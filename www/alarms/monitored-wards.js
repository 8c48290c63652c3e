const PAGE_AS = "fajma.service", CHOICE_AS = "fajma.ecoute.";
/** So many wards are heard at once: each has a connection, of which the server grants an account 32 at any time. */
export const MOST_WARDS = 12;

/**
 * Which wards are heard: those that the account has chosen on this browser, all of its own until it has, and the one that the page is about. Who sees
 * every ward, and a display on the wall, hear the page's ward alone until somebody chooses. Pure but for its memory.
 */
export class MonitoredWards {
  #memory;
  /** Whose choice is kept; null: nobody's. */
  #account = null;
  #own = [];
  #hearsAll = false;
  #isHomeHeard = false;
  /** The page's ward, or the last one that a page was about; null: none yet. */
  home = null;

  /** @param memory where choices and the last visit are kept (`getItem`, `setItem`) */
  constructor(memory) { this.#memory = memory; }

  /**
   * A page opens. Returns the wards that are heard from now on.
   * @param {number | null} page the ward that it is about
   * @param {{account: number | null, own: number[], hearsAll: boolean}} who `own`: the wards that the account sees; `hearsAll`: it looks after all of them
   */
  open(page, { account, own, hearsAll }) {
    [this.#account, this.#own, this.#hearsAll] = [account, own, hearsAll];
    if (page !== null) {
      this.#memory.setItem(PAGE_AS, String(page));
      [this.home, this.#isHomeHeard] = [page, true];
    } else if (this.home === null) {
      this.home = this.#remembered() ?? (own.length === 1 ? own[0] : null);
      this.#isHomeHeard = this.#choice === null;
    }
    return this.heard();
  }

  /** The wards that are heard. Never none while an account has wards of its own to look after. */
  heard() {
    const home = this.#isHomeHeard && this.home !== null ? [this.home] : [];
    return [...new Set([...home, ...(this.#choice ?? (this.#hearsAll ? this.#own : []))])].slice(0, MOST_WARDS);
  }

  /** Chooses the wards that are heard; none, or none of the account's, is no choice. */
  choose(wards) {
    const own = wards.filter((ward) => this.#own.includes(ward));
    if (!own.length) return this.heard();
    if (this.#account !== null) this.#memory.setItem(CHOICE_AS + this.#account, JSON.stringify(own));
    this.#isHomeHeard = own.includes(this.home);
    return this.heard();
  }

  leave() {
    [this.home, this.#account, this.#own, this.#isHomeHeard] = [null, null, [], false];
  }

  /** What the account has chosen of the wards that it still sees, or null. */
  get #choice() {
    if (this.#account === null) return null;
    try {
      const kept = JSON.parse(this.#memory.getItem(CHOICE_AS + this.#account) ?? "null");
      const chosen = Array.isArray(kept) ? kept.filter((ward) => this.#own.includes(ward)) : [];
      return chosen.length ? chosen : null;
    } catch {
      return null;
    }
  }

  /** Another account's last visit does not count where it is none of this one's wards. */
  #remembered() {
    const id = Number(this.#memory.getItem(PAGE_AS));
    return this.#own.includes(id) ? id : null;
  }
}
