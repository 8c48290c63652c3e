import { api, i18n, state, t } from "../context.js";
import { confirmDialog, openDialog, STAYS_OPEN } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { field, values } from "../kit/form.js";
import { momentField, readWireMoments } from "../kit/moment-field.js";
import { fullName, moment, whereabouts } from "../kit/names.js";
import { askingAboutOthers } from "./other-devices.js";

/** The dialogs about who wears a device from when to when. */

/** "du 21 nov., 14:03 au 22 nov., 9:00", "depuis …" */
const period = ({ debut, fin }) => (fin
  ? t("assignments.from_to", { from: moment(debut, state.now()), to: moment(fin, state.now()) })
  : t("assignments.since", { from: moment(debut, state.now()) }));

const instant = (wire) => (wire ? Date.parse(wire) : null);

const times = ({ debut = null, fin = null } = {}) => el("div", { class: "field-pair" },
  momentField("debut", t("assignments.from"), { at: instant(debut), required: Boolean(debut), hint: debut ? null : t("assignments.from.hint") }),
  momentField("fin", t("assignments.to"), { at: instant(fin), hint: t("assignments.to.hint") }));

/** Does a request; where it overlaps what is there already, says at the begin with whom and when. */
async function tellingOverlaps(request, nameOf) {
  try {
    return await request();
  } catch (error) {
    const others = error.problem?.affectations;
    if (!others?.length) throw error;
    const texts = others.map((other) => {
      const name = nameOf(other.patient);
      return name ? t("assignments.taken_by", { name, period: period(other) }) : t("assignments.taken", { period: period(other) });
    });
    throw Object.assign(error, { fields: { debut: texts } });
  }
}

/** Patients by ward and bed, as a choice that is searched by typing. */
function patientChoice({ wards, patients }) {
  const beds = new Intl.Collator(i18n.language, { numeric: true });
  const words = (patient) => [fullName(patient), whereabouts(patient), patient.identifiant].filter(Boolean).join(" – ");
  const option = (patient) => el("option", { value: patient.id, text: words(patient) });
  const groups = wards.map((ward) => el("optgroup", { label: ward.nom }, ...patients.filter(({ service }) => service === ward.id)
    .sort((a, b) => beds.compare(a.lit ?? "", b.lit ?? "")).map(option)));
  return el("select", { required: true },
    el("option", { value: "", text: t("assignments.choose") }), ...groups.filter(({ childElementCount }) => childElementCount));
}

/** The assignments of a device, and a new one. Resolves with `{text}`, what was done, or null. */
export function assignDevice(device, { wards, patients }) {
  const nameOf = (id) => { const patient = patients.find((one) => one.id === id); return patient && fullName(patient); };
  const list = Object.assign(el("assignment-list"), { device, nameOf });
  let touched = null;
  list.addEventListener("changed", ({ detail }) => { touched = detail; });
  return openDialog({
    title: t("assignments.title", { name: device.nom }), className: "wide", cancel: t("dialog.close"),
    body: [list, el("h3", { text: t("assignments.new") }),
      field("patient", t("assignments.patient"), patientChoice({ wards, patients })), times()],
    actions: [{
      label: t("assignments.assign"),
      run: async (form) => {
        const { debut, fin } = readWireMoments(form, ["debut", "fin"]);
        const body = { patient: Number(values(form).patient), ...(debut ? { debut } : {}), ...(fin ? { fin } : {}) };
        const send = (choice) => api.post(`api/iot/dispositifs/${device.id}/affectations/`, { ...body, ...choice });
        const sent = await tellingOverlaps(() => askingAboutOthers(send, nameOf(body.patient)), nameOf);
        return sent === STAYS_OPEN ? sent : { text: t("assignments.done", { device: device.nom, name: nameOf(body.patient) }) };
      },
    }],
  }).then((done) => done ?? touched);
}

const path = (device, assignment) => `api/iot/dispositifs/${device.id}/affectations/${assignment.id}/`;

export const changeAssignment = (device, assignment, name, nameOf) => openDialog({
  title: t("assignments.change.title", { name }), body: times(assignment),
  actions: [{
    label: t("dialog.save"),
    run: (form) => {
      const during = readWireMoments(form, ["debut", "fin"]);
      const send = (choice) => api.patch(path(device, assignment), { ...during, ...choice });
      return tellingOverlaps(() => askingAboutOthers(send, name), nameOf);
    },
  }],
});

export const endAssignment = (device, assignment, name) => confirmDialog({
  title: t("assignments.end.title", { device: device.nom }), body: t("assignments.end.text", { name, device: device.nom }), label: t("assignments.end.do"),
  run: () => api.patch(path(device, assignment), { fin: new Date(state.now()).toISOString() }),
});

export const deleteAssignment = (device, assignment, name) => confirmDialog({
  title: t("assignments.delete.title"), body: t("assignments.delete.text", { name, period: period(assignment) }), label: t("assignments.delete"),
  run: () => api.delete(path(device, assignment)),
});
