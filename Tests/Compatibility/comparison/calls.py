"""What clients of the replaced system send: `SCENARIOS`, each a list of calls that belong together, by name."""
from comparison.side import Call

DEVICES, DATA, ALERTS = "/api/iot/dispositifs/", "/api/iot/data/", "/api/iot/alertes/"
LOGIN, REFRESH, VERIFY, BLACKLIST = "/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/blacklist/"
SOMEBODY = {"username": "{admin_name}", "password": "{admin_password}"}
UNKNOWN = 999999


def post(path, json=None, **options):
    return Call("POST", path, json=json, **options)


def get(path, **options):
    return Call("GET", path, **options)


def logins():
    ok = [post(LOGIN, SOMEBODY, who=None), Call("POST", LOGIN, form=SOMEBODY, who=None), Call("POST", LOGIN, multipart=SOMEBODY, who=None),
          post(LOGIN, {**SOMEBODY, "remember": True}, who=None)]
    wrong = [{"username": "{admin_name}", "password": "x"}, {"username": "nobody", "password": "x"}, {"username": "{admin_name}"},
             {"password": "x"}, {}, {"username": "", "password": ""}, {"username": None, "password": None}, [], "text"]
    texts = [post(LOGIN, text=text, who=None, headers={"Content-Type": kind})
             for text, kind in (("{", "application/json"), ("", "application/json"), ("username=x", "text/plain"), ("{}", "application/xml"))]
    return [*ok, *(post(LOGIN, body, who=None) for body in wrong), Call("POST", LOGIN, form={"username": "nobody"}, who=None), *texts,
            *(Call(method, LOGIN, who=None) for method in ("GET", "PUT", "PATCH", "DELETE"))]


def renewals():
    mine = {"refresh": "{own_refresh}"}
    return [post(LOGIN, SOMEBODY, who=None, save="own"), *[post(REFRESH, mine, who=None)] * 3, Call("POST", REFRESH, form=mine, who=None),
            Call("POST", REFRESH, multipart=mine, who=None), post(REFRESH, mine, who="admin"),
            *(post(REFRESH, {"refresh": token}, who=None) for token in ("{own_access}", "x", "", None, 12)), post(REFRESH, {}, who=None),
            *(post(VERIFY, {"token": token}, who=None) for token in ("{own_access}", "{own_refresh}", "x", "")), post(VERIFY, {}, who=None),
            Call("POST", VERIFY, form={"token": "{own_access}"}, who=None),
            post(BLACKLIST, {}, who=None), post(BLACKLIST, {"refresh": "x"}, who=None), post(BLACKLIST, {"refresh": "{own_access}"}, who=None),
            post(BLACKLIST, mine, who=None), post(REFRESH, mine, who=None), post(BLACKLIST, mine, who=None),
            post(VERIFY, {"token": "{own_refresh}"}, who=None),
            *(Call(method, path, who=None) for path in (REFRESH, VERIFY, BLACKLIST) for method in ("GET", "PUT", "DELETE"))]


ROUTES = [("GET", DEVICES), ("POST", DEVICES), ("GET", DEVICES + "{dispositif1}/"), ("PATCH", DEVICES + "{dispositif1}/"),
          ("DELETE", DEVICES + "{dispositif1}/"),
          ("POST", DEVICES + "{dispositif1}/update_status/"), ("GET", DATA), ("POST", DATA), ("GET", DATA + "latest_data/"), ("GET", ALERTS),
          ("POST", ALERTS),
          ("GET", ALERTS + f"{UNKNOWN}/"), ("PATCH", ALERTS + f"{UNKNOWN}/"), ("POST", ALERTS + f"{UNKNOWN}/acquitter/")]


def strangers():
    """Without a token, and with none that is one."""
    headers = [{}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer"}, {"Authorization": "Token x"},
               {"Authorization": "Bearer {admin_refresh}"},
               {"Authorization": "Bearer a b"}]
    return [Call(method, path, who=None, headers=header, json={} if method in ("POST", "PATCH") else None) for method, path in ROUTES
            for header in headers]


