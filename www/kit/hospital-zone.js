import { isZone } from "./zone.js";

/** The hospital's time zone, in which every time is shown and read; the browser's own until the server has said it. No DOM. */

/** The zone that the browser is set to. */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

let zone = browserZone();

export const hospitalZone = () => zone;

/** @param name an IANA name. A browser that does not know it shows UTC, and says so. */
export function setHospitalZone(name) { zone = isZone(name) ? name : "UTC"; }
