"""The administrator's command line: the real program against a PostgreSQL of its own."""
import json
import os
import pty
import select
import subprocess
import time
import unicodedata
from types import SimpleNamespace

import psycopg
import pytest

from support.cluster import DEADLINE_SECONDS, refusal, run
from support.paths import FAJMA, PROGRAMS, REPOSITORY


@pytest.fixture(scope="module")
def hospital(cluster):
    """A demonstration of 40 patients, in a database that tests only read."""
    environment = cluster.database()
    return SimpleNamespace(environment=environment, **json.loads(run(environment, "demo", "--patients", "40", "--json").stdout))


@pytest.fixture(scope="module")
def one_patient(cluster):
    """A database with the patient P_1 in the ward A, for commands that change nothing."""
    environment = cluster.database()
    ask(environment, "ward", "add", "A")
    ask(environment, "patient", "add", "--number", "P_1", "--last-name", "N", "--first-name", "F", "--ward", "A")
    return environment


def ask(environment, *arguments, text=""):
    """The JSON that a command prints."""
    result = run(environment, *arguments, "--json", text=text)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# Migrate

def test_migrating_twice_changes_nothing_the_second_time(cluster):
    environment = cluster.database(migrated=False)
    first = ask(environment, "migrate")["applied"]
    assert "initial" in first and "readings" in first
    assert ask(environment, "migrate") == {"applied": []}
    assert run(environment, "migrate").stdout == "up to date\n"


