/** How the tiles of a ward share the screen, and what of a name they have room for. Pure. */

/** What a tile needs, in its own letters' height; patient-tile.css lays it out in these. */
export const TILE = { width: 13.2, height: 13.2 };
/** Larger letters than this part of the screen's height serve nobody. */
const LARGEST = 1 / 24;

/** The height of a tile's letters when so many tiles stand side by side. */
const letters = (count, side, { width, height, gap }) => Math.min(
  ((width - (side - 1) * gap) / side) / TILE.width,
  ((height - (Math.ceil(count / side) - 1) * gap) / Math.ceil(count / side)) / TILE.height);

/**
 * How many of `count` tiles stand side by side, so that all fit and their letters are as large as they can be. Where letters would be
 * smaller than `least`, they are as large as that and the page scrolls. The same for the same screen, whatever comes and goes above the tiles.
 *
 * @param area `{width, height, gap}` of the place for all tiles, in pixels
 * @param least the smallest letters, in pixels; 0 for a wall, which nobody scrolls
 */
export function sideBySide(count, area, least) {
  const all = Array.from({ length: Math.max(1, count) }, (_, i) => ({ side: i + 1, size: letters(count, i + 1, area) }));
  const size = Math.min(area.height * LARGEST, Math.max(...all.map((one) => one.size)));
  if (size < least) return Math.max(1, Math.floor((area.width + area.gap) / (TILE.width * least + area.gap)));
  return all.findLast((one) => one.size >= size).side;
}

/** The height of the letters of a tile of this size. Every tile has the same: in a style sheet each would have to find its own, with every new value. */
export const letter = ({ width, height }, screenHeight) => Math.min(width / TILE.width, height / TILE.height, screenHeight * LARGEST);

/** Longer names stand in smaller letters; longer than the second, first names are initials. */
const LONG = 22, LONGEST = 50;

/** `{last, first, isLong}`: a name as a tile shows it. */
export function tileName(last, first) {
  const length = last.length + 1 + first.length;
  const initials = () => first.split(/[\s-]+/u).filter(Boolean).map((word) => `${[...word][0]}.`).join("-");
  return { last, first: length > LONGEST ? initials() : first, isLong: length > LONG };
}

/** In a tile's letters: the height of its three measured rows and the line below them, and of that line: with nothing in it, small, or with something abnormal in it. */
const VALUES_HEIGHT = 7.65, ROUNDS_HEIGHT = { none: 0, small: 1.05, large: 2.6 };
/** How much of it an abnormal value takes, a plain one, and a plain one in the last row. */
const WEIGHTS = { abnormal: 1.28, plain: 1, last: 0.78 };
/** Lower than this, a row's label has one line. */
const TWO_LINES = 1.8;

/** The heights of a tile's measured rows, in its letters: `[{height, isLow}]`. `abnormal`: for each row whether its value is; `rounds`: "none", "small" or "large", as the line below is. */
export function rowHeights(abnormal, rounds) {
  const weights = abnormal.map((is, i) => (is ? WEIGHTS.abnormal : i === abnormal.length - 1 ? WEIGHTS.last : WEIGHTS.plain));
  const unit = (VALUES_HEIGHT - ROUNDS_HEIGHT[rounds]) / weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => ({ height: Math.round(weight * unit * 100) / 100, isLow: weight * unit < TWO_LINES }));
}
