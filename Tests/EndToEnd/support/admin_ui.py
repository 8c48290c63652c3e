"""The administration's pages under somebody's hands, and what tests make for themselves through the API."""
import uuid

from support.keyboard import write


def search(page, text):
    write(page, ".controls input[type=search]", text)


def expect_done(page, text):
    """What was asked for is done, said, and its dialog gone."""
    page.wait_for_selector("dialog", state="detached")  # first: what was said before may hold the same text
    page.wait_for_selector(f'.section .done:has-text("{text}")')


def expect_focus(page, selector):
    page.wait_for_selector(f"{selector}:focus")


def expect_error(page, name, text):
    page.wait_for_selector(f'dialog [data-field={name}] .field-error:has-text("{text}")')
    assert page.get_attribute(f"dialog [name={name}]", "aria-invalid") == "true"


def open_section(page, stack, section):
    page.goto(f"{stack.url}/#/administration/{section}")
    page.wait_for_selector(".section .data tbody tr")


def unique(prefix):
    return prefix + uuid.uuid4().hex[:8]


def local(instant):
    """An instant as the value of a field for date and time."""
    return instant.strftime("%Y-%m-%dT%H:%M")


def nurses_ward(stack):
    return stack.request("GET", "/api/services/").json()[0]


def admit(stack, role="infirmier", **fields):
    """A patient of the test's own."""
    body = {"identifiant": unique("T"), "nom": unique("Nom"), "prenom": "Awa", "service": nurses_ward(stack)["id"], "lit": unique("b"), **fields}
    answer = stack.request("POST", "/api/patients/", role=role, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def shown_name(patient):
    return f"{patient['nom'].upper()} {patient['prenom']}"
