"""Refusals in the log: the lines that docs/security.md's filter for fail2ban finds."""
import re

import requests

from support.clock import until
from support.paths import REPOSITORY


def failregex():
    with open(f"{REPOSITORY}/docs/security.md", encoding="utf-8") as file:
        pattern, = re.findall(r"^failregex = (.*)$", file.read(), re.M)
    return re.compile(pattern.replace("<ADDR>", r"(?P<address>[0-9A-Fa-f.:]+)"))


def lines(stack):
    with open(stack.path("log", "fajma-api.log"), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def test_the_documented_filter_finds_refused_logins_and_nothing_else(stack):
    before = len(lines(stack))
    account = stack.accounts["infirmier"]["username"]
    for username in (account, "my password", "x address=203.0.113.9 event=login.refused"):
        body = {"username": username, "password": "not this one"}
        assert requests.post(stack.url + "/api/token/", json=body, timeout=10).status_code == 401
    assert stack.request("GET", "/api/audit/").status_code == 403

    def written():
        return [line for line in lines(stack)[before:] if line.endswith(" security")]

    until(lambda: len(written()) >= 4, 5, "four lines")
    found = [match for line in written() if (match := failregex().search(line))]
    assert [match["address"] for match in found] == ["127.0.0.1"] * 3, written()
    assert [re.search(r"account=(\S+)", match.group())[1] for match in found] == [account, "-", "-"]
    assert not any("my password" in line or "203.0.113.9" in line or "not this one" in line for line in lines(stack)[before:])
