import { api, i18n, state, t } from "../context.js";
import { confirmDialog, openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choices, field, input, values } from "../kit/form.js";
import { exactMinute } from "../kit/format.js";
import { momentField, readWireMoments } from "../kit/moment-field.js";
import { fullName } from "../kit/names.js";
import { readDevice } from "../model/wire.js";
import { showSecret } from "./secret-dialog.js";

/** The dialogs about devices and their keys. */

const DEFAULT_KIND = "bracelet";

const fields = ({ nom = "", type_dispositif: kind = DEFAULT_KIND } = {}) => [
  field("nom", t("fleet.name"), input("text", { value: nom, required: true, maxlength: 80, autocomplete: "off" }), { hint: t("fleet.name.hint") }),
  field("type_dispositif", t("fleet.kind"), input("text", { value: kind, required: true, maxlength: 40, autocomplete: "off", spellcheck: "false" })),
];

/** @param formerHours how long the old key works beside the new one */
const newKey = ({ id }, formerHours = 0) => api.post(`api/iot/dispositifs/${id}/cle/`, { ancienne_valable_h: formerHours });

/** Makes a device and its first key: resolves with `{device, key}`. */
export function addDevice() {
  let device = null;  // made once, however often its key must be asked for
  return openDialog({
    title: t("fleet.add"), body: fields(),
    actions: [{
      label: t("fleet.add.do"),
      run: async (form) => {
        device ??= await api.post("api/iot/dispositifs/", values(form));
        return { device, key: await newKey(device) };
      },
    }],
  });
}

export const changeDevice = (device) => openDialog({
  title: t("fleet.change.title", { name: device.nom }), body: fields(device),
  actions: [{ label: t("dialog.save"), run: (form) => api.patch(`api/iot/dispositifs/${device.id}/`, values(form)) }],
});

/** As long as it may take until somebody stands before the device. */
const FORMER_HOURS = 24;

export const renewKey = (device) => confirmDialog({
  title: t("fleet.key.title", { name: device.nom }),
  body: [el("p", { text: t("fleet.key.text") }), choices("former", t("fleet.key.former"), [["keep", t("fleet.key.keep", { hours: FORMER_HOURS })]], [], { hint: t("fleet.key.keep.hint") })],
  label: t("fleet.key.do"), run: (form) => newKey(device, values(form).former.length ? FORMER_HOURS : 0),
});

export const showKey = (device, { cle, qr }) => showSecret({
  title: t("fleet.key.of", { name: device.nom }), label: t("fleet.key.label"), secret: cle, qr,
  explained: t("fleet.key.qr"), warning: t("fleet.key.once"),
});

/** A number between the coefficients' limits; a French comma too. */
const coefficient = (name, value) => field(name, name, input("text", { inputmode: "decimal", required: true, autocomplete: "off", value }));
const saturation = (name, label, value) => field(name, label, input("number", { min: 50, max: 100, step: 1, required: true, value }));

/** Records that the device was compared with an instrument, by whom, when, and what came of it. */
export function calibrate(device) {
  const last = readDevice(device)?.calibration;
  return openDialog({
    title: t("fleet.calibrate.title", { name: device.nom }),
    body: [
      last ? el("p", { text: t("fleet.calibrate.last", { date: exactMinute(last.at, i18n.language), reference: last.reference, by: last.by }) }) : null,
      el("p", { text: t("fleet.calibrate.text") }),
      field("reference", t("fleet.calibrate.reference"), input("text", { required: true, maxlength: 120, autocomplete: "off" }), { hint: t("fleet.calibrate.reference.hint") }),
      momentField("le", t("fleet.calibrate.when"), { at: state.now(), required: true }),
      el("div", { class: "field-pair" }, coefficient("a", "0"), coefficient("b", ""), coefficient("c", "")),
      el("div", { class: "field-pair" }, saturation("spo2_min", t("fleet.calibrate.least"), 80), saturation("spo2_max", t("fleet.calibrate.greatest"), 99)),
    ].filter(Boolean),
    actions: [{
      label: t("fleet.calibrate.do"),
      run: (form) => {
        const typed = values(form);
        const point = (name) => typed[name].replace(",", ".").replace("−", "-");
        return api.post(`api/iot/dispositifs/${device.id}/etalonnages/`,
          { ...typed, ...readWireMoments(form, ["le"]), a: point("a"), b: point("b"), c: point("c") });
      },
    }],
  });
}

export const retireDevice = (device, wearer) => confirmDialog({
  title: t("fleet.retire.title", { name: device.nom }),
  body: [el("p", { text: t("fleet.retire.text") }),
    wearer ? el("p", { text: t("fleet.retire.worn", { name: fullName(wearer) }) }) : null].filter(Boolean),
  label: t("fleet.retire"),
  run: () => api.delete(`api/iot/dispositifs/${device.id}/`),
});
