/** What an account can be, and who of them must belong to a ward. Pure. */
export const ROLES = ["admin", "medecin", "infirmier", "ecran"];

export const needsWard = (role) => role !== "admin";
