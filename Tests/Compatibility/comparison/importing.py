"""`fajma import` as the tests run it, and what they look at."""
import json
import subprocess

from support.paths import FAJMA

SECONDS = 120
NOUNS = ("users", "patients", "devices", "readings", "alerts")
EVERYTHING = ("--ward", "Médecine", "--role-of", "Médecins=medecin")
# What the daemons write by themselves.
OWN_TABLES = ("alarm_watch", "rolled_up", "ward_listening", "audit_pending", "audit_chain")


def run(environment, *arguments, text=""):
    return subprocess.run([FAJMA, *arguments], env=environment, input=text, capture_output=True, text=True, timeout=SECONDS, check=False)


def ask(environment, *arguments, text=""):
    result = run(environment, *arguments, "--json", text=text)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def imported_from(former, environment, *arguments):
    """The report, its tables by name."""
    report = ask(environment, "import", "--from", former.replaced.database_url, *EVERYTHING, *arguments)
    return report | {"tables": {table["noun"]: table for table in report["tables"]}}


def content(database):
    """Every table's rows, counted, and where every sequence stands."""
    tables = [row[0] for row in database.query("SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'p') "
                                               "AND relnamespace = 'public'::regnamespace")]
    rows = {table: database.query(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t") for table in tables
            if table not in OWN_TABLES}
    return rows, database.query("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")


def refused(report):
    return {noun: {one["reason"]: one["ids"] for one in table["refused"]} for noun, table in report["tables"].items()}


def notes(report, noun):
    return {one["reason"]: one["ids"] for one in report["tables"][noun]["notes"]}