def methods():
    wrong = [(DEVICES, "PUT PATCH DELETE"), (DEVICES + "{dispositif1}/", "POST"), (DEVICES + "{dispositif1}/update_status/", "GET PUT PATCH DELETE"),
             (DATA, "PUT PATCH DELETE"), (DATA + "latest_data/", "POST PUT DELETE"), (ALERTS, "PUT PATCH DELETE"),
             (ALERTS + f"{UNKNOWN}/acquitter/", "GET DELETE")]
    return [*(Call(method, path) for path, names in wrong for method in names.split()),
            *(get(path) for path in (DEVICES + f"{UNKNOWN}/", ALERTS + f"{UNKNOWN}/", DEVICES + "x/", ALERTS + "x/", DATA + "x/", "/api/x/",
                                     "/api/iot/x/")),
            *(Call(method, DEVICES + f"{UNKNOWN}/", json={"nom": "x"}) for method in ("PATCH", "DELETE")),
            *(Call(method, ALERTS + f"{UNKNOWN}/", json={"acquittee": True}) for method in ("PATCH",)), post(ALERTS + f"{UNKNOWN}/acquitter/", {}),
            post(DEVICES + f"{UNKNOWN}/update_status/", {"statut": "actif"}), *(Call("OPTIONS", path) for path in (DEVICES, DATA, ALERTS))]


DEVICE = {"nom": "Bracelet neuf", "type_dispositif": "bracelet"}


def devices():
    good = [DEVICE, {**DEVICE, "patient": None}, {**DEVICE, "statut": "maintenance"}, {**DEVICE, "nom": 12},
            {**DEVICE, "id": 5, "derniere_connexion": "2020-01-01T00:00:00Z"},
            {**DEVICE, "couleur": "bleu"}, {**DEVICE, "nom": " Bracelet "}, {**DEVICE, "type_dispositif": "ESP32"}, {**DEVICE, "nom": "x" * 100}]
    bad = [{}, {"nom": "x"}, {"type_dispositif": "x"}, {**DEVICE, "nom": ""}, {**DEVICE, "nom": None}, {**DEVICE, "nom": "x" * 101},
           {**DEVICE, "nom": []}, {**DEVICE, "nom": True},
           {**DEVICE, "patient": UNKNOWN}, {**DEVICE, "patient": "x"}, {**DEVICE, "statut": None}, {**DEVICE, "statut": ""}, [], "text"]
    mine = DEVICES + "{made}/"
    change = [Call("PATCH", mine, json=body) for body in ({"nom": "Autre"}, {"statut": "inactif"}, {"patient": "{patient4}"}, {"patient": None},
                                                          {"patient": "{patient4!s}"},
              {"patient": None, "nom": "Encore"}, {}, {"nom": ""}, {"patient": UNKNOWN}, {"couleur": 1}, {"id": 7})]
    return [post(DEVICES, {**DEVICE, "nom": "Le sien"}, save="made"), get(mine), *(post(DEVICES, body) for body in good),
            Call("POST", DEVICES, form=DEVICE), Call("POST", DEVICES, multipart=DEVICE),
            Call("POST", DEVICES, form={**DEVICE, "patient": ""}), *(post(DEVICES, body) for body in bad), *change,
            Call("PATCH", mine, form={"nom": "Par formulaire"}),
            Call("PUT", mine, json={**DEVICE, "nom": "Entier"}), Call("PUT", mine, json={**DEVICE, "patient": "{patient4}", "statut": "actif"}),
            Call("PUT", mine, json={"nom": "x"}), Call("PUT", mine, json={}),
            Call("PUT", mine, json={**DEVICE, "patient": None}),
            *(post(mine + "update_status/", body) for body in ({"statut": "actif"}, {"statut": "maintenance"}, {})),
            Call("POST", mine + "update_status/", form={"statut": "actif"}),
            get(mine), Call("DELETE", mine), get(mine), Call("DELETE", mine), get(DEVICES + "{dispositif1}/"),
            Call("PATCH", DEVICES + "{dispositif1}/", json={"patient": "{patient2}"}),
            Call("PATCH", DEVICES + "{dispositif1}/", json={"patient": "{patient1}"})]


