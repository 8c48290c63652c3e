const REMEMBERED_AS = "fajma.service";

/** Which ward is heard: the one that the page is about, else the last visited, else the only one. Pure but for its memory. */
export class MonitoredWard {
  #memory;
  ward = null;

  /** @param memory where the last visit is kept (`getItem`, `setItem`) */
  constructor(memory) { this.#memory = memory; }

  /**
   * @param ward the page's ward, or null
   * @param wards the account's own, `[{id, nom}]`; none for who sees all of them
   */
  choose(ward, wards = []) {
    if (ward !== null) this.#memory.setItem(REMEMBERED_AS, String(ward));
    this.ward = ward ?? this.ward ?? this.#remembered(wards) ?? (wards.length === 1 ? wards[0].id : null);
    return this.ward;
  }

  leave() { this.ward = null; }

  /** Another account's last visit does not count where it is none of this one's wards. */
  #remembered(wards) {
    const id = Number(this.#memory.getItem(REMEMBERED_AS));
    if (!Number.isInteger(id) || id <= 0) return null;
    return wards.length === 0 || wards.some((ward) => ward.id === id) ? id : null;
  }
}
