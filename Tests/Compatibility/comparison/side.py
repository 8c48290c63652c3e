"""One of the two systems, with names for what each has of its own: ids, tokens."""
import dataclasses
import re
from typing import Any

import requests

KEPT = {"id": "", "access": "_access", "refresh": "_refresh"}
WHOLE = re.compile(r"\{(\w+)\}\Z")


@dataclasses.dataclass(frozen=True)
class Call:
    """A request. In `path`, `json`, `form` and `query`, `{name}` is what that side has under it: alone, with its own type, within a text and as
    `{name!s}` as text. `save`: the name under which the answer's id
    is kept, and its tokens with `_access` and `_refresh` behind it."""
    method: str
    path: str
    json: Any = None
    form: dict | None = None
    multipart: dict | None = None
    text: str | None = None
    query: dict | None = None
    headers: dict = dataclasses.field(default_factory=dict)
    who: str | None = "admin"
    save: str | None = None


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    type: str
    headers: Any


class Side:
    def __init__(self, url, names, accounts):
        self.url, self.names, self.accounts = url, dict(names), accounts
        self.tokens = {}
        self.session = requests.Session()

    def log_in(self, role):
        """`{access, refresh}`, of the same login every time."""
        if role not in self.tokens:
            account = self.accounts[role]
            answer = requests.post(self.url + "/api/token/", json={"username": account["username"], "password": account["password"]}, timeout=30)
            assert answer.status_code == 200, answer.text
            self.tokens[role] = answer.json()
            self.names |= {f"{role}_access": answer.json()["access"], f"{role}_refresh": answer.json()["refresh"]}
        return self.tokens[role]

    def fill(self, value):
        if isinstance(value, dict):
            return {self.fill(name): self.fill(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        if not isinstance(value, str):
            return value
        whole = WHOLE.match(value)
        return self.names[whole[1]] if whole else value.format(**self.names) if "{" in value else value

    def send(self, call):
        headers = dict(call.headers)
        if call.who:
            headers.setdefault("Authorization", "Bearer " + self.log_in(call.who)["access"])
        options = {"params": self.fill(call.query), "headers": self.fill(headers)}
        if call.text is not None:
            options["data"] = call.text.encode()
        elif call.form is not None:
            options["data"] = self.fill(call.form)
        elif call.multipart is not None:
            options["files"] = {name: (None, str(one)) for name, one in self.fill(call.multipart).items()}
        elif call.json is not None:
            options["json"] = self.fill(call.json)
        answer = self.session.request(call.method, self.url + self.fill(call.path), timeout=30, allow_redirects=False, **options)
        try:
            body = answer.json()
        except ValueError:
            body = answer.text
        if call.save and isinstance(body, dict):
            self.names |= {call.save + suffix: body[name] for name, suffix in KEPT.items() if name in body}
        return Answer(answer.status_code, body, answer.headers.get("Content-Type", ""), answer.headers)

    def name_of(self, kind, value):
        """Which of this side's patients or devices an id is; the id itself where it is none of ours."""
        return next((name for name, one in self.names.items() if name.startswith(kind) and str(one) == str(value)), value)
