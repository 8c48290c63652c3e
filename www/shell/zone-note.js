import { api, mayAct, state, t } from "../context.js";
import { el } from "../kit/dom.js";
import { FajmaElement } from "../kit/element.js";
import { zoneText } from "../kit/format.js";
import { browserZone, hospitalZone } from "../kit/hospital-zone.js";
import { icon } from "../kit/icons.js";
import { areAlike } from "../kit/zone.js";

const REMEMBERED_AS = "fajma.fuseau.vu";

/** Says that the times on the page are the hospital's where the browser is set to another zone, until somebody has read it. A wall display says it beside its clock. */
export class ZoneNote extends FajmaElement {
  start() {
    this.setAttribute("role", "region");
    for (const type of ["renewed", "logout", "user"]) this.listen(api, type, () => this.draw());
  }

  draw() {
    this.setAttribute("aria-label", t("zone.title"));
    const own = browserZone(), pair = `${hospitalZone()} ${own}`;
    this.hidden = !api.user || !mayAct() || areAlike(hospitalZone(), own, state.now()) || sessionStorage.getItem(REMEMBERED_AS) === pair;
    if (this.hidden) return this.replaceChildren();
    const read = () => {
      sessionStorage.setItem(REMEMBERED_AS, pair);
      this.draw();
    };
    this.replaceChildren(icon("clock"), el("p", { text: t("zone.other", { zone: zoneText(state.now(), state.now()), own: zoneText(state.now(), state.now(), own) }) }),
      el("button", { type: "button", text: t("zone.understood"), on: { click: read } }));
  }
}
