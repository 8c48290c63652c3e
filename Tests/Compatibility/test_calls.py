"""The replaced system's clients, call by call: what FAJMA answers otherwise stands in intended.json with its reason, and nothing else differs."""
from fnmatch import fnmatchcase

import pytest

from comparison.calls import SCENARIOS
from comparison.differ import differences

LEAST = 250


def test_there_are_enough_calls():
    assert sum(len(calls) for calls in SCENARIOS.values()) >= LEAST


def test_every_intended_difference_has_a_reason(intended):
    assert all(entry["reason"] and entry["calls"] and entry["differences"] for entry in intended)


def means(entry, label, difference):
    return difference in entry["differences"] and any(fnmatchcase(label, pattern) for pattern in entry["calls"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_call_is_answered_as_before(sides, intended, name):
    old, new = sides
    found = [(f"{name}/{number}", difference, f"{call.method} {call.path}") for number, call in enumerate(SCENARIOS[name])
             for difference in differences(old, old.send(call), new, new.send(call))]
    assert [one for one in found if not any(means(entry, one[0], one[1]) for entry in intended)] == []
    # Nor stands anything in the list that is no difference any more.
    mine = [(pattern, difference) for entry in intended for pattern in entry["calls"] if pattern.startswith(f"{name}/")
            for difference in entry["differences"]]
    assert [one for one in mine if not any(fnmatchcase(label, one[0]) and difference == one[1] for label, difference, _ in found)] == []
