/** Who lies in the wards that are heard: an alarm says whose it is. Event "change". No DOM. */
export class WardRoster extends EventTarget {
  /** By ward, by number. */
  #patients = new Map();
  #ask;
  #asked = new Map();

  /** @param ask (ward) => a promise of the rows of `api/patients/` */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  /** Asks anew; of two answers the later question's counts. */
  async load(ward) {
    const asked = Symbol(ward);
    this.#asked.set(ward, asked);
    const rows = await this.#ask(ward);
    if (this.#asked.get(ward) !== asked) return;
    this.#patients.set(ward, new Map(rows.map((patient) => [patient.id, patient])));
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** A ward is heard no more. */
  forget(ward) {
    this.#asked.delete(ward);
    this.#patients.delete(ward);
  }

  /** A patient as `api/patients/` gives it, or undefined. */
  of(id) { return [...this.#patients.values()].map((patients) => patients.get(id)).find(Boolean); }
}
