import { I18n } from "./i18n.js";

/** The page's texts: the one instance that every element reads. context.js sets its `load`, as this folder makes no request. */
export const i18n = new I18n(() => Promise.reject(new Error("the texts have no source yet")), localStorage);
/** @type {(key: string, values?: Record<string, any>) => string} */
export const t = (key, values) => i18n.t(key, values);
