import { api, i18n, state, t } from "../context.js";
import { segments } from "../kit/controls.js";
import { el } from "../kit/dom.js";
import { clockTime, number } from "../kit/format.js";
import { table } from "../kit/table.js";
import { SectionElement } from "./section-element.js";

const HOUR = 3_600_000;
const SPANS_H = { "24h": 24, "7d": 168 };
const SVG = "http://www.w3.org/2000/svg";

/** How the alarms do: how soon an alert is there after its reading was measured, and how many of them a ward's patients have. */
export class AlarmSection extends SectionElement {
  name = "alarmes";
  #span = "24h";

  load() {
    const now = state.now();
    return api.get("api/alarmes/mesures/", { debut: new Date(now - SPANS_H[this.#span] * HOUR).toISOString(), fin: new Date(now).toISOString() });
  }

  controls() {
    return [segments(t("measures.span"), Object.keys(SPANS_H).map((name) => [name, t(`history.span.${name}`)]), this.#span, (span) => { this.#span = span; this.reload(); })];
  }

  list() {
    const { delai: delay, par_heure: hours, charge: load } = this.data;
    return [
      el("h3", { text: t("measures.delay") }),
      el("p", { class: "hint", text: t("measures.delay.hint") }),
      el("div", { class: "figures" }, figure(t("measures.median"), milliseconds(delay.p50_ms)), figure(t("measures.most"), milliseconds(delay.p99_ms)),
        figure(t("measures.count"), number(delay.n, 0, i18n.language))),
      hours.length > 1 ? sparkline(hours.map(({ p99_ms: p99 }) => p99 ?? 0)) : null,
      hours.length ? this.#hours(hours) : el("p", { class: "soft", text: t("measures.none") }),
      el("h3", { text: t("measures.load") }),
      el("p", { class: "hint", text: t("measures.load.hint") }),
      load.length ? this.#load(load) : el("p", { class: "soft", text: t("measures.none") }),
    ];
  }

  #hours(hours) {
    return el("details", { class: "hours" }, el("summary", { text: t("measures.per_hour") }),
      table({ caption: t("measures.per_hour"), rows: hours, columns: [
        { label: t("measures.hour"), className: "name", cell: ({ heure: hour }) => clockTime(Date.parse(hour), state.now(), i18n.language) },
        { label: t("measures.median"), className: "number", cell: ({ p50_ms: p50 }) => milliseconds(p50) },
        { label: t("measures.most"), className: "number", cell: ({ p99_ms: p99 }) => milliseconds(p99) },
        { label: t("measures.count"), className: "number", cell: ({ n }) => number(n, 0, i18n.language) },
      ] }));
  }

  #load(load) {
    const most = Math.max(...load.map(({ par_patient_jour: each }) => each ?? 0), 1e-9);
    return table({ caption: t("measures.load"), rows: load, columns: [
      { label: t("measures.ward"), className: "name", cell: ({ service, nom }) => el("a", { href: `#/service/${service}`, text: nom }) },
      { label: t("measures.patient_days"), className: "number", cell: ({ patients_jours: days }) => number(days, 1, i18n.language) },
      { label: t("measures.alerts"), className: "number", cell: ({ alertes: count }) => number(count, 0, i18n.language) },
      { label: t("measures.each"), cell: ({ par_patient_jour: each }) => (each === null || each === undefined ? null
        : el("span", { class: "bar" }, el("b", { text: number(each, 1, i18n.language) }), bar(each / most))) },
    ] });
  }
}

const figure = (label, value) => el("dl", { class: "figure" }, el("dt", { text: label }), el("dd", { text: value ?? "–" }));

/** "180 ms", "1,4 s" */
function milliseconds(ms) {
  if (!Number.isFinite(ms)) return null;
  return ms < 1_000 ? `${number(ms, 0, i18n.language)}\u00a0ms` : `${number(ms / 1_000, 1, i18n.language)}\u00a0s`;
}

function bar(part) {
  const filled = el("span");
  filled.style.width = `${Math.round(100 * part)}%`;
  return el("span", { class: "bar-track", "aria-hidden": "true" }, filled);
}

/** The course of a few numbers, small; the table beside it says them. */
function sparkline(values) {
  const most = Math.max(...values, 1);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "sparkline");
  svg.setAttribute("viewBox", `0 0 ${Math.max(1, values.length - 1)} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", (values.length > 1 ? values : [...values, ...values]).map((value, i) => `${i},${1 - value / most}`).join(" "));
  svg.append(line);
  return svg;
}
