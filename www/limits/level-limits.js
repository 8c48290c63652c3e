import { ADULT, profileOf } from "../model/limit-profiles.js";

/**
 * The alarm limits of one level (the hospital, a ward, a patient) as the server has them. Event "change" after they were
 * fetched or stored. No DOM.
 */
export class LevelLimits extends EventTarget {
  /** `{version, limites, propres}`, or null while they are not known. */
  current = null;
  /** The same of the level above; null for the hospital, whose are the defaults. */
  parent = null;
  failure = null;
  #asked = 0;

  /**
   * @param api what fetches
   * @param path such as `api/patients/12/limites/`; @param parentPath the same of the level above, or null
   */
  constructor(api, path, parentPath) {
    super();
    this.api = api;
    this.path = path;
    this.parentPath = parentPath;
  }

  /** Fetches both; what is known stays while the server is away. Of two askings the later counts. */
  async reload() {
    const mine = ++this.#asked;
    try {
      const [current, parent] = await Promise.all([this.api.get(this.path), this.parentPath ? this.api.get(this.parentPath) : null]);
      if (mine !== this.#asked) return;
      Object.assign(this, { current, parent, failure: null });
    } catch (error) {
      if (mine !== this.#asked) return;
      this.failure = error;
    }
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Stores this level's own rules; refused with a 412 when somebody has changed them since they were fetched. `reason`: why, or "". `version`: of what they were made from. */
  async save(rules, reason = "", version = this.current.version) {
    const current = await this.api.put(this.path, { limites: rules, ...(reason ? { motif: reason } : {}) }, { version });
    this.#asked++;
    this.current = current;
    this.dispatchEvent(new CustomEvent("change"));
    return current;
  }
}

/** The hospital's and a ward's limits are those of a profile. */
const of = (path, profile) => (profile === ADULT ? path : `${path}?profil=${profile}`);

/** Where a level's limits are: `hopital`, a ward (`{id}`), a patient as the server has them. */
export const hospitalLimits = (api, profile = ADULT) => new LevelLimits(api, of("api/limites/", profile), null);
export const wardLimits = (api, { id }, profile = ADULT) => new LevelLimits(api, of(`api/services/${id}/limites/`, profile), of("api/limites/", profile));
export const patientLimits = (api, patient) => new LevelLimits(api, `api/patients/${patient.id}/limites/`,
  of(patient.service ? `api/services/${patient.service}/limites/` : "api/limites/", profileOf(patient)));