def test_two_migrations_at_once_do_not_disturb_each_other(cluster):
    environment = cluster.database(migrated=False)
    both = [subprocess.Popen([FAJMA, "migrate"], env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = sorted(process.communicate(timeout=DEADLINE_SECONDS)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert outputs[0].startswith("applied initial") and outputs[1] == "up to date\n"


def test_commands_refuse_an_empty_database_and_name_the_remedy(cluster):
    environment = cluster.database(migrated=False)
    assert "fajma migrate" in refusal(environment, "ward", "list")


# Wards, patients, devices, accounts

def test_a_ward_its_patient_and_the_patients_device(database):
    ward = ask(database, "ward", "add", "Médecine d'urgence")
    assert ward == {"id": 1, "nom": "Médecine d'urgence", "temperature_cutanee_validee": False, "profil_par_defaut": "adulte",
                    "noms_sur_ecran_verrouille": False}
    assert ask(database, "ward", "list") == [ward]
    patient = ask(database, "patient", "add", "--number", "H0042", "--last-name", "Lefèvre", "--first-name", "Zoé", "--ward",
                  "Médecine d'urgence", "--birth-date", "1950-04-23", "--sex", "F", "--bed", "12")
    assert patient == {"id": 1, "identifiant": "H0042", "nom": "Lefèvre", "prenom": "Zoé", "date_naissance": "1950-04-23",
                       "sexe": "F", "service": 1, "lit": "12", "sorti_le": None, "echelle_spo2": 1, "enceinte": False, "limites_propres": [],
                       "profil": None, "profil_confirme_par": None, "profil_confirme_le": None, "profil_en_vigueur": "adulte",
                       "profil_propose": "adulte", "profil_a_confirmer": False, "profil_provisoire": None}
    assert ask(database, "patient", "list", "--ward", "1") == [patient]
    device = ask(database, "device", "add", "Bracelet 1", "--patient", "H0042")
    assert (device["id"], device["patient"], device["type_dispositif"]) == (1, 1, "bracelet")
    assert [row["id"] for row in ask(database, "device", "list", "--patient", "1")] == [1]
    assert "Lefèvre Zoé" in run(database, "patient", "list").stdout


def test_a_number_of_digits_is_told_from_an_id_and_an_impossible_birth_date_refused(database):
    ask(database, "ward", "add", "A")

    def admit(number, *options):
        return "patient", "add", "--number", number, "--last-name", "Sow", "--first-name", "A", "--ward", "A", *options
    assert [ask(database, *admit(number))["id"] for number in ("2", "1", "IPP-24/7")] == [1, 2, 3]
    assert [row["id"] for row in ask(database, "device", "list", "--patient", "1")] == []
    assert ask(database, "patient", "move", "n:1", "--bed", "7")["id"] == 2
    assert ask(database, "patient", "move", "1", "--bed", "8")["id"] == 1
    assert ask(database, "patient", "move", "IPP-24/7", "--bed", "9")["id"] == 3
    assert "no patient 07;" in refusal(database, "patient", "move", "07", "--bed", "1")
    assert "--number" in refusal(database, *admit("n:5")) and "--number" in refusal(database, *admit("a b"))
    assert "taken" in refusal(database, "patient", "move", "3", "--bed", "７")
    for day in ("2056-05-04", "1850-01-01"):
        assert "--birth-date must be between today and 130 years ago" in refusal(database, *admit("9", "--birth-date", day))


def test_names_that_a_terminal_would_obey_are_written_out(database):
    """Stored before such names were refused."""
    ask(database, "ward", "add", "A")
    ask(database, "patient", "add", "--number", "P_1", "--last-name", "N", "--first-name", "F", "--ward", "A")
    ask(database, "device", "add", "B")
    with psycopg.connect(database["FAJMA_OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE patients SET last_name = %s", ("\x1b[2J\x1b[31mN\nX",))
        connection.execute("UPDATE devices SET name = %s", ("\x1b]0;titre\x07\u009b1m\u202eB",))
    for noun, shown in (("patient", "\\u{1B}[2J\\u{1B}[31mN\\u{A}X F"), ("device", "\\u{1B}]0;titre\\u{7}\\u{9B}1m\\u{202E}B")):
        text = run(database, noun, "list").stdout
        assert shown in text and len(text.splitlines()) == 2
        printed = run(database, noun, "list", "--json").stdout
        assert not [character for character in text + printed if unicodedata.category(character) in ("Cc", "Cf") and character != "\n"]
    assert ask(database, "device", "list")[0]["nom"] == "\x1b]0;titre\x07\u009b1m\u202eB"


def test_a_new_key_each_time_and_only_for_a_device_that_exists(database):
    device = ask(database, "device", "add", "B")["id"]
    keys = {ask(database, "device", "key", str(device))["cle"] for _ in range(2)}
    assert len(keys) == 2 and all(key.startswith(f"fjd_{device}_") for key in keys)
    assert run(database, "device", "key", str(device)).stdout.startswith("fjd_")
    assert "no device 99;" in refusal(database, "device", "key", "99")


def read_qr(terminal, tmp_path):
    """What zbarimg, which shares no code with the maker, reads on a drawn terminal."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    rows = []
    for line in terminal.replace("\r", "").replace("\x1b[97;40m", "").replace("\x1b[0m", "").rstrip("\n").split("\n"):
        rows += zip(*(halves[character] for character in line), strict=True)
    pixels = b"".join(bytes(value for value in row for _ in range(4)) * 4 for row in rows)
    image = tmp_path / "qr.pgm"
    image.write_bytes(b"P5 %d %d 255\n" % (4 * len(rows[0]), 4 * len(rows)) + pixels)
    result = subprocess.run(["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", str(image)],
                            capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.removesuffix("\n")


@pytest.mark.parametrize("url", ["https://hospital.example/fajma/", "http://127.0.0.1:8080", "https://h\u00f4pital.example/" + "x" * 173])
def test_a_key_comes_as_a_qr_code_that_says_where_to_report(database, tmp_path, url):
    device = str(ask(database, "device", "add", "B")["id"])
    key, terminal = run(database, "device", "key", device, "--url", url, "--qr").stdout.split("\n", 1)
    assert max(map(len, terminal.split("\n"))) <= 80 + len("\x1b[97;40m\x1b[0m")
    address = url if url.endswith("/") else url + "/"
    assert read_qr(terminal, tmp_path) == f'{{"v":1,"url":"{address}","cle":"{key}"}}'


def test_the_qr_code_shows_on_a_terminal_and_not_in_a_file(database, tmp_path):
    device = str(ask(database, "device", "add", "B")["id"])
    arguments = ("device", "key", device, "--url", "https://h/")
    assert run(database, *arguments).stdout.count("\n") == 1
    assert "qr" not in ask(database, *arguments)
    answer = ask(database, *arguments, "--qr")
    assert len(answer["qr"]) == len(answer["qr"][0]) and set("".join(answer["qr"])) == {"0", "1"}
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(FAJMA, [FAJMA, *arguments], database)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how a terminal says that nobody writes to it any more
            break
        if not part:
            break
        shown += part
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    key, code = shown.decode().replace("\r", "").split("\n", 1)
    assert json.loads(read_qr(code, tmp_path)) == {"v": 1, "url": "https://h/", "cle": key}


def test_a_device_goes_from_one_patient_to_another(database):
    ask(database, "ward", "add", "A")
    for number in ("P_1", "P_2"):
        ask(database, "patient", "add", "--number", number, "--last-name", "N", "--first-name", "", "--ward", "A")
    device = str(ask(database, "device", "add", "B", "--patient", "P_1", "--kind", "montre")["id"])
    moved = ask(database, "device", "assign", device, "--patient", "P_2")
    assert (moved["patient"], moved["nom"], moved["type_dispositif"]) == (2, "B", "montre")
    assert "no patient P_3;" in refusal(database, "device", "assign", device, "--patient", "P_3")
    assert "no device 9;" in refusal(database, "device", "assign", "9", "--patient", "1")


def test_a_second_device_needs_a_choice(database):
    ask(database, "ward", "add", "A")
    ask(database, "patient", "add", "--number", "P_1", "--last-name", "N", "--first-name", "", "--ward", "A")
    first = str(ask(database, "device", "add", "Bracelet 1", "--patient", "P_1")["id"])
    second = str(ask(database, "device", "add", "Bracelet 2")["id"])
    for command in (("assign", second, "--patient", "P_1"), ("add", "Bracelet 3", "--patient", "P_1")):
        said = refusal(database, "device", *command)
        assert f"wears another device already: {first} (Bracelet 1);" in said and "--replace" in said and "--keep-others" in said
    assert [row["nom"] for row in ask(database, "device", "list", "--patient", "P_1")] == ["Bracelet 1"]
    assert run(database, "device", "assign", second, "--patient", "P_1", "--replace", "--keep-others").returncode == 64
    replaced = ask(database, "device", "assign", second, "--patient", "P_1", "--replace")
    assert replaced["patient"] == 1
    assert ask(database, "device", "assignments", first)[0]["fin"] == replaced["affectation"]["debut"]
    assert ask(database, "device", "add", "Bracelet 3", "--patient", "P_1", "--keep-others")["patient"] == 1
    assert [row["nom"] for row in ask(database, "device", "list", "--patient", "P_1")] == ["Bracelet 2", "Bracelet 3"]


def test_a_ward_gets_another_name(one_patient):
    ward = ask(one_patient, "ward", "add", "Vieux")
    assert ask(one_patient, "ward", "rename", "Vieux", "Neuf") == {**ward, "nom": "Neuf"}
    assert "no ward Vieux" in refusal(one_patient, "ward", "rename", "Vieux", "B")
    assert "NAME is taken" in refusal(one_patient, "ward", "rename", "Neuf", "A")


def test_a_patient_moves_leaves_and_comes_again(database):
    for ward in ("A", "B"):
        ask(database, "ward", "add", ward)
    name = ("--last-name", "N", "--first-name", "F")
    patient = ask(database, "patient", "add", "--number", "P_1", *name, "--ward", "A", "--bed", " 1 ")
    ask(database, "patient", "add", "--number", "P_2", *name, "--ward", "A", "--bed", "2")
    assert patient["lit"] == "1" and patient["sorti_le"] is None
    assert "--bed is taken" in refusal(database, "patient", "move", "P_1", "--bed", "2")
    assert ask(database, "patient", "move", "P_1", "--bed", "3")["lit"] == "3"
    moved = ask(database, "patient", "move", "P_1", "--ward", "B")
    assert (moved["service"], moved["lit"]) == (2, "")
    assert run(database, "patient", "move", "P_1").returncode == 64
    left = ask(database, "patient", "discharge", "P_1")
    assert left["sorti_le"] and ask(database, "patient", "discharge", "P_1") == left
    assert ask(database, "patient", "list", "--discharged") == [left]
    assert [row["id"] for row in ask(database, "patient", "list")] == [2]
    assert "has been discharged" in refusal(database, "patient", "move", "P_1", "--bed", "3")
    assert "--number is taken" in refusal(
        database, "patient", "add", "--number", "P_1", "--last-name", "M", "--first-name", "F", "--ward", "A")
    again = run(database, "patient", "add", "--number", "P_1", *name, "--ward", "A", "--bed", "1")
    assert again.stdout == "patient 1, as before\n"


def test_a_device_is_assigned_from_to_and_taken_out_of_use(database):
    ask(database, "ward", "add", "A")
    for number in ("P_1", "P_2"):
        ask(database, "patient", "add", "--number", number, "--last-name", "N", "--first-name", "", "--ward", "A")
    device = str(ask(database, "device", "add", "D")["id"])
    assert [row["id"] for row in ask(database, "device", "list", "--free")] == [1]
    hour = 3600
    begin, end, past = (time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + s)) for s in (hour, 2 * hour, -31 * 24 * hour))
    planned = ask(database, "device", "assign", device, "--patient", "P_1", "--from", begin, "--to", end)
    assert planned["patient"] is None and planned["affectation"] == {"id": 1, "patient": 1, "debut": begin, "fin": end}
    assert f"worn in that time already: by patient 1 from {begin} to {end};" in refusal(
        database, "device", "assign", device, "--patient", "P_2")
    current = ask(database, "device", "assign", device, "--patient", "P_2", "--to", begin)
    assert current["patient"] == 2 and current["affectation"]["fin"] == begin
    assert ask(database, "device", "assignments", device) == [planned["affectation"], current["affectation"]]
    assert begin in run(database, "device", "assignments", device).stdout
    assert "30 days ago" in refusal(database, "device", "assign", device, "--patient", "1", "--from", past)
    assert "--to must come after" in refusal(database, "device", "assign", device, "--patient", "1", "--from", end, "--to", begin)
    assert run(database, "device", "assign", device, "--patient", "1", "--from", "infinity").returncode == 64
    retired = ask(database, "device", "retire", device)
    assert retired["retire_le"] and retired["patient"] is None
    assert ask(database, "device", "list") == [] and ask(database, "device", "list", "--retired") == [retired]
    for command in (("assign", device, "--patient", "1"), ("key", device)):
        assert "out of use" in refusal(database, "device", *command)
    assert "no device 9;" in refusal(database, "device", "retire", "9")
    assert "no device 9;" in refusal(database, "device", "assignments", "9")


@pytest.mark.parametrize("arguments, words", [
    (("ward", "add", "A"), "NAME is taken"),
    (("ward", "add", "x" * 81), "80 characters"),
    (("ward", "add", ""), "80 characters"),
    (("patient", "add", "--number", "P_1", "--last-name", "N", "--first-name", "F", "--ward", "A"), "--number is taken"),
    (("patient", "add", "--number", "n:1", "--last-name", "N", "--first-name", "F", "--ward", "A"), "--number must be"),
    (("patient", "add", "--number", "é", "--last-name", "N", "--first-name", "F", "--ward", "A"), "--number must be"),
    (("patient", "add", "--number", "P_2", "--last-name", "N", "--first-name", "F", "--ward", "Z"), "no ward Z"),
    (("patient", "add", "--number", "P_2", "--last-name", "N", "--first-name", "F", "--ward", "A", "--sex", "W"), "--sex must be"),
    (("patient", "add", "--number", "P_2", "--last-name", "N", "--first-name", "F", "--ward", "A", "--birth-date", "23/4/1950x"),
     "--birth-date"),
    (("device", "add", "D", "--patient", "'; DROP TABLE patients; --"), "no patient"),
])
def test_what_the_database_refuses_is_said_in_the_words_of_the_options(one_patient, arguments, words):
    assert words in refusal(one_patient, *arguments)


PASSWORD = "vier Stühle im Regen\n"


def test_an_account_gets_its_password_from_standard_input(database):
    ask(database, "ward", "add", "A")
    user = ask(database, "user", "add", "zoe", "--role", "infirmier", "--ward", "A", text=PASSWORD)
    assert (user["id"], user["username"], user["role"], user["services"]) == (1, "zoe", "infirmier", [1])
    assert (user["actif"], user["mot_de_passe_provisoire"], user["derniere_connexion"]) == (True, False, None)
    assert ask(database, "user", "list") == [user]
    for name in ("zoe", "ZOE"):
        assert "NAME is taken" in refusal(database, "user", "add", name, "--role", "admin", text=PASSWORD)
    assert "space" in refusal(database, "user", "add", "zoe ", "--role", "admin", text=PASSWORD)
    assert run(database, "user", "password", "zoe", text="Cinq vélos dans la neige\n").returncode == 0
    assert "no account nobody;" in refusal(database, "user", "password", "nobody", text=PASSWORD)
    assert "no password" in refusal(database, "user", "password", "zoe")
    assert "empty" in refusal(database, "user", "password", "zoe", text="\n")
    assert "one line" in refusal(database, "user", "password", "zoe", text="a\nb\n")


@pytest.mark.parametrize("password, words", [
    ("court", "too short"), ("x" * 2000, "longer than"), ("motdepassemotdepasse", "easy to guess"), ("zoe-zoe-zoe-zoe-zoe", "too close"),
])
def test_a_password_that_the_policy_refuses_is_refused(database, password, words):
    assert words in refusal(database, "user", "add", "zoe", "--role", "admin", text=password + "\n")
    assert ask(database, "user", "list") == []
    run(database, "user", "add", "zoe", "--role", "admin", text=PASSWORD)
    assert words in refusal(database, "user", "password", "zoe", text=password + "\n")


def test_a_provisional_password_is_marked(database):
    user = ask(database, "user", "add", "zoe", "--role", "admin", "--provisional", text=PASSWORD)
    assert user["mot_de_passe_provisoire"]
    assert run(database, "user", "password", "zoe", text=PASSWORD).returncode == 0
    assert not ask(database, "user", "list")[0]["mot_de_passe_provisoire"]
    assert run(database, "user", "password", "zoe", "--provisional", text=PASSWORD).returncode == 0
    assert ask(database, "user", "list")[0]["mot_de_passe_provisoire"]


def test_an_account_is_disabled_and_enabled_but_not_the_last_administrator(database):
    ask(database, "ward", "add", "A")
    run(database, "user", "add", "zoe", "--role", "infirmier", "--ward", "A", text=PASSWORD)
    run(database, "user", "add", "root", "--role", "admin", text=PASSWORD)
    for command, active in (("disable", False), ("disable", False), ("enable", True)):
        assert run(database, "user", command, "zoe").returncode == 0
        assert ask(database, "user", "list")[0]["actif"] is active
    assert "last active administrator" in refusal(database, "user", "disable", "root")
    assert "no account nobody;" in refusal(database, "user", "disable", "nobody")


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(database):
    run(database, "user", "add", "zoe", "--role", "admin", text=PASSWORD)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(FAJMA, [FAJMA, "user", "password", "zoe"], database)
    shown = b""

    def read_until(words):
        nonlocal shown
        while words not in shown:
            assert select.select([terminal], [], [], DEADLINE_SECONDS)[0], shown
            shown += os.read(terminal, 1000)

    read_until(b"Password for zoe: ")
    os.write(terminal, b"geheim1\n")
    read_until(b"Again: ")
    os.write(terminal, b"geheim2\n")
    read_until(b"the two passwords differ")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    os.close(terminal)
    assert b"geheim" not in shown


# Exit codes

@pytest.mark.parametrize("arguments", [
    ("ward", "add"), ("nonsense",), ("demo",), ("demo", "--patients", "0"), ("user", "add", "z", "--role", "chef"),
    ("user", "add", "z", "--role", "infirmier"), ("user", "add", "z", "--role", "ecran", "--ward", "A", "--provisional"), ("device", "key", "x"),
    ("device", "key", "1", "--qr"), ("device", "key", "1", "--url", "ftp://h"), ("device", "key", "1", "--url", "https://"),
    ("device", "key", "1", "--url", "https://h/" + "x" * 191), ("simulate", "--url", "http://x"),
    ("replay", "f.csv", "--url", "http://x", "--device", "1"),
    ("replay", "f.csv", "--url", "http://x", "--device", "1", "--key-file", "f", "--speed", "0"),
])
def test_wrong_usage_is_64(database, arguments):
    assert run(database, *arguments).returncode == 64


def test_help_is_no_failure(database):
    for command in ("migrate", "ward", "patient", "device", "user", "demo", "simulate", "replay", "doctor"):
        assert run(database, command, "--help").returncode == 0


def test_no_database_is_one_plain_line(cluster, database):
    assert "DATABASE_URL must be set" in refusal({**database, "DATABASE_URL": ""}, "ward", "list")
    for url in (database["DATABASE_URL"] + "_unknown", "postgresql://nobody@127.0.0.1:1/x"):
        assert "no connection to the database" in refusal({**database, "DATABASE_URL": url}, "ward", "list")


# Demo

def test_a_demonstration_has_what_the_contract_names(hospital):
    assert [user["role"] for user in hospital.users] == ["admin", "medecin", "infirmier", "ecran"]
    assert all(set(user) == {"username", "password", "role"} and len(user["password"]) >= 16 for user in hospital.users)
    assert len(hospital.devices) == 40 and set(hospital.devices[0]) == {"dispositif", "patient", "cle"}
    devices = {row["id"]: row["patient"] for row in ask(hospital.environment, "device", "list")}
    assert devices == {row["dispositif"]: row["patient"] for row in hospital.devices}
    wards = {row["id"] for row in ask(hospital.environment, "ward", "list")}
    nurse = next(row for row in ask(hospital.environment, "user", "list") if row["role"] == "infirmier")
    assert set(nurse["services"]) == wards and len(wards) == 2


def test_a_demonstration_is_not_put_among_patients_by_accident(database):
    ask(database, "demo", "--patients", "10")
    assert "--add" in refusal(database, "demo", "--patients", "10")
    more = ask(database, "demo", "--patients", "10", "--add")
    assert more["users"][0]["username"] == "admin2"
    assert len(ask(database, "patient", "list")) == 20


def test_a_thousand_patients_are_there(database):
    assert len(ask(database, "demo", "--patients", "1000")["devices"]) == 1000
    assert len(ask(database, "patient", "list")) == 1000, "a list goes on over its pages"


@pytest.mark.parametrize("program", ["fajma", "fajma-api", "fajma-push"])
def test_each_program_says_the_one_version(program):
    with open(os.path.join(REPOSITORY, "VERSION"), encoding="utf-8") as file:
        version = file.read()
    result = subprocess.run([os.path.join(PROGRAMS, program), "--version"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, version)
