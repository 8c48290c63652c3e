import { api, i18n, state, t } from "../context.js";
import { primaryButton, searchBox, segments } from "../kit/controls.js";
import { el, setText } from "../kit/dom.js";
import { ago, exactMinute } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { fullName, moment, namesakeMark, whereabouts } from "../kit/names.js";
import { matches } from "../kit/search.js";
import { badge, rowAction, table, twoLines } from "../kit/table.js";
import { namesakes } from "../model/homonyms.js";
import { saturationTrust } from "../model/calibration.js";
import { readDevice } from "../model/wire.js";
import { has } from "../permissions.js";
import { assignDevice } from "./assignment-forms.js";
import { addDevice, calibrate, changeDevice, renewKey, retireDevice, showKey } from "./device-forms.js";
import { importedText, importList } from "./import-dialog.js";
import { SectionElement } from "./section-element.js";

/** When a device was last seen changes all the time: the list is fetched again so often. */
const RELOAD_S = 15;
/** A device that is worn and was not heard of for so long is marked. */
const SILENT_MS = 60_000;
/** Under this the battery wants a charger (the same limit as the server's alert batterie_faible). */
const LOW_BATTERY = 15;
const TONES = { actif: "normal", maintenance: "low", erreur: "error" };

/** Devices: create, keys, who wears them when, retire. */
export class DeviceSection extends SectionElement {
  name = "dispositifs";
  #search = "";
  #which = "all";
  #seconds = RELOAD_S;

