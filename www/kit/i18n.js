/** The languages of the dashboard; the first is the one that a newcomer sees. */
export const LANGUAGES = ["fr", "en"];
const REMEMBERED_AS = "fajma.langue";

/** Where no line may break: before a number's unit, and in French inside quotation marks and before the signs that stand off. */
const UNBROKEN = { fr: / (?=[:;?!»%])|(?<=«) |(?<=n°) |(?<=[\d}]) (?=(?:s|min|h|j|ans|caractères|secondes|\{unit\})(?!\p{L}))/gu, en: /(?<=[\d}]) (?=(?:s|min|h|d|years|%|\{unit\})(?!\p{L}))/gu };

/** A text with its spaces as a typesetter has them: who writes one need not think of it. */
export const typeset = (text, language) => text.replace(UNBROKEN[language], "\u00a0");

/** The texts of the page in one language at a time. Event "change" after another was chosen. No DOM. */
export class I18n extends EventTarget {
  #texts = {};
  language = LANGUAGES[0];

  /**
   * @param load (language) => a promise of its texts
   * @param memory where the choice is kept (`getItem`, `setItem`)
   */
  constructor(load, memory) {
    super();
    this.load = load;
    this.memory = memory;
  }

  /** What was chosen on this machine, or null. */
  get remembered() {
    const language = this.memory.getItem(REMEMBERED_AS);
    return LANGUAGES.includes(language) ? language : null;
  }

  /** Speaks the remembered language, else `preferred` (the account's), else French. */
  start(preferred) {
    return this.#speak(this.remembered ?? (LANGUAGES.includes(preferred) ? preferred : LANGUAGES[0]));
  }

  /** Somebody chose. */
  async choose(language) {
    this.memory.setItem(REMEMBERED_AS, language);
    await this.#speak(language);
  }

  async #speak(language) {
    const texts = Object.entries(await this.load(language));
    this.#texts = Object.fromEntries(texts.map(([key, text]) => [key, typeset(text, language)]));
    this.language = language;
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** The text of a key with `{name}` replaced by `values.name`. A key without text shows itself, so that it is noticed. */
  t(key, values = {}) {
    const text = this.#texts[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** Which form a counted thing takes: "one" or "other"; a key's last part. */
  plural(count) { return new Intl.PluralRules(this.language).select(count) === "one" ? "one" : "other"; }

  /** Whether there is a text of this key: for names that the server may send and this page may not know. */
  has(key) { return key in this.#texts; }
}
