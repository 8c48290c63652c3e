import { AccountPage } from "./account-page.js";
import { IdleWatch } from "./idle-watch.js";
import { LockLine } from "./lock-line.js";
import { LoginPage } from "./login-page.js";
import { MySessions } from "./my-sessions.js";
import { PasswordForm } from "./password-form.js";
import { PasswordPage } from "./password-page.js";
import { SessionEnd } from "./session-end.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "account-page": AccountPage, "idle-watch": IdleWatch, "lock-line": LockLine, "login-page": LoginPage, "my-sessions": MySessions,
  "password-form": PasswordForm, "password-page": PasswordPage, "session-end": SessionEnd,
};
