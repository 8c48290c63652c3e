/** What a text looks like, to find what people cannot tell apart. The same rule as the function `look` of the database; Tests/fixtures/looks.json holds both to it. Pure. */

const INVISIBLE = /[\u0001-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/gu;
const HYPHENS = /[\u2010\u2012-\u2015\u2212\u2043\u02d7\u058a]/gu;
/** Letters of Cyrillic and Greek, and the Latin ones that they look like, in upper or lower case. */
const LETTERS = [..."авекмнорстухіјѕԁһԛԝѵαβεζηικμνορτυχ"], LATIN = [..."abekmhopctyxijsdhqwvabezhikmnoptyx"];
const LATIN_OF = new Map(LETTERS.map((letter, i) => [letter, LATIN[i]]));

export const look = (text) => [...text.normalize("NFKC").replace(INVISIBLE, "").replace(HYPHENS, "-").replace(/\s+/gu, " ").trim().toLowerCase()]
  .map((letter) => LATIN_OF.get(letter) ?? letter).join("");
