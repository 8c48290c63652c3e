import assert from "node:assert/strict";
import { test } from "node:test";
import { hospitalLimits, LevelLimits, patientLimits, wardLimits } from "../../../www/limits/level-limits.js";
import { CORNERS, draftOf } from "../../../www/model/limits.js";

const rule = (vital, cote, severity, limit, more = {}) => ({ type_donnee: vital, cote, niveau_gravite: severity, seuil: limit, inclus: false, delai_s: 10, hysteresis: 1, ...more });

/** A ward's limits, and a patient's with an own low error of 88. */
const ward = { version: 1, propres: [], limites: [rule("spo2", "bas", "error", 90), rule("spo2", "bas", "warning", 94, { delai_s: 15 })] };

const own = rule("spo2", "bas", "error", 88, { delai_s: 15 });
const patient = { version: 2, propres: [own, rule("heart_rate", "haut", "error", 140)], limites: [{ ...own, origine: "patient" }, { ...ward.limites[1], origine: "defaut" }] };

const drafts = (changes = {}, limits = patient, parent = ward) =>
  CORNERS.map((corner, i) => ({ ...draftOf(limits, parent, "spo2", corner, "fr"), ...changes[i] }));

test("a level's limits are fetched with those above, stored by their version, and stay known while the server is away", async () => {
  const asked = [];
  let away = false;
  const api = {
    get: async (path) => { asked.push(path); if (away) throw Object.assign(new Error(), { status: 0 }); return path.includes("patients") ? patient : ward; },
    put: async (path, body, options) => { asked.push([path, body, options]); return { ...patient, version: 3 }; },
  };
  const limits = patientLimits(api, { id: 12, service: 3 });
  let told = 0;
  limits.addEventListener("change", () => told++);
  await limits.reload();
  assert.deepEqual([asked, limits.current, limits.parent, told], [["api/patients/12/limites/", "api/services/3/limites/"], patient, ward, 1]);
  await limits.save([own]);
  assert.deepEqual(asked.at(-1), ["api/patients/12/limites/", { limites: [own] }, { version: 2 }]);
  away = true;
  await limits.reload();
  assert.deepEqual([limits.current.version, limits.failure.status, told], [3, 0, 3]);
});

test("an answer that was overtaken by a newer asking is not believed", async () => {
  const answers = [];
  const limits = new LevelLimits({ get: () => new Promise((resolve) => answers.push(resolve)) }, "api/limites/", null);
  const first = limits.reload(), second = limits.reload();
  answers[1]({ version: 2 });
  await second;
  answers[0]({ version: 1 });
  await first;
  assert.equal(limits.current.version, 2);
});

test("the limits above a patient's are the ward's of the profile that holds", () => {
  const paths = ({ path, parentPath }) => [path, parentPath];
  assert.deepEqual(paths(patientLimits(null, { id: 12, service: 3, profil_en_vigueur: "enfant_1_4" })), ["api/patients/12/limites/", "api/services/3/limites/?profil=enfant_1_4"]);
  assert.deepEqual(paths(patientLimits(null, { id: 12, service: 3, profil_en_vigueur: "adulte" })), ["api/patients/12/limites/", "api/services/3/limites/"]);
  assert.deepEqual(paths(wardLimits(null, { id: 3 }, "hypercapnie")), ["api/services/3/limites/?profil=hypercapnie", "api/limites/?profil=hypercapnie"]);
  assert.deepEqual(paths(hospitalLimits(null)), ["api/limites/", null]);
});
