/** Changes of limits as the server has them. Pure. Rules have the wire's names, as limits.js has them. */

/** One change of a limit in the page's words; null for none. `held` and `holds`: what held for the patient before and after, null where it is not known; `cause`: why it became looser although nobody changed a limit. */
export function readLimitChange(wire) {
  const at = Date.parse(wire?.moment);
  if (!wire || Number.isNaN(at)) return null;
  const { type_donnee, cote, niveau_gravite } = wire;
  const rule = (numbers) => (numbers ? { type_donnee, cote, niveau_gravite, ...numbers } : null);
  const expiresAt = Date.parse(wire.expire_le);
  return {
    at, by: wire.auteur ?? null, level: wire.niveau, profile: wire.profil ?? null, corner: { cote, niveau_gravite }, vital: type_donnee, before: rule(wire.ancien), after: rule(wire.nouveau),
    held: rule(wire.en_vigueur_avant), holds: rule(wire.en_vigueur_apres), isLooser: wire.assouplie === true, cause: wire.cause ?? null, reason: wire.motif ?? null,
    expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
  };
}
