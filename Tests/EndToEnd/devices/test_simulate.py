"""`fajma simulate` and `fajma replay`: devices that report to a server which records what they post and answers as it is told."""
import http.server
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from types import SimpleNamespace

import pytest

from support.clock import now, until
from support.cluster import DEADLINE_SECONDS, refusal, run, wait_until
from support.paths import FAJMA


class Recorder:
    """Plays the server: keeps every report, answers as it is told."""

    def __init__(self):
        recorder = self
        self.reports = []
        self.answer = lambda number: (201, {})
        self.rejected = lambda mesures: []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers = recorder.answer(len(recorder.reports))
                recorder.reports.append(SimpleNamespace(
                    path=self.path, key=self.headers["Authorization"].removeprefix("Bearer "), body=body, status=status,
                    at=time.monotonic()))
                answer = json.dumps({"recues": len(body["mesures"]), "doublons": 0, "rejetees": recorder.rejected(body["mesures"]),
                                     "heure_serveur": now()}).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def readings(self):
        """Those that were stored."""
        return [(report.key, reading["type_donnee"], reading["valeur"], reading["timestamp"])
                for report in self.reports if report.status == 201 for reading in report.body["mesures"]]


@pytest.fixture
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.server.shutdown()
    recorder.server.server_close()


@pytest.fixture
def device_file(tmp_path):
    devices = [{"dispositif": number, "patient": number, "cle": f"fjd_{number}_" + "A" * 43} for number in range(1, 21)]
    path = tmp_path / "demo.json"
    path.write_text(json.dumps({"users": [], "devices": devices}))
    return SimpleNamespace(path=str(path), keys={row["cle"] for row in devices})


class Simulation:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([FAJMA, "simulate", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(DEADLINE_SECONDS)
        self.reader.join()
        output = "".join(self.lines)
        assert self.process.returncode == 0, output
        return output


VITALS = ["spo2", "heart_rate", "temperature", "perfusion_index", "signal_quality", "ambient_temperature"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_every_device_reports_in_its_own_name_until_a_signal_ends_it(recorder, device_file, number):
    simulation = Simulation("--url", recorder.url + "/fajma", "--devices", device_file.path)
    # Pulse and saturation come once the signal has settled.
    wait_until(lambda: sum(len(report.body["mesures"]) == len(VITALS) for report in recorder.reports) >= 40)
    output = simulation.end(number)
    assert "20 devices" in output and "refused 0" in output and "fjd_" not in output
    assert {report.key for report in recorder.reports} == device_file.keys
    assert {report.path for report in recorder.reports} == {"/fajma/api/iot/data/"}
    first = recorder.reports[0].body
    assert first["mesures"] == [], "the answer to the first report tells the time, so that no reading has two"
    assert {"batterie", "rssi", "firmware", "demarrage", "sequence", "limites", "perdues"} <= set(first["etat"])
    whole = next(report.body for report in recorder.reports if len(report.body["mesures"]) == len(VITALS))
    assert [reading["type_donnee"] for reading in whole["mesures"]] == VITALS
    assert [reading["unite"] for reading in whole["mesures"]] == ["%", "bpm", "°C", "%", "%", "°C"]
    assert all("timestamp" in reading for report in recorder.reports for reading in report.body["mesures"])


def test_what_the_server_did_not_take_comes_later_once_and_whole(recorder, device_file):
    recorder.answer = lambda number: (503, {}) if 40 <= number < 80 else (201, {})
    simulation = Simulation("--url", recorder.url, "--devices", device_file.path)
    refused = wait_until(lambda: [report for report in recorder.reports if report.status == 503 and report.body["mesures"]])
    lost = [(report.key, reading["type_donnee"], reading["valeur"], reading["timestamp"])
            for report in refused for reading in report.body["mesures"]]
    wait_until(lambda: set(lost) <= set(recorder.readings()))
    simulation.end()
    readings = recorder.readings()
    assert len(readings) == len(set(readings)), "nothing is sent again once it was taken"


def test_a_device_that_is_told_to_wait_waits(recorder, device_file, tmp_path):
    one = tmp_path / "one.json"
    one.write_text(json.dumps({"devices": json.load(open(device_file.path, encoding="utf-8"))["devices"][:1]}))
    recorder.answer = lambda number: (503, {"Retry-After": "3"}) if number == 1 else (201, {})
    simulation = Simulation("--url", recorder.url, "--devices", str(one))
    wait_until(lambda: len(recorder.reports) >= 4)
    simulation.end()
    assert recorder.reports[2].at - recorder.reports[1].at >= 3
    def times(report):
        return {reading["timestamp"] for reading in report.body["mesures"]}
    assert len(times(recorder.reports[2])) == 1 and len(times(recorder.reports[3])) >= 3
    assert max(times(recorder.reports[3])) < min(times(recorder.reports[2])), "the live report first, then what was kept"


def test_an_answer_belongs_to_the_device_that_asked_however_many_wait(recorder, tmp_path):
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"devices": [{"dispositif": number, "patient": number, "cle": f"fjd_{number}_" + "A" * 43}
                                            for number in range(1, 121)]}))
    def slowly(_):
        threading.Event().wait(1)  # more devices ask in a second than are let in at once
        return 201, {}
    recorder.answer = slowly
    simulation = Simulation("--url", recorder.url, "--devices", str(path))
    # The first reports have no readings, the next three, later ones six: an answer to another's does not count what was sent.
    wait_until(lambda: sum(len(report.body["mesures"]) >= len(VITALS) for report in recorder.reports) >= 100)
    output = simulation.end()
    assert "refused 0" in output and all("refused 0" in line for line in output.splitlines()[1:]), output


