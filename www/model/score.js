import { vital } from "./vitals.js";

/** The early warning score as the server tells it (`api/patients/{id}/score/` and the socket). Pure. */

const numberOrNull = (value) => (Number.isFinite(value) ? value : null);

/** The score in the page's words, or null when it is none. `applicable` false: `reason` says why, and there are no numbers. */
export function readScore(wire) {
  if (!wire || typeof wire.applicable !== "boolean") return null;
  return {
    applicable: wire.applicable,
    reason: wire.motif ?? null,
    scale: wire.echelle === 2 ? 2 : 1,
    minimum: numberOrNull(wire.minimum),
    maximum: numberOrNull(wire.maximum),
    known: numberOrNull(wire.connus) ?? 0,
    parameters: numberOrNull(wire.parametres) ?? 7,
    riskMinimum: wire.risque_minimum ?? null,
    riskMaximum: wire.risque_maximum ?? null,
    at: Date.parse(wire.calcule_le) || 0,
    parts: (Array.isArray(wire.parties) ? wire.parties : []).filter((part) => vital(part?.parametre)).map(readPart),
  };
}

/** `state`: "connu", "absent" or "ancien". */
const readPart = (part) => ({
  vital: part.parametre,
  state: part.etat,
  value: part.valeur ?? null,
  at: part.timestamp ? Date.parse(part.timestamp) : null,
  byHand: part.saisie === true,
  minimum: numberOrNull(part.points_minimum),
  maximum: numberOrNull(part.points_maximum),
});

/** "Risque moyen", "Risque indéterminé (faible à élevé)". */
export const riskText = (low, high, t) => (low === high ? t(`score.risk.${low}`) : t("score.risk.open", { low: t(`score.risk.word.${low}`), high: t(`score.risk.word.${high}`) }));
