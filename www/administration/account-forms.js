import { api, t } from "../context.js";
import { confirmDialog, openDialog } from "../kit/dialog.js";
import { el } from "../kit/dom.js";
import { choice, choices, field, input, values } from "../kit/form.js";
import { LANGUAGES } from "../kit/i18n.js";
import { needsWard, ROLES } from "./roles.js";
import { showSecret } from "./secret-dialog.js";

/** The dialogs about accounts. */

const NAME = { maxlength: 150, autocomplete: "off", autocapitalize: "none", spellcheck: "false" };

const path = ({ id }) => `api/utilisateurs/${id}/`;

/** Role, wards and language. An administrator sees every ward, so there is none to choose. */
function rights({ role = "infirmier", services = [], langue = LANGUAGES[0] }, wards) {
  const select = choice(ROLES.map((each) => [each, t(`role.${each}`)]), role);
  const boxes = choices("services", t("accounts.wards"), wards.map(({ id, nom }) => [id, nom]), services);
  const hint = el("p", { class: "hint" });
  const follow = () => {
    boxes.hidden = !needsWard(select.value);
    hint.textContent = t(`role.hint.${select.value}`);
  };
  select.addEventListener("change", follow);
  follow();
  return [el("div", { class: "field-pair" }, field("role", t("accounts.role"), select),
    field("langue", t("accounts.language"), choice(LANGUAGES.map((language) => [language, t(`language.${language}`)]), langue))), hint, boxes];
}

function written(form) {
  const { services, ...rest } = values(form);
  return { ...rest, services: needsWard(rest.role) ? services.map(Number) : [] };
}

const showPassword = (name, password) => showSecret({
  title: t("accounts.password.of", { name }), label: t("accounts.password"), secret: password, warning: t("accounts.password.once"),
});

/** Makes an account and shows its made password; resolves with the account. */
export async function addAccount(wards) {
  const account = await openDialog({
    title: t("accounts.add"),
    body: [field("username", t("accounts.name"), input("text", { ...NAME, required: true })), ...rights({}, wards)],
    actions: [{ label: t("accounts.add.do"), run: (form) => api.post("api/utilisateurs/", written(form)) }],
  });
  if (account?.mot_de_passe) await showPassword(account.username, account.mot_de_passe);
  return account;
}

export const changeAccount = (account, wards) => openDialog({
  title: t("accounts.change.title", { name: account.username }), body: rights(account, wards),
  actions: [{ label: t("dialog.save"), run: (form) => api.patch(path(account), changed(account, written(form))) }],
});

/** Only what differs: one's own role may not even be repeated. */
function changed(account, wanted) {
  const same = (a, b) => JSON.stringify(Array.isArray(a) ? a.toSorted() : a) === JSON.stringify(Array.isArray(b) ? b.toSorted() : b);
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !same(account[name], value)));
}

export const disableAccount = (account) => confirmDialog({
  title: t("accounts.disable.title", { name: account.username }), body: t("accounts.disable.text"), label: t("accounts.disable"),
  run: () => api.patch(path(account), { actif: false }),
});

export const enableAccount = (account) => openDialog({
  title: t("accounts.enable.title", { name: account.username }), body: t("accounts.enable.text"),
  actions: [{ label: t("accounts.enable"), run: () => api.patch(path(account), { actif: true }) }],
});

/** Gives an account a new password and shows it. */
export async function resetPassword(account) {
  const answer = await confirmDialog({
    title: t("accounts.reset.title", { name: account.username }), body: t("accounts.reset.text"), label: t("accounts.reset.do"),
    run: () => api.post(`${path(account)}mot_de_passe/`, {}),
  });
  if (answer) await showPassword(account.username, answer.mot_de_passe);
  return answer;
}

/** One's own list says which session is this one. */
const sessionsOf = (account) => (account.id === api.user.id ? "api/moi/sessions/" : `${path(account)}sessions/`);

/** Where an account is logged in, each session with a button that ends it. Resolves with `{text}` when one was ended, else null. */
export async function showSessions(account) {
  let touched = null;
  const list = Object.assign(el("session-list"), { path: sessionsOf(account) });
  list.addEventListener("changed", ({ detail }) => { touched = detail; });
  await openDialog({ title: t("sessions.title", { name: account.username }), className: "wide", cancel: t("dialog.close"), body: list });
  return touched;
}
