import { api, i18n, state, t } from "../context.js";
import { el } from "../kit/dom.js";
import { calendarDay, lasting, waited } from "../kit/format.js";
import { hospitalZone } from "../kit/hospital-zone.js";
import { icon } from "../kit/icons.js";
import { TableElement } from "../kit/table-element.js";
import { SEVERITIES } from "../model/severity.js";

const DAYS = 7;
/** However many alerts come, it is asked for no more often. */
const EVERY_S = 5;
const DAY = 86_400_000;

/** How many alerts a patient had on each of the last days, how long they lasted, and how soon somebody came. Property: `patient`. */
export class AlarmLoad extends TableElement {
  patient = null;
  caption = "load.title";
  empty = "load.none";

  #isOutdated = false;
  #seconds = EVERY_S;

  start() {
    super.start();
    this.listen(state, "alert", ({ detail }) => { this.#isOutdated ||= detail.patient === this.patient; });
    this.everySecond(() => {
      if (--this.#seconds > 0) return;
      this.#seconds = EVERY_S;
      if (this.#isOutdated) this.reload();
      this.#isOutdated = false;
    });
  }

  async load() {
    const now = state.now();
    const rows = await api.get(`api/patients/${this.patient}/alarmes/charge/`, {
      debut: new Date(now - (DAYS - 1) * DAY).toISOString(), fin: new Date(now).toISOString() });
    return [...rows].sort((a, b) => b.jour.localeCompare(a.jour));
  }

  draw() {
    super.draw();
    this.prepend(el("h2", { text: t("load.title") }));
    this.append(el("p", { class: "hint", text: t("load.hint", { zone: hospitalZone() }) }));
  }

  columns() {
    return [
      { label: t("load.day"), className: "name", cell: ({ jour: day }) => calendarDay(day, i18n.language).slice(0, 5) },
      { label: t("load.alerts"), cell: ({ alertes: count, par_gravite: by }) => el("span", { class: "load-count" }, el("b", { text: count }),
        ...[...SEVERITIES].reverse().filter((severity) => by?.[severity]).map((severity) => el("span", { class: "severity", "data-severity": severity }, icon(severity),
          el("span", { class: "visually-hidden", text: `${t(`severity.${severity}`)} : ` }), String(by[severity])))) },
      { label: t("load.duration"), className: "number", cell: ({ alertes: count, duree_s: seconds }) => (count ? lasting(1_000 * seconds) : null) },
      { label: t("load.acknowledged"), className: "number", cell: ({ acquittement_p50_s: seconds }) => (Number.isFinite(seconds) ? waited(1_000 * seconds) : null) },
    ];
  }
}
