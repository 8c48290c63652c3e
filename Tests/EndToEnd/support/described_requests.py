"""Hooks of schemathesis: numbers that it makes up become some that exist, so that requests come as far as the handlers.

FAJMA_KNOWN_IDS is JSON: by the name of a path's parameter or a member, the ids. Every other number stays what it is.
"""
import json
import os
import uuid

import schemathesis

KNOWN = json.loads(os.environ.get("FAJMA_KNOWN_IDS", "{}"))
# The account that asks, and its session: to end these would end the test.
OWN_ACCOUNT, OWN_SESSION = str(KNOWN.get("own")), KNOWN.get("session", "none")


def known(kind, value):
    ids = KNOWN.get(kind)
    if not ids or not isinstance(value, int) or isinstance(value, bool) or value % 4 == 0:
        return value
    return ids[value % len(ids)]


def kind_of(path):
    """What `{id}` names."""
    return next((kind for kind in ("utilisateurs", "cles", "services", "patients", "dispositifs", "alertes", "data") if f"/{kind}/" in path), "")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if isinstance(path_parameters, dict) and "id" in path_parameters:
        kind, value = kind_of(context.operation.path), path_parameters["id"]
        if kind in ("patients", "data") and isinstance(value, str):
            ids = KNOWN.get(kind, [])
            if ids and len(value) % 3:
                path_parameters["id"] = str(ids[sum(value.encode("utf-8", "replace")) % len(ids)])
        else:
            path_parameters["id"] = known(kind, value)
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    if isinstance(query, dict):
        for name, kind in (("service", "services"), ("dispositif", "dispositifs")):
            if name in query:
                query[name] = known(kind, query[name])
        if KNOWN.get("patients") and isinstance(query.get("patient_id"), str) and len(query["patient_id"]) % 3:
            query["patient_id"] = str(KNOWN["patients"][len(query["patient_id"]) % len(KNOWN["patients"])])
    return query


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict):
        for name, kind in (("service", "services"), ("dispositif", "dispositifs"), ("patient", "patients")):
            if name in body:
                body[name] = known(kind, body[name])
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    """Few keys would be used again and again, and all other requests with them be refused as such."""
    key = (case.headers or {}).get("Idempotency-Key")
    if key and len(key) % 4:
        case.headers["Idempotency-Key"] = f"{key[:64]}{uuid.uuid4()}"


@schemathesis.hook
def filter_case(context, case):
    if case.method == "TRACE":
        return False  # nginx refuses it before it looks at the path
    named = case.path_parameters or {}
    is_own_account = "/utilisateurs/{id}/" in case.operation.path and str(named.get("id")) == OWN_ACCOUNT
    return named.get("session") != OWN_SESSION and not is_own_account
