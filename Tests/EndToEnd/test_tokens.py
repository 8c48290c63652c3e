"""Tokens made here verify with PyJWT, tokens made with PyJWT and the same secret verify here, and nothing else does."""
import base64
import hmac
import json
import subprocess
import time
import uuid

import jwt
import pytest
import requests


@pytest.fixture(scope="module")
def secret(stack):
    with open(stack.environment["FAJMA_SECRET_FILE"], "rb") as file:
        return file.read()


@pytest.fixture(scope="module")
def claims(stack):
    """Those of simplejwt, for the nurse, good for a minute."""
    me = stack.request("GET", "/api/moi/").json()
    seconds = int(time.time())
    return {"token_type": "access", "exp": seconds + 60, "iat": seconds, "jti": uuid.uuid4().hex, "user_id": str(me["id"])}


def status(stack, token):
    answer = requests.get(stack.url + "/api/moi/", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    if answer.status_code == 401:
        assert answer.json()["code"] == "token_not_valid"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    return answer.status_code


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode(part):
    return base64url(json.dumps(part).encode())


def test_pyjwt_verifies_our_tokens(stack, secret):
    pair = stack.log_in("infirmier")
    access, refresh = (jwt.decode(pair[kind], secret, algorithms=["HS256"]) for kind in ("access", "refresh"))
    assert {"token_type", "exp", "iat", "jti", "user_id"} <= access.keys()
    assert (access["token_type"], refresh["token_type"]) == ("access", "refresh")
    assert isinstance(access["user_id"], str) and access["exp"] - access["iat"] == 15 * 60
    assert access["jti"] != refresh["jti"]


def test_tokens_made_by_pyjwt_are_accepted(stack, secret, claims):
    assert status(stack, jwt.encode(claims, secret, algorithm="HS256")) == 200
    assert status(stack, jwt.encode({**claims, "user_id": int(claims["user_id"])}, secret, algorithm="HS256")) == 200


@pytest.mark.parametrize("change", [
    {"exp": 1}, {"exp": None}, {"token_type": "refresh"}, {"token_type": None}, {"user_id": "999999"}, {"user_id": "0"},
    {"user_id": None}, {"user_id": "1 OR 1=1"}, {"jti": None}, {"nbf": 9_999_999_999},
], ids=str)
def test_a_token_with_other_claims_is_refused(stack, secret, claims, change):
    changed = {name: value for name, value in {**claims, **change}.items() if value is not None}
    assert status(stack, jwt.encode(changed, secret, algorithm="HS256")) == 401


def test_a_token_expires(stack, secret, claims):
    assert status(stack, jwt.encode({**claims, "exp": int(time.time()) - 1}, secret, algorithm="HS256")) == 401


def test_other_algorithms_and_keys_are_refused(stack, secret, claims):
    assert status(stack, jwt.encode(claims, None, algorithm="none")) == 401
    for name in ("none", "None", "NONE", "nOnE"):
        assert status(stack, f"{encode({'alg': name, 'typ': 'JWT'})}.{encode(claims)}.") == 401
    for algorithm in ("HS384", "HS512"):
        assert status(stack, jwt.encode(claims, secret, algorithm=algorithm)) == 401
    assert status(stack, jwt.encode(claims, secret + b"x", algorithm="HS256")) == 401
    content = f"{encode({'alg': 'HS256', 'typ': 'JWT'})}.{encode(claims)}"
    assert status(stack, f"{content}.{base64url(hmac.digest(b'', content.encode(), 'sha256'))}") == 401


def test_what_calls_itself_rs256_is_refused(stack, secret, claims, tmp_path):
    """Signed with a key pair that the header brings along, or with our own secret under the other name."""
    key = tmp_path / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout"], check=True, capture_output=True).stdout
    for header in ({"alg": "RS256", "typ": "JWT"}, {"alg": "RS256", "typ": "JWT", "x5c": [base64.b64encode(public).decode()]}):
        content = f"{encode(header)}.{encode(claims)}"
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(key)], input=content.encode(), check=True,
                                capture_output=True)
        for signature in (signed.stdout, *(hmac.digest(one, content.encode(), "sha256") for one in (secret, public))):
            assert status(stack, f"{content}.{base64url(signature)}") == 401
    content = f"{encode({'alg': 'HS256', 'typ': 'JWT'})}.{encode(claims)}"
    assert status(stack, f"{content}.{base64url(hmac.digest(public, content.encode(), 'sha256'))}") == 401
    assert status(stack, f"{content}.{base64url(hmac.digest(secret, content.encode(), 'sha256'))}") == 200


def test_a_changed_payload_or_signature_is_refused(stack, claims):
    header, _, signature = stack.token("infirmier").split(".")
    assert status(stack, f"{header}.{encode({**claims, 'user_id': '1'})}.{signature}") == 401
    token = stack.token("infirmier")
    assert status(stack, token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")) == 401
    assert status(stack, token + "=") == 401
    assert status(stack, token + ".x") == 401
    assert status(stack, token.rsplit(".", 1)[0]) == 401


def test_a_refresh_token_opens_nothing(stack):
    assert status(stack, stack.log_in("infirmier")["refresh"]) == 401
