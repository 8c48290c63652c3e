import { vital } from "./vitals.js";

/**
 * The limit profiles, as the server has them (Sources/Clinical/Profiles): the ages in completed months for which each is proposed, from and below, and the
 * normal ranges that differ from an adult's. A test compares both with one fixture. The limits themselves come from the server.
 */
export const PROFILES = [
  { name: "adulte", months: [192, 1572], normal: {} },
  { name: "nourrisson_0_2", months: [0, 3], normal: { heart_rate: [111, 149], temperature: [36.5, 37.5], respiratory_rate: [30, 60], systolic_bp: [61, 79], diastolic_bp: [31, 53] } },
  { name: "nourrisson_3_11", months: [3, 12], normal: { heart_rate: [101, 149], temperature: [36.5, 37.5], respiratory_rate: [25, 50], systolic_bp: [81, 99], diastolic_bp: [37, 56] } },
  { name: "enfant_1_4", months: [12, 60], normal: { heart_rate: [91, 119], respiratory_rate: [20, 40], systolic_bp: [91, 109], diastolic_bp: [42, 72] } },
  { name: "enfant_5_12", months: [60, 156], normal: { heart_rate: [71, 109], respiratory_rate: [20, 30], systolic_bp: [91, 119], diastolic_bp: [46, 80] } },
  { name: "adolescent", months: [156, 192], normal: { heart_rate: [61, 99], respiratory_rate: [12, 16], systolic_bp: [101, 129], diastolic_bp: [64, 83] } },
  { name: "hypercapnie", months: null, normal: { spo2: [88, 92] } },
];

/** What holds for whom nothing else is known. */
export const ADULT = "adulte";
/** A doctor's decision, like the scale of the score. */
export const HYPERCAPNIA = "hypercapnie";

const BY_NAME = new Map(PROFILES.map((profile) => [profile.name, profile]));

/** The registry's entry of a vital with the normal range of a profile; an unknown profile, of a newer server, has an adult's. */
export function vitalIn(name, profile) {
  const entry = vital(name), normal = BY_NAME.get(profile)?.normal[name];
  return entry && normal ? { ...entry, normal } : entry;
}

/** The profile of somebody's age, or null where it is not known. @param born "2026-11-02"; @param today the hospital's day in the same form */
export function proposedProfile(born, today) {
  if (!born || born > today) return null;
  const [[year, month, day], [thisYear, thisMonth, thisDay]] = [born, today].map((text) => text.split("-").map(Number));
  const completed = (thisYear - year) * 12 + thisMonth - month - (thisDay < day ? 1 : 0);
  return PROFILES.find(({ months }) => months && completed >= months[0] && completed < months[1])?.name ?? null;
}

/** The profile that holds for a patient as `api/patients/` gives it. */
export const profileOf = (patient) => patient?.profil_en_vigueur ?? ADULT;

/** The question whose limits shall hold, in words: what the age proposes, or that the age is not known. @param t the texts */
export const askText = ({ profil_propose: proposed }, t) => (proposed ? t("profile.asks.of", { name: t(`profile.${proposed}`) }) : t("profile.asks.unknown"));

/** That limits are provisional, and which profiles they are of; null where one profile holds. @param of a patient or an answer about limits; @param t the texts */
export function provisionalText({ profil_en_vigueur, profil = profil_en_vigueur, profil_provisoire: besides }, t) {
  return besides ? t("limits.provisional", { one: t(`profile.${profil_en_vigueur ?? profil}`), other: t(`profile.${besides}`) }) : null;
}

/** Which profiles somebody may choose between, `[value, …]`: chronic hypercapnia, to or from, is a doctor's decision. */
export function choosable(confirmed, isDoctor) {
  if (isDoctor) return PROFILES.map(({ name }) => name);
  return confirmed === HYPERCAPNIA ? [HYPERCAPNIA] : PROFILES.map(({ name }) => name).filter((name) => name !== HYPERCAPNIA);
}
