"""An account of a test's own, with a person behind it who logs in."""
import secrets

import requests


class Person:
    """An account of the test's own."""

    def __init__(self, stack, role, first_login):
        self.stack = stack
        self.username = f"{role}-{secrets.token_hex(4)}"
        self.password = new_password()
        wards = [ward["id"] for ward in stack.request("GET", "/api/services/", role="admin").json()]
        body = {"username": self.username, "role": role, "services": wards, "mot_de_passe": self.password}
        answer = stack.request("POST", "/api/utilisateurs/", role="admin", json=body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        if not first_login:
            given, self.password = self.password, new_password()
            pair = self.try_token(given).json()
            answer = self.request("POST", "/api/moi/mot_de_passe/", pair["access"], json={"actuel": given, "nouveau": self.password})
            assert answer.status_code == 204, answer.text
            # The session that this took, so that the test counts its own only.
            requests.post(stack.url + "/api/token/blacklist/", json={"refresh": pair["refresh"]}, timeout=10).raise_for_status()

    def request(self, method, path, token, **options):
        return requests.request(method, self.stack.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=10, **options)

    def try_token(self, password=None):
        body = {"username": self.username, "password": password or self.password}
        return requests.post(self.stack.url + "/api/token/", json=body, timeout=10)

    def token(self, password=None):
        answer = self.try_token(password)
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]

    def sign_in(self, page):
        """Types name and password where the login stands."""
        page.fill("#username", self.username)
        page.fill("#password", self.password)
        page.click("login-page button.primary")

    def enter(self, page, address="#/"):
        """Logs in and opens a page."""
        page.goto(f"{self.stack.url}/{address}")
        self.sign_in(page)
        page.wait_for_selector("login-page", state="detached")

    def open_sessions(self):
        return int(self.stack.query(f"SELECT count(*) FROM sessions WHERE user_id = {self.id} AND ended_at IS NULL")[0][0])


def new_password():
    return f"{secrets.token_hex(5)} lampe {secrets.token_hex(4)}"
