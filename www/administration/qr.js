/** A QR code from the server's rows of modules ("1110…", dark is 1). Pure. */

/** Modules left light on each side, which readers need to find the code. */
export const QUIET_ZONE = 4;

/** The length of a code's side in modules, with its quiet zone. */
export const qrSide = (rows) => rows.length + 2 * QUIET_ZONE;

/** The dark modules as the data of one SVG path, a rectangle for each run of them: no seams between neighbours. */
export function qrPath(rows) {
  return rows.map((row, y) => [...row.matchAll(/1+/g)]
    .map((run) => `M${run.index + QUIET_ZONE} ${y + QUIET_ZONE}h${run[0].length}v1h-${run[0].length}z`).join("")).join("");
}