def reading(value=97.5, kind="spo2", unit="%", **more):
    return {"dispositif": "{dispositif1}", "type_donnee": kind, "valeur": value, "unite": unit, **more}


def readings():
    kinds = {"spo2": ("%", 97.5, 150), "heart_rate": ("bpm", 72, 900), "temperature": ("°C", 36.6, 80)}
    numbers = [call for kind, (unit, value, _) in kinds.items() for call in (
        post(DATA, reading(value, kind, unit)), post(DATA, reading(str(value), kind, unit)), post(DATA, reading(f" {value} ", kind, unit)),
        post(DATA, reading(f"{value}e0", kind, unit)),
        Call("POST", DATA, form=reading(value, kind, unit)), Call("POST", DATA, multipart=reading(value, kind, unit)))]
    units = {"temperature": ("C", "Cel", "celsius", "Celsius", "°c"), "heart_rate": ("BPM", "/min", "Bpm"), "spo2": ("%",)}
    bad = [reading(value) for value in ("abc", None, "", [], {}, "97,5")]
    parts = [{name: one for name, one in reading().items() if name != missing} for missing in ("dispositif", "type_donnee", "valeur")]
    return [*numbers, *(post(DATA, reading(kinds[kind][1], kind, unit)) for kind, names in units.items() for unit in names),
            *(post(DATA, body) for body in [*bad, *parts, {}, [], "text"]),
            *(post(DATA, reading() | {"dispositif": one}) for one in ("{dispositif1!s}", UNKNOWN, "x", None, "")),
            post(DATA, reading() | {"type_donnee": ""}), post(DATA, reading() | {"unite": None}),
            post(DATA, reading(batterie=80)), post(DATA, reading() | {"id": 3}), post(DATA, text="{", headers={"Content-Type": "application/json"}),
            post(DATA, text="x", headers={"Content-Type": "text/plain"})]


def instants():
    """`timestamp` was ignored: what old clients put there."""
    return [post(DATA, reading(96, timestamp=one)) for one in ("{now}", "{now_basic}", "{soon}", "{now_naive}", "", None, 1795893449, "2026-11-28",
                                                               "{late}", "1970-01-01T00:00:07Z", "hier")]


def stored():
    mine = DATA + "{made_reading}/"
    return [post(DATA, reading(95, dispositif="{dispositif2}"), save="made_reading"), get(mine), get(DATA, query={"patient_id": "{patient2}"}),
            get(DATA, query={"patient_id": "{patient2!s}"}), get(DATA + "latest_data/", query={"patient_id": "{patient2}"}),
            get(DATA + "latest_data/"), get(DATA + "latest_data/", query={"patient_id": ""}),
            get(DATA + "latest_data/", query={"patient_id": UNKNOWN}), get(DATA, query={"patient_id": UNKNOWN}),
            get(DATA + "latest_data/", query={"patient_id": "{patient6}"}),
            get(DATA, query={"patient_id": "{patient6}"}), get(DATA, query={"patient_id": "{patient2}", "_": "1795893449"}),
            get(DATA, query={"patient_id": "{patient2}", "format": "json"}),
            Call("PATCH", mine, json={"valeur": 94}), Call("PATCH", mine, json={"valeur": "94.5"}), Call("PATCH", mine, json={}),
            Call("PATCH", mine, json={"valeur": "x"}),
            Call("PUT", mine, json=reading(93, dispositif="{dispositif2}")), Call("PUT", mine, json={"valeur": 93}), get(mine),
            Call("DELETE", mine), get(mine), Call("DELETE", mine), get(DATA + "latest_data/", query={"patient_id": "{patient2}"})]


def alert(**more):
    return {"patient": "{patient3}", "type_alerte": "chute", "message": "Chute dans la chambre", "niveau_gravite": "error", **more}


