import { SignalTrace } from "./signal-trace.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = { "signal-trace": SignalTrace };
