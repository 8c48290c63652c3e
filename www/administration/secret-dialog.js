import { t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { qrPath, qrSide } from "./qr.js";

/** Something that is shown once and never again: a device's key with its QR code, a made password. */

const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Dark on white in both themes, because readers want it so: the ground is part of the picture. */
function qrPicture(rows) {
  const side = qrSide(rows);
  const attributes = { viewBox: `0 0 ${side} ${side}`, class: "qr", role: "img", "aria-label": t("secret.qr"), "shape-rendering": "crispEdges" };
  return shape("svg", attributes,
    shape("rect", { width: side, height: side, fill: "#fff" }), shape("path", { d: qrPath(rows), fill: "#000" }));
}

/** Copies an element's text. Over plain http a browser has no clipboard for pages: then it is selected and copied as by hand. */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    getSelection().selectAllChildren(element);
    if (!document.execCommand("copy")) throw new Error("no clipboard");
  }
}

/** Shows `secret`, with `qr` (rows of modules) as a picture; resolves once it is closed. */
export function showSecret({ title, label, secret, qr = null, explained = null, warning }) {
  const text = el("output", { class: "secret", "aria-label": label, text: secret });
  const copied = el("span", { text: t("secret.copy") });
  const copyIt = () => copy(text).then(() => { copied.textContent = t("secret.copied"); }, () => { copied.textContent = t("secret.not_copied"); });
  return openDialog({
    title, className: qr ? "secret-dialog with-qr" : "secret-dialog", cancel: null,
    body: [
      el("p", { class: "once" }, icon("warning"), el("span", { text: warning })),
      qr ? el("figure", {}, qrPicture(qr), el("figcaption", { text: explained })) : null,
      el("div", { class: "secret-text" }, el("p", { class: "label", text: label }), text),
      el("div", { class: "secret-actions" },
        el("button", { type: "button", autofocus: true, on: { click: copyIt } }, icon("copy"), copied),
        el("button", { type: "button", on: { click: () => print() } }, icon("print"), el("span", { text: t("secret.print") }))),
    ].filter(Boolean),
    actions: [{ label: t("secret.noted") }],
  });
}