  start() {
    super.start();
    this.everySecond(() => {
      this.#updateAges();
      if (document.hidden || --this.#seconds > 0) return;
      this.#seconds = RELOAD_S;
      this.reload();
    });
  }

  async load() {
    const retired = this.#which === "retired";
    const [wards, patients, devices] = await Promise.all([api.all("api/services/"), api.all("api/patients/"),
      api.all("api/iot/dispositifs/", retired ? { retires: true } : {})]);
    return { wards, patients, devices: devices.filter(({ retire_le: at }) => Boolean(at) === retired) };
  }

  get #manages() { return has(api.user, "manageDevices"); }

  primary() { return this.#manages ? primaryButton(t("fleet.add"), () => this.#add()) : null; }

  secondary() {
    return has(api.user, "importLists") ? el("button", { type: "button", text: t("import.button"), on: { click: () => this.after(importList("dispositifs"), importedText) } }) : null;
  }

  controls() {
    const which = ["all", "worn", "free", ...(this.#manages ? ["retired"] : [])].map((name) => [name, t(`fleet.which.${name}`)]);
    return [searchBox(t("fleet.search"), this.#search, (text) => { this.#search = text; this.show(); }),
      segments(t("fleet.which"), which, this.#which, (name) => this.#choose(name))];
  }

  #choose(which) {
    const anew = (which === "retired") !== (this.#which === "retired");
    this.#which = which;
    if (anew) this.reload();
    else this.show();
  }

  list() {
    const found = this.data.devices.filter((device) => {
      const wearer = this.#wearer(device);
      return (this.#which !== "worn" || device.patient !== null) && (this.#which !== "free" || device.patient === null)
        && matches(this.#search, [device.nom, device.type_dispositif, String(device.id), wearer && fullName(wearer), wearer?.lit, wearer?.identifiant]);
    });
    this.count(found.length, t(`fleet.count.${i18n.plural(found.length)}`, { count: found.length }));
    if (!found.length) return this.nothing(this.#search || this.#which !== "all", t("fleet.none"));
    return table({ caption: t("administration.dispositifs"), rows: found, columns: this.#columns() });
  }

  #wearer({ patient }) { return this.data.patients.find(({ id }) => id === patient) ?? null; }
  #wardName({ service }) { return this.data.wards.find(({ id }) => id === service)?.nom; }

  #columns() {
    const same = namesakes(this.data.devices);
    const status = ({ statut }) => badge(TONES[statut] ?? "stale", i18n.has(`device.status.${statut}`) ? t(`device.status.${statut}`) : statut);
    return [
      { label: t("fleet.name"), className: "name", cell: ({ id, nom, type_dispositif: kind }) => twoLines(el("span", {}, el("strong", { text: nom }), same.has(id) ? namesakeMark() : null), kind) },
      { label: t("fleet.wearer"), cell: (device) => this.#wearerCell(device) },
      ...(this.#which === "retired"
        ? [{ label: t("fleet.retired"), cell: ({ retire_le: at }) => moment(at, state.now()) }]
        : [{ label: t("fleet.status"), cell: status },
          { label: t("fleet.seen"), className: "seen", cell: (device) => this.#seen(device) },
          { label: t("fleet.battery"), cell: (device) => this.#battery(device) }]),
      { label: t("fleet.calibration"), cell: (device) => this.#calibration(device) },
      { label: t("fleet.firmware"), className: "mono", cell: ({ firmware }) => firmware },
      { label: t("section.actions"), hidden: true, className: "actions", cell: (device) => this.#actions(device) },
    ];
  }

  #battery({ batterie: percent }) {
    if (!Number.isFinite(percent)) return null;
    return el("span", { class: percent < LOW_BATTERY ? "battery poor" : "battery" },
      icon("battery"), t("devices.battery", { percent: Math.round(percent) }));
  }

  #calibration(device) {
    const known = readDevice(device), trust = saturationTrust(known);
    const date = known.calibration ? exactMinute(known.calibration.at, i18n.language) : "";
    return el("span", { class: "calibration", "data-trust": trust, title: known.calibration?.reference ?? null },
      trust === "inverted" ? icon("warning") : null, t(`fleet.calibration.${trust}`, { date }));
  }

  #wearerCell(device) {
    if (device.patient === null || device.patient === undefined) return el("span", { class: "soft", text: t("fleet.free") });
    const wearer = this.#wearer(device);
    if (!wearer) return `#${device.patient}`;
    return twoLines(el("a", { href: `#/patient/${wearer.id}`, text: fullName(wearer) }), whereabouts(wearer, this.#wardName(wearer)));
  }

  #seen(device) {
    const at = Date.parse(device.derniere_connexion ?? "");
    if (Number.isNaN(at)) return el("span", { class: "soft", text: t("devices.never") });
    const cell = el("span", { class: "age", "data-at": at, "data-worn": device.patient !== null });
    this.#updateAge(cell);
    return cell;
  }

  #updateAges() {
    for (const cell of this.querySelectorAll(".age")) this.#updateAge(cell);
  }

  #updateAge(cell) {
    const age = state.now() - Number(cell.dataset.at);
    const silent = cell.dataset.worn !== undefined && age > SILENT_MS;
    if (!cell.firstChild || cell.classList.contains("silent") !== silent) {
      cell.classList.toggle("silent", silent);
      const when = el("span", { class: "when" });
      cell.replaceChildren(...(silent ? [icon("warning"), when, el("small", { text: t("fleet.silent") })] : [when]));
    }
    setText(cell.querySelector(".when"), ago(age, i18n.language));
  }

  #actions(device) {
    const action = (name, click, kind) => rowAction({ label: t(`fleet.${name}`), about: device.nom, key: `${name}-${device.id}`, click, kind });
    if (device.retire_le) return [];
    return [
      has(api.user, "assignDevices") ? action("assign", () => this.after(assignDevice(device, this.data), ({ text }) => text)) : null,
      ...(this.#manages ? [
        action("key", () => this.#renewKey(device)),
        action("calibrate", () => this.after(calibrate(device), () => t("fleet.calibrate.done", { name: device.nom }))),
        action("change", () => this.after(changeDevice(device), ({ nom }) => t("fleet.changed", { name: nom }))),
        action("retire", () => this.after(retireDevice(device, this.#wearer(device)), () => t("fleet.gone", { name: device.nom })), "grave"),
      ] : []),
    ];
  }

  async #add() {
    const made = await this.after(addDevice(), ({ device }) => t("fleet.added", { name: device.nom }));
    if (made) await showKey(made.device, made.key);
  }

  async #renewKey(device) {
    const key = await this.after(renewKey(device), () => t("fleet.key.renewed", { name: device.nom }));
    if (key) await showKey(device, key);
  }
}
