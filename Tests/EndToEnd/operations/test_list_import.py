"""Patients and devices from a file, by the command line: the real program against a PostgreSQL of its own."""
import json

import pytest

from support.cluster import run

HEADING = "identifiant,nom,prenom,date_naissance,sexe,service,lit\n"


@pytest.fixture(scope="module")
def environment(cluster):
    made = cluster.database()
    assert run(made, "ward", "add", "Cardiologie").returncode == 0
    return made


def patients(environment):
    return json.loads(run(environment, "patient", "list", "--json").stdout)


def test_a_file_is_tried_first_and_then_carried_out(environment, tmp_path):
    file = tmp_path / "patients.csv"
    file.write_text(HEADING + "A-1,Curie,Marie,1967-11-07,F,Cardiologie,1\nA-2,Noir,Ada,,,1,2\n", encoding="utf-8")
    trial = run(environment, "patient", "import", str(file))
    assert trial.returncode == 0, trial.stderr
    assert "2 would be added" in trial.stdout and "--apply" in trial.stdout
    assert patients(environment) == []
    done = run(environment, "patient", "import", str(file), "--apply")
    assert done.returncode == 0 and "2 added" in done.stdout, done.stderr
    assert [(one["identifiant"], one["lit"]) for one in patients(environment)] == [("A-1", "1"), ("A-2", "2")]
    again = json.loads(run(environment, "patient", "import", str(file), "--apply", "--json").stdout)
    assert again["effets"] == {"ajoute": 0, "readmis": 0, "modifie": 0, "inchange": 2, "refuse": 0}


def test_one_refused_row_refuses_the_file_and_every_fault_is_told(environment):
    before = patients(environment)
    text = HEADING + "B-1,Blanc,Luc,,M,1,11\nB-2,,Luc,1967-02-30,Z,Nulle part,12\n"
    for extra in ([], ["--apply"]):
        result = run(environment, "patient", "import", "-", *extra, text=text)
        assert result.returncode == 1 and "1 of 2 rows are refused; nothing was changed" in result.stderr
        for column in ("nom", "date_naissance", "sexe", "service"):
            assert f"line 3, {column}: " in result.stdout, result.stdout
        assert "line 2" not in result.stdout
    assert patients(environment) == before


@pytest.mark.parametrize("text,said", [
    ("", "The file is empty"), ("nom\nA\n", "identifiant: This field is required."),
    ("identifiant,chambre\nA,1\n", "chambre: This column does not exist"),
    ("identifiant,nom\nA\n", "Line 2: 1 cells instead of 2."),
])
def test_a_file_that_cannot_be_read_says_why(environment, text, said):
    result = run(environment, "patient", "import", "-", "--apply", text=text)
    assert result.returncode == 1 and said in result.stderr, result.stderr


def test_a_file_that_is_not_there(environment):
    result = run(environment, "device", "import", "/nowhere/list.csv")
    assert result.returncode == 1 and "/nowhere/list.csv cannot be read" in result.stderr


def test_devices_are_given_to_patients_by_their_number(environment, tmp_path):
    file = tmp_path / "patients.csv"
    file.write_text(HEADING + "D-1,Petit,Anne,,F,Cardiologie,21\n", encoding="utf-8")
    assert run(environment, "patient", "import", str(file), "--apply").returncode == 0
    text = "nom;type_dispositif;patient\r\nBracelet 1;bracelet;D-1\r\nBracelet 2;bracelet;\r\n"
    result = run(environment, "device", "import", "-", "--apply", text=text)
    assert result.returncode == 0 and "2 added" in result.stdout, result.stderr
    devices = {one["nom"]: one["patient"] for one in json.loads(run(environment, "device", "list", "--json").stdout)}
    wearer = next(one["id"] for one in patients(environment) if one["identifiant"] == "D-1")
    assert devices == {"Bracelet 1": wearer, "Bracelet 2": None}
