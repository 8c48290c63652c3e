import { i18n, state, t } from "../context.js";
import { el } from "../kit/dom.js";
import { clockTime, exactTime, number } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { table, twoLines } from "../kit/table.js";
import { messageOf } from "../model/alert-text.js";
import { vital as entryOf } from "../model/vitals.js";
import { rowsOf, within } from "./history.js";

const ROWS = 24;

/** What the curves show, as a table. @param data as HistoryData has it; @param vitals which of them */
export function historyTable({ vitals: known, alerts, from, to }, vitals) {
  const shown = vitals.filter((vital) => known[vital]?.buckets);
  const columns = shown.map((vital) => rowsOf(known[vital].buckets, [], { from, to }, ROWS));
  const times = rowsOf([], within(alerts, { from, to }), { from, to }, ROWS);
  const time = (at) => clockTime(at, state.now(), i18n.language);
  return table({ caption: t("history.table.caption"), rows: times.map((row, i) => ({ ...row, of: columns.map((column) => column[i]) })), columns: [
    { label: t("history.table.time"), className: "name", cell: (row) => `${time(row.from)} – ${time(row.to)}` },
    ...shown.map((vital, i) => ({ label: `${t(`vital.${vital}`)} (${entryOf(vital).unit})`, className: "number", cell: ({ of }) => value(of[i], entryOf(vital)) })),
    { label: t("history.table.alerts"), cell: (row) => row.marks.map((mark) => el("span", { class: "table-mark", "data-severity": mark.severity }, icon(mark.severity),
      el("span", { text: `${exactTime(mark.at, i18n.language).slice(11)} ${messageOf(mark, i18n)}` }))) },
  ] });
}

function value({ low, mean, high, n }, { decimals }) {
  if (!n) return null;
  const text = (value) => number(value, decimals, i18n.language);
  return twoLines(el("strong", { text: text(mean) }), t("history.table.more", { low: text(low), high: text(high), count: n }), { "data-count": n });
}
