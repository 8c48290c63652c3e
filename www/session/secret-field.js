import { t } from "../context.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";

/** A password's input with the button that shows what was typed. `input` keeps its place in any form. */
export function secretField(input) {
  input.classList.add("secret-text");
  const button = el("button", { type: "button", class: "quiet" });
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.replaceChildren(icon(visible ? "eyeOff" : "eye"));
    button.setAttribute("aria-label", t(visible ? "secret.hide" : "secret.show"));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  show(false);
  return el("div", { class: "secret" }, input, button);
}
