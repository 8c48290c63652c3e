"""Each page in the states that a person meets: for the pictures and for the tests of what must hold of every page."""
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from scenes import scene_steps as steps
from scenes.story import CHRONIC, DESATURATED, DETACHED, PARTIAL, SILENT

NURSE, DOCTOR, ADMIN, WALL, NOBODY = "infirmier", "medecin", "admin", "ecran", None


@dataclass
class Scene:
    role: str | None
    # Brings the page there; what it yields in between is the moment of the picture.
    prepare: Callable
    full_page: bool = True

    @contextlib.contextmanager
    def ready(self, page, hospital):
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        moment = self.prepare(page, hospital)
        next(moment)
        yield
        next(moment, None)
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")


SCENES = {
    "login": Scene(NOBODY, steps.login), "login-refused": Scene(NOBODY, steps.login_refused), "login-throttled": Scene(NOBODY, steps.login_throttled),
    "login-first": Scene(NOBODY, steps.password_change),
    "wards": Scene(NURSE, steps.wards),
    "ward": Scene(NURSE, steps.ward), "ward-small": Scene(NURSE, steps.small_ward), "ward-severity": Scene(NURSE, steps.ward_by_severity),
    "ward-paused": Scene(NURSE, steps.ward_paused), "ward-escalated": Scene(NURSE, steps.ward_escalated),
    "ward-absent": Scene(NURSE, steps.ward_absent), "ward-empty": Scene(NURSE, steps.ward_empty),
    "ward-locked": Scene(NURSE, steps.ward_locked), "unlocking": Scene(NURSE, steps.unlocking, False),
    "ward-lost": Scene(NURSE, steps.ward_lost), "wall": Scene(WALL, steps.wall), "wall-lost": Scene(WALL, steps.wall_lost),
    "patient": Scene(NURSE, steps.patient), "patient-alert": Scene(NURSE, steps.patient_of(DESATURATED)),
    "patient-silent": Scene(NURSE, steps.patient_of(SILENT)),
    "patient-partial": Scene(NURSE, steps.patient_of(PARTIAL)), "patient-detached": Scene(NURSE, steps.patient_of(DETACHED)),
    "patient-chronic": Scene(DOCTOR, steps.patient_of(CHRONIC)),
    "patient-history": Scene(NURSE, steps.patient_history), "patient-without-anything": Scene(NURSE, steps.patient_without_anything),
    "patient-lost": Scene(NURSE, steps.patient_lost), "patient-discharged": Scene(NURSE, steps.patient_discharged),
    "patient-unknown": Scene(NURSE, steps.patient_unknown),
    "patient-absent": Scene(NURSE, steps.patient_absent), "absence": Scene(NURSE, steps.absence_dialog, False),
    "entry": Scene(NURSE, steps.entry, False), "limits": Scene(NURSE, steps.limits, False),
    "sheet-patient": Scene(NURSE, steps.patients_sheet), "sheet-ward": Scene(NURSE, steps.wards_sheet),
    "alerts": Scene(NURSE, steps.alerts), "alerts-none": Scene(NURSE, steps.alerts_none), "alerts-lost": Scene(NURSE, steps.alerts_lost),
    "sound": Scene(NURSE, steps.sound, False), "account": Scene(NURSE, steps.account),
    "administration-patients": Scene(ADMIN, steps.section("patients")), "administration-devices": Scene(ADMIN, steps.section("dispositifs")),
    "administration-wards": Scene(ADMIN, steps.section("services")), "administration-users": Scene(ADMIN, steps.section("utilisateurs")),
    "administration-keys": Scene(ADMIN, steps.section("cles")),
    "administration-alarms": Scene(ADMIN, steps.section("alarmes", ready=".section .figures")),
    "administration-audit": Scene(ADMIN, steps.section("audit")),
    "form-patient": Scene(NURSE, steps.admission_refused, False), "form-move": Scene(NURSE, steps.section("patients", "[data-key^=move-]"), False),
    "form-change": Scene(DOCTOR, steps.section("patients", "[data-key^=change-]"), False),
    "form-calibration": Scene(ADMIN, steps.section("dispositifs", "[data-key^=calibrate-]"), False),
    "form-discharge": Scene(NURSE, steps.section("patients", "[data-key^=discharge-]"), False),
    "form-ward": Scene(ADMIN, steps.section("services", ".section-head button.primary"), False),
    "form-ward-limits": Scene(ADMIN, steps.section("services", "[data-key^=limits-]"), False),
    "form-device": Scene(ADMIN, steps.section("dispositifs", ".section-head button.primary"), False),
    "form-assign": Scene(ADMIN, steps.section("dispositifs", "[data-key^=assign-]"), False),
    "form-second-device": Scene(ADMIN, steps.second_device, False),
    "form-key": Scene(ADMIN, steps.section("dispositifs", "[data-key^=key-]"), False),
    "form-retire": Scene(ADMIN, steps.section("dispositifs", "[data-key^=retire-]"), False),
    "form-user": Scene(ADMIN, steps.section("utilisateurs", ".section-head button.primary"), False),
    "form-user-change": Scene(ADMIN, steps.section("utilisateurs", "[data-key^=change-]"), False),
    "form-sessions": Scene(ADMIN, steps.section("utilisateurs", "[data-key^=sessions-]"), False),
    "form-machine-key": Scene(ADMIN, steps.section("cles", ".section-head button.primary"), False),
    "form-machine-key-renewal": Scene(ADMIN, steps.section("cles", "[data-key^=renew-]"), False),
    "form-machine-key-revocation": Scene(ADMIN, steps.section("cles", "[data-key^=revoke-]"), False),
    "form-reset": Scene(ADMIN, steps.section("utilisateurs", "[data-key^=reset-]"), False),
}


def watch_requests(page):
    """Keeps those that wait for an answer in `page.unanswered`."""
    page.unanswered = set()
    page.on("request", lambda request: page.unanswered.add(request))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: page.unanswered.discard(request))


class Windows:
    """A browser window an account, kept from scene to scene; `options` are the browser's."""

    def __init__(self, browser, hospital, **options):
        self.browser, self.hospital, self.options = browser, hospital, options
        self.pages = {}

    def of(self, role, language="fr"):
        if (role, language) not in self.pages:
            context = self.browser.new_context(locale=f"{language}-FR", reduced_motion="reduce", service_workers="block", **self.options)
            page = self.pages[role, language] = context.new_page()
            watch_requests(page)
            page.set_default_timeout(15_000)
            if role is not NOBODY:
                self.log_in(page, role)
            if language != "fr":  # the accounts' own
                page.click(f"app-bar button[lang={language}]")
        return self.pages[role, language]

    def log_in(self, page, role):
        account = self.hospital.stack.accounts[role]
        page.goto(self.hospital.stack.url + "/")
        page.fill("#username", account["username"])
        page.fill("#password", account["password"])
        page.keyboard.press("Enter")
        page.wait_for_selector("login-page", state="detached")
