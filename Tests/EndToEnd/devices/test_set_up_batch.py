"""firmware/set-up-batch: many devices from one list, with the real server. In place of Espressif's tool, which needs Bluetooth, a script writes down
what it is given."""
import json
import os
import subprocess
import sys

import requests

from support.paths import REPOSITORY

TOOL = """import json, sys
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
with open({told!r}, "a") as file:
    print(json.dumps(arguments), file=file)
print("secret", arguments["--custom_data"])
sys.exit(3 if arguments["--service_name"] == "FAJMA_0000FF" else 0)
"""


def run(stack, tmp_path, lines, *more):
    told, tool, rows = tmp_path / "told", tmp_path / "esp_prov.py", tmp_path / "list.csv"
    tool.write_text(TOOL.format(told=str(told)))
    rows.write_text("nom_bluetooth,code,dispositif\n" + "".join(f"{line}\n" for line in lines))
    admin = stack.accounts["admin"]
    done = subprocess.run(
        [sys.executable, os.path.join(REPOSITORY, "firmware", "set-up-batch"), str(rows), "--url", stack.url, "--user", admin["username"],
         "--ssid", "WARD", "--esp-prov", str(tool), *more],
        input=f"{admin['password']}\nwlan secret\n", capture_output=True, text=True, timeout=60, check=False)
    return done, [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


def make_device(stack, name):
    answer = stack.request("POST", "/api/iot/dispositifs/", role="admin", json={"nom": name, "type_dispositif": "bracelet"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_each_device_gets_its_key_and_what_fails_can_be_done_again(stack, tmp_path):
    good, bad = make_device(stack, "Lot 1"), make_device(stack, "Lot 2")
    curve = {"reference": "Simulateur", "a": 0, "b": -34.5, "c": 112.25, "spo2_min": 80, "spo2_max": 99}
    assert stack.request("POST", f"/api/iot/dispositifs/{good}/etalonnages/", role="admin", json=curve).status_code == 201
    done, told = run(stack, tmp_path, [f"FAJMA_1A2B3C,23456789AB,{good}", f"FAJMA_0000FF,23456789AC,{bad}"], "--plain")
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[-1] == "1 done, 1 failed"
    assert "fjd_" not in done.stdout + done.stderr, "no key is shown"
    first = told[0]
    given = [first[f"--{name}"] for name in ("service_name", "sec2_pwd", "ssid", "passphrase")]
    assert given == ["FAJMA_1A2B3C", "23456789AB", "WARD", "wlan secret"]
    text = json.loads(first["--custom_data"])
    assert text["v"] == 1 and text["url"] == stack.url + "/" and text["spo2"] == [0, -34.5, 112.25]
    # The key is the device's: nobody wears it, which the server tells only a key that it knows.
    answer = requests.post(stack.url + "/api/iot/data/", json={"mesures": [{"type_donnee": "spo2", "valeur": 97}]},
                           headers={"Authorization": f"Bearer {text['cle']}"}, timeout=10)
    assert answer.status_code == 409, answer.text
    assert (tmp_path / "list.csv.failed").read_text().splitlines() == ["nom_bluetooth,code,dispositif", f"FAJMA_0000FF,23456789AC,{bad}"]


def test_a_list_with_mistakes_costs_no_key(stack, tmp_path):
    device = make_device(stack, "Lot 3")
    for lines, expected in (([f"FAJMA_1A2B3C,23456789A0,{device}"], "no code"), ([f"x,23456789AB,{device}"], "no name"),
                            ([f"FAJMA_1A2B3C,23456789AB,{device}"] * 2, "twice"), ([], "empty"),
                            (["FAJMA_1A2B3C,23456789AB,999999"], "no device 999999")):
        done, told = run(stack, tmp_path, lines, "--plain")
        assert done.returncode == 1 and expected in done.stderr, done.stderr
        assert told == []
    done, told = run(stack, tmp_path, [f"FAJMA_1A2B3C,23456789AB,{device}"])
    assert done.returncode == 1 and "https://" in done.stderr and told == []
