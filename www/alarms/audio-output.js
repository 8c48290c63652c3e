/**
 * Whether the machine has anything that makes a sound: a browser plays into nothing, too, and says that it runs. Event "change": `isMissing` is another.
 */
export class AudioOutput extends EventTarget {
  #devices;
  /** True: there is none. False: there is one, or the browser does not say. Null: not known yet. */
  isMissing = null;

  /** @param devices `navigator.mediaDevices`, which a page without https has not; @param tells whether the browser lists outputs without asking somebody */
  constructor(devices, tells) {
    super();
    this.#devices = tells ? devices : undefined;
    this.#devices?.addEventListener("devicechange", () => this.look());
  }

  async look() {
    const list = await this.#devices?.enumerateDevices().catch(() => undefined);
    const isMissing = list ? !list.some(({ kind }) => kind === "audiooutput") : false;
    if (isMissing === this.isMissing) return;
    this.isMissing = isMissing;
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** Chromium lists an output without a name to every page; browsers that let no page choose one list none at all. */
export const listsOutputs = () => typeof AudioContext !== "undefined" && "setSinkId" in AudioContext.prototype;