def has_lines(path, count):
    """Without reading all of a file that grows meanwhile."""
    with open(path, encoding="utf-8") as file:
        return next(itertools.islice(file, count, None), None) is not None


def test_with_outages_power_cuts_and_drift_only_what_was_measured_arrives_and_once_an_instant(recorder, device_file, tmp_path):
    log = tmp_path / "measured.jsonl"
    simulation = Simulation("--url", recorder.url, "--devices", device_file.path, "--ago", "600", "--speed", "100", "--outages", "60",
                            "--power-cuts", "120", "--drift-ppm", "100", "--log", str(log))
    # As much as is asked for below, however fast the machine is: one that is busy takes minutes for it.
    until(lambda: any("power cuts took" in line for line in simulation.lines) and has_lines(log, 20 * 330), 300,
          "twenty devices measured 330 times each")
    output = simulation.end()
    assert int(re.findall(r"(\d+) power cuts took", output)[-1]) > 20 and "refused 0" in output
    keys = {int(key.split("_")[1]): key for key in device_file.keys}
    measured = {(keys[line["dispositif"]], name, value, line["timestamp"])
                for line in map(json.loads, log.read_text().splitlines()) for name, value in line["mesures"].items()}
    got = set(recorder.readings())
    assert got and got <= measured and len(measured) > 20 * 300 * 3


def test_a_heart_that_stops_is_told_to_the_server_and_the_others_beat_on(recorder, device_file):
    simulation = Simulation("--url", recorder.url, "--devices", device_file.path, "--asystole-at", "12")
    stopped = {"spo2": "no_pulse", "heart_rate": "no_pulse"}
    def reasons(mine):
        mine = [report for report in recorder.reports if report.key.startswith("fjd_1_") == mine]
        return [(report.at, report.body["etat"].get("raisons", {}), report.body) for report in mine]
    wait_until(lambda: sum(found == stopped for _, found, _ in reasons(True)) >= 5)
    simulation.end()
    since = next(at for at, found, _ in reasons(True) if found == stopped)
    assert 15 < since - recorder.reports[0].at < 24
    for _, found, body in [reason for reason in reasons(True) if reason[0] >= since]:
        assert found == stopped and "detaches" not in body["etat"] and not {"spo2", "heart_rate"} & {row["type_donnee"] for row in body["mesures"]}
    assert not any("no_pulse" in found.values() for _, found, _ in reasons(False))


def test_a_server_that_is_away_is_waited_for(device_file):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    simulation = Simulation("--url", f"http://127.0.0.1:{port}", "--devices", device_file.path)
    wait_until(lambda: simulation.lines)
    assert simulation.end().startswith("20 devices\nsent 0, refused 0, waiting ")


def test_a_file_of_other_contents_or_a_wrong_url_is_one_plain_line(device_file, tmp_path):
    other = tmp_path / "other.json"
    for text in ("{}", "nonsense", '{"devices":[]}', '{"devices":[{"dispositif":2,"patient":1,"cle":"fjd_1_x"}]}'):
        other.write_text(text)
        line = refusal(os.environ, "simulate", "--url", "http://127.0.0.1:1", "--devices", str(other))
        assert str(other) in line and "fjd_" not in line
    assert "cannot read" in refusal(os.environ, "simulate", "--url", "http://127.0.0.1:1", "--devices", "/nowhere")
    assert "--url" in refusal(os.environ, "simulate", "--url", "ftp://x", "--devices", device_file.path)