def raised():
    good = [alert(niveau_gravite=one, type_alerte=f"type {one}") for one in ("error", "warning", "info")]
    old_words = [alert(niveau_gravite=one, type_alerte=f"mot {one}") for one in ("success", "high", "critique", "ERROR", "Warning", "medium", "low")]
    kinds = [alert(type_alerte="a"), alert(type_alerte="SpO2 basse"), alert(type_alerte="x" * 50), alert(type_alerte="long", message="x" * 5000),
             alert(type_alerte="nombre", message=12),
             alert(type_alerte="texte", patient="{patient3!s}"), alert(type_alerte="fini", acquittee=False), alert(type_alerte="plus", couleur=1),
             alert(type_alerte="chute2", id=4)]
    bad = [{}, [], "text", alert(patient=UNKNOWN), alert(patient=None), alert(patient="x"), alert(message=""), alert(message=None),
           alert(type_alerte=""), alert(niveau_gravite=""),
           alert(niveau_gravite=None), alert(type_alerte=None), alert(acquittee="x"), {"patient": "{patient3}"}]
    return [*(post(ALERTS, body) for body in [*good, *kinds, *old_words, *bad]), Call("POST", ALERTS, form=alert(type_alerte="formulaire")),
            Call("POST", ALERTS, multipart=alert(type_alerte="parties")),
            post(ALERTS, alert(type_alerte="reconnue", acquittee=True)), post(ALERTS, text="{", headers={"Content-Type": "application/json"})]


def acknowledged():
    mine = ALERTS + "{made_alert}/"

    def made(number):
        return post(ALERTS, alert(type_alerte=f"suivie {number}", patient="{patient5}"), save="made_alert")
    ways = [Call("PATCH", mine, json={"acquittee": True}), Call("PATCH", mine, json={"acquittee": "true"}),
            Call("PATCH", mine, form={"acquittee": "true"}), Call("PATCH", mine, json={"acquittee": 1}),
            Call("PUT", mine, json=alert(type_alerte="suivie 4", patient="{patient5}", acquittee=True)), post(mine + "acquitter/", {}),
            post(mine + "acquitter/"),
            Call("PATCH", mine, json={"acquittee": True, "message": "Chute"}),
            Call("PATCH", mine, json=alert(type_alerte="suivie 8", patient="{patient5}", acquittee=True))]
    rest = [Call("PATCH", mine, json=body) for body in ({}, {"message": "Autre"}, {"niveau_gravite": "warning"}, {"acquittee": False},
                                                        {"acquittee": "x"}, {"acquittee": None}, {"couleur": 1})]
    return [*(call for number, way in enumerate(ways) for call in (made(number), way, get(mine))), made("fin"), *rest, Call("PUT", mine, json={}),
            get(mine),
            Call("PATCH", mine, json={"acquittee": True}), Call("PATCH", mine, json={"acquittee": True}),
            Call("PATCH", mine, json={"acquittee": False}), post(mine + "acquitter/", {}),
            get(ALERTS, query={"patient_id": "{patient5}"}), get(ALERTS, query={"patient_id": UNKNOWN}),
            get(ALERTS, query={"patient_id": "{patient6}"}), made("effacée"), Call("DELETE", mine), get(mine), Call("DELETE", mine)]


def nurses():
    """Any account could do everything; what a nurse does at the bed, and what is an administrator's now."""
    return [*(get(path, who="infirmier") for path in (DEVICES, DEVICES + "{dispositif1}/", DATA + "latest_data/?patient_id={patient1}",
                                                      ALERTS + "?patient_id={patient1}")),
            post(DATA, reading(), who="infirmier"), post(ALERTS, alert(patient="{patient1}", type_alerte="soin"), who="infirmier", save="made_alert"),
            Call("PATCH", ALERTS + "{made_alert}/", json={"acquittee": True}, who="infirmier"),
            post(DEVICES + "{dispositif1}/update_status/", {"statut": "actif"}, who="infirmier"),
            post(DEVICES, DEVICE, who="infirmier"), Call("PATCH", DEVICES + "{dispositif1}/", json={"nom": "Bracelet 1"}, who="infirmier"),
            Call("DELETE", DEVICES + f"{UNKNOWN}/", who="infirmier")]


SCENARIOS = {make.__name__: make() for make in (logins, renewals, strangers, methods, nurses, devices, readings, instants, stored, raised,
                                                acknowledged)}
