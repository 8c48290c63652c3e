import { api, t } from "../context.js";
import { openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { field, input } from "../kit/form.js";
import { secretField } from "./secret-field.js";

/**
 * Asks for the password of who comes back, or for another account. `title` and `why`: keys of texts; `address`: where the page goes then, null: it
 * stays. Resolves once the dialog is closed.
 */
export function askWho({ title, why, address = null }) {
  const asked = new AbortController();
  const username = input("text", { value: api.user.username, required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false" });
  const password = input("password", { required: true, autocomplete: "current-password", autofocus: true });
  const secret = field("password", t("login.password"), password);
  const place = document.createComment("");
  password.replaceWith(place);
  place.replaceWith(secretField(password));
  // Before the page of the account that is there now is drawn.
  api.addEventListener("login", () => address !== null && address !== location.hash && history.pushState(null, "", address), { signal: asked.signal });
  return openDialog({
    title: t(title), className: "unlock",
    body: [el("p", { text: t(why) }), field("username", t("login.username"), username), secret],
    actions: [{ label: t("lock.enter"), run: () => api.login(username.value, password.value) }],
  }).finally(() => asked.abort());
}