def replay(recorder, device_file, tmp_path, text, *options):
    path = tmp_path / "recording.csv"
    path.write_text(text)
    return run(os.environ, "replay", str(path), "--url", recorder.url, "--device", "3", "--devices", device_file.path, *options)


def test_a_recording_is_posted_row_by_row_as_its_device(recorder, device_file, tmp_path):
    text = "t_s,heart_rate_bpm,respiratory_rate_per_min\n10,94.3,\n20,,18\n30,,\n340,95,17.5\n"
    result = replay(recorder, device_file, tmp_path, text, "--speed", "100")
    assert result.returncode == 0 and result.stdout == "3 reports, 4 readings stored, 0 rejected\n"
    assert {report.key for report in recorder.reports} == {"fjd_3_" + "A" * 43}
    values = [[(reading["type_donnee"], reading["valeur"]) for reading in report.body["mesures"]] for report in recorder.reports]
    assert values == [[("heart_rate", 94.3)], [("respiratory_rate", 18)], [("heart_rate", 95), ("respiratory_rate", 17.5)]]
    # The recording's 330 s; of two arrivals the first may be the slower one.
    assert 2.8 < recorder.reports[2].at - recorder.reports[0].at < 8
    times = [report.body["mesures"][0]["timestamp"] for report in recorder.reports]
    assert times == sorted(times)


def test_a_recording_survives_a_server_that_is_away_for_a_moment(recorder, device_file, tmp_path):
    recorder.answer = lambda number: (503, {"Retry-After": "1"}) if number < 2 else (201, {})
    text = "t_s,spo2_percent\n" + "".join(f"{second},{90 + second % 9}\n" for second in range(20))
    result = replay(recorder, device_file, tmp_path, text, "--speed", "100")
    assert result.returncode == 0 and "20 reports, 20 readings stored" in result.stdout
    assert sorted(value for _, _, value, _ in recorder.readings()) == sorted(90 + second % 9 for second in range(20))


def test_each_rejected_reading_is_named_with_its_line_and_the_reason(recorder, device_file, tmp_path):
    recorder.rejected = lambda readings: [{"index": index, "type_donnee": reading["type_donnee"], "code": "range", "raison": "hors limites"}
                                          for index, reading in enumerate(readings) if reading["valeur"] > 300]
    text = "# other program\nTime;HR;SpO2;x\n0;80,5;97;1\n1;400;;2\n"
    result = replay(recorder, device_file, tmp_path, text, "--speed", "100", "--time-column", "Time",
                    "--column", "HR=heart_rate_bpm", "--column", "SpO2=spo2_percent", "--skip", "x")
    assert result.returncode == 0 and "1 rejected" in result.stdout, result.stderr
    assert "line 4: heart_rate 400.0 was rejected: hors limites" in result.stderr


def test_a_refused_recording_fails(recorder, device_file, tmp_path):
    recorder.answer = lambda number: (401, {})
    result = replay(recorder, device_file, tmp_path, "t_s,spo2_percent\n0,97\n")
    assert result.returncode == 1 and "1 reports were refused (the server answered 401)" in result.stderr


def test_an_unknown_column_is_named(recorder, device_file, tmp_path):
    result = replay(recorder, device_file, tmp_path, "t_s,spo2\n0,97\n")
    assert result.returncode == 1 and "unknown column spo2;" in result.stderr and recorder.reports == []


def test_the_key_comes_from_a_file_and_must_be_the_devices(recorder, tmp_path):
    (tmp_path / "r.csv").write_text("t_s,spo2_percent\n0,97\n")
    (tmp_path / "key").write_text("fjd_7_" + "A" * 43 + "\n")
    arguments = ["replay", str(tmp_path / "r.csv"), "--url", recorder.url, "--key-file", str(tmp_path / "key"), "--device"]
    assert "does not hold a key of device 8" in refusal(os.environ, *arguments, "8")
    assert run(os.environ, *arguments, "7").returncode == 0
    assert recorder.reports[0].key == "fjd_7_" + "A" * 43
