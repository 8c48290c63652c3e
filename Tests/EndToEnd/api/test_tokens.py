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


# Sessions, cookies and the throttle, through nginx

def browser_login(stack, prefix="", session=None, role="infirmier"):
    session = session or requests.Session()
    account = stack.accounts[role]
    answer = session.post(f"{stack.url}{prefix}/api/session/",
                          json={"username": account["username"], "password": account["password"]}, timeout=10)
    assert answer.status_code == 200, answer.text
    return session, answer


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_a_browser_keeps_two_cookies_below_its_prefix(stack, prefix):
    session, answer = browser_login(stack, prefix)
    cookies = {cookie.name: cookie for cookie in session.cookies}
    assert {name: cookie.path for name, cookie in cookies.items()} == {
        "fajma_session": prefix + "/api/session", "fajma_browser": prefix + "/api/"}
    for cookie in cookies.values():
        assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Strict"
    me = answer.json()["utilisateur"]
    assert (me["mot_de_passe_provisoire"], me["inactivite_s"]) == (False, 1800) and "readPatients" in me["permissions"]
    renewed = session.put(f"{stack.url}{prefix}/api/session/", json={"inactif_s": 40}, timeout=10)
    assert renewed.status_code == 200
    json = {"Content-Type": "application/json"}
    assert session.delete(f"{stack.url}{prefix}/api/session/", headers=json, timeout=10).status_code == 204
    assert {cookie.name for cookie in session.cookies} == {"fajma_browser"}
    assert status(stack, renewed.json()["access"]) == 401
    known = cookies["fajma_browser"].value
    browser_login(stack, prefix, session)
    assert session.cookies["fajma_browser"] == known


def test_an_idle_page_is_logged_out(stack):
    session, answer = browser_login(stack)
    assert session.put(f"{stack.url}/api/session/", json={"inactif_s": 1700}, timeout=10).status_code == 200
    # The login itself was a touch, just now.
    stack.query("UPDATE sessions SET active_at = active_at - interval '31 minutes' WHERE id = "
                f"'{jwt.decode(answer.json()['access'], options={'verify_signature': False})['fam']}'")
    refused = session.put(f"{stack.url}/api/session/", json={"inactif_s": 1801}, timeout=10)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_not_valid")
    assert status(stack, answer.json()["access"]) == 401


def test_a_session_is_listed_with_its_address_and_ended(stack):
    session, answer = browser_login(stack)
    headers = {"Authorization": "Bearer " + answer.json()["access"]}
    rows = session.get(f"{stack.url}/api/moi/sessions/", headers=headers, timeout=10).json()
    [current] = [row for row in rows if row["actuelle"]]
    assert (current["type"], current["adresse"]) == ("navigateur", "127.0.0.1") and "requests" in current["agent"]
    assert session.delete(f"{stack.url}/api/moi/sessions/{current['id']}/", headers=headers, timeout=10).status_code == 204
    assert status(stack, answer.json()["access"]) == 401


def test_guesses_are_slowed_down_and_a_known_browser_is_not_held(stack):
    known, _ = browser_login(stack, role="medecin")
    name = stack.accounts["medecin"]["username"]

    def guess(session=requests, password="x", language="fr"):
        return session.post(f"{stack.url}/api/session/", json={"username": name, "password": password}, timeout=10,
                            headers={"Accept-Language": language})

    for _ in range(10):
        assert guess().status_code == 401
    for language, words in (("fr", "Trop d’essais"), ("en", "Too many login attempts")):
        refused = guess(password=stack.accounts["medecin"]["password"], language=language)
        assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/problem+json")
        assert (refused.json()["code"], refused.headers["Content-Language"]) == ("throttled", language)
        assert refused.json()["detail"].startswith(words) and 1 <= int(refused.headers["Retry-After"]) <= 30
    browser_login(stack, session=known, role="medecin")
    stack.query("DELETE FROM login_buckets")
