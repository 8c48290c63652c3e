"""What of two answers differs for a client of the replaced system. More members than before are no difference: it reads those that it knows."""
from datetime import datetime

import jwt

TIMES = ("timestamp", "derniere_connexion")
TOKENS = ("access", "refresh")
NEVER_HEARD = "derniere_connexion: a time None"
# Members whose values are each side's own.
OPAQUE = ("id", "messages")


def differences(old_side, old, new_side, new):
    """Texts, each one difference; none where a client sees none."""
    if old.status == 400 and new.status < 300:
        return []  # what was refused and is taken now: no client that works sends it
    if old.status != new.status:
        return [f"{old.status} {new.status}"]
    if old.status >= 400:
        return _errors(old.body, new.body)
    return sorted(_values("", old_side, old.body, new_side, new.body))


def _errors(old, new):
    """Of an error the members that are there: `detail`, `code`, or the faulty fields, each with texts."""
    if not isinstance(old, dict):
        return [] if isinstance(new, dict) else ["the error is no object"]
    found = [f"{name}: missing in the error" for name in old if name not in new and name != "messages"]
    if "code" in old and new.get("code") != old["code"]:
        found.append(f"code: {old['code']} {new.get('code')}")
    for name, one in old.items():
        if name in new and isinstance(one, list) and name != "messages" and not (isinstance(new[name],
                                                                                            list) and new[name] and isinstance(new[name][0], str)):
            found.append(f"{name}: no list of texts")
    return sorted(found)


def _values(path, old_side, old, new_side, new):
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return [f"{path or 'answer'}: no object"]
        found = []
        for name, one in old.items():
            here = f"{path}.{name}".lstrip(".")
            if name not in new:
                found.append(f"{here}: missing")
            else:
                found += _member(here, name, old_side, one, new_side, new[name])
        return found
    if isinstance(old, list):
        return _lists(path, old_side, old, new_side, new)
    if isinstance(old, (int, float)) and not isinstance(old, bool) and isinstance(new, (int, float)) and not isinstance(new, bool):
        return [] if old == new else [f"{path}: {old} {new}"]
    return [] if type(old) is type(new) and old == new else [f"{path or 'answer'}: {old!r} {new!r}"]


def _member(path, name, old_side, old, new_side, new):
    if name in TOKENS:
        return _tokens(path, old, new)
    if name in TIMES:
        return [] if _is_time(old) == _is_time(new) else [f"{path}: {'a time' if _is_time(old) else old} {'a time' if _is_time(new) else new}"]
    if name in OPAQUE:
        return [] if (old is None) == (new is None) else [f"{path}: {old} {new}"]
    if name in ("patient", "dispositif", "patient_id") and old is not None:
        kind = "dispositif" if name == "dispositif" else "patient"
        old, new = old_side.name_of(kind, old), new_side.name_of(kind, new)
        return [] if old == new else [f"{path}: {old} {new}"]
    return _values(path, old_side, old, new_side, new)


def _lists(path, old_side, old, new_side, new):
    """Whatever the order: each of the old ones has its like among the new ones, and there are no more. An instant that is not known is seen where one
    object is asked for."""
    if not isinstance(new, list):
        return [f"{path or 'answer'}: no list"]
    left, missing = list(new), 0
    for one in old:
        like = next((other for other in left if set(_values("", old_side, one, new_side, other)) <= {NEVER_HEARD}), None)
        if like is None:
            missing += 1
        else:
            left.remove(like)
    return [f"{path or 'answer'}: {missing} missing, {len(left)} more"] if missing or left else []


def _is_time(value):
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _tokens(path, old, new):
    """What a client may read of a token without its key: its kind, how long it lives, and that the account is named."""
    old, new = (jwt.decode(token, options={"verify_signature": False}) for token in (old, new))
    found = [f"{path}.{name}: missing" for name in old if name not in new]
    if old["token_type"] != new["token_type"]:
        found.append(f"{path}.token_type: {old['token_type']} {new['token_type']}")
    lives = [claims["exp"] - claims["iat"] for claims in (old, new)]
    return found + ([f"{path}: lives {lives[0]} s, {lives[1]} s"] if lives[0] != lives[1] else [])
