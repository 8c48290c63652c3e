import { i18n, state, t } from "../context.js";
import { el, setText } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { ago, exactMinute } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { saturationTrust } from "../model/calibration.js";

/** Under this the battery wants a charger (the same limit as the server's alert batterie_faible). */
const LOW_BATTERY = 15;

/** The devices that a patient wears, and how they are. Property: `patient`. */
export class DeviceList extends FajmaElement {
  patient = null;

  start() {
    this.listen(state, "device", ({ detail }) => detail.patient === this.patient && this.draw());
    this.everySecond(() => this.#updateAges());
  }

  draw() {
    const devices = state.record(this.patient).devices();
    this.replaceChildren(el("h2", { text: t("devices.title") }), devices.length
      ? el("ul", {}, ...devices.map((device) => this.#row(device)))
      : el("p", { class: "empty", text: t("devices.none") }));
    this.#updateAges();
  }

  #row(device) {
    const known = `device.status.${device.status}`;
    return el("li", {},
      icon("device"),
      el("div", {},
        el("p", { class: "name" }, el("strong", { text: device.name || t("devices.number", { id: device.id }) }),
          el("span", { class: "status", "data-status": device.status, text: i18n.has(known) ? t(known) : device.status })),
        el("p", { class: "facts" },
          device.battery === null ? null : el("span", { class: device.battery < LOW_BATTERY ? "poor" : null }, icon("battery"),
            t("devices.battery", { percent: Math.round(device.battery) })),
          device.rssi === null ? null : el("span", {}, icon("signal"), `${Math.round(device.rssi)}\u00a0dBm`),
          device.firmware === null ? null : el("span", { text: t("devices.firmware", { version: device.firmware }) })),
        this.#saturation(device),
        el("p", { class: "seen", "data-seen": device.seenAt })));
  }

  /** Whether its SpO2 was compared with an instrument, when and with which. */
  #saturation(device) {
    const trust = saturationTrust(device), { at = null, reference = "" } = device.calibration ?? {};
    const text = t(`calibration.${trust}`, { date: at === null ? "" : exactMinute(at, i18n.language), reference });
    return el("p", { class: "saturation", "data-trust": trust }, trust === "calibrated" ? null : icon("warning"), el("span", { text }));
  }

  #updateAges() {
    for (const seen of this.querySelectorAll(".seen")) {
      const at = Number(seen.dataset.seen);
      setText(seen, at ? t("devices.seen", { ago: ago(state.now() - at, i18n.language) }) : t("devices.never"));
    }
  }
}
