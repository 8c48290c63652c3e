/** Who lies in the ward that is heard: an alarm says whose it is. Event "change". No DOM. */
export class WardRoster extends EventTarget {
  #patients = new Map();
  #ask;
  #asked = 0;

  /** @param ask (ward) => a promise of the rows of `api/patients/` */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  /** Asks anew; of two answers the later question's counts. */
  async load(ward) {
    const asked = ++this.#asked;
    const rows = await this.#ask(ward);
    if (asked !== this.#asked) return;
    this.#patients = new Map(rows.map((patient) => [patient.id, patient]));
    this.dispatchEvent(new CustomEvent("change"));
  }

  forget() {
    this.#asked += 1;
    this.#patients.clear();
  }

  /** A patient as `api/patients/` gives it, or undefined. */
  of(id) { return this.#patients.get(id); }
}
