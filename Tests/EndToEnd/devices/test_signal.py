"""`fajma signal`, the device's core over recorded pulse waves: people's, whose beats are found here in another way, and wrong files."""
import csv
import importlib.util
import json
import math
import os
import statistics
from datetime import datetime
from itertools import pairwise

import pytest

from support.cluster import run

WINDOW_SECONDS = 8
# The core falls back to so much where the whole window does not repeat itself.
SHORT_SECONDS = 4.5


def recording(name):
    """The samples of one of heartpy's recordings, and how many there are a second."""
    directory = os.path.join(importlib.util.find_spec("heartpy").submodule_search_locations[0], "data")
    with open(os.path.join(directory, name), encoding="ascii") as file:
        rows = list(csv.reader(file))
    if len(rows[0]) == 1:
        return [float(row[0]) for row in rows], 100.0
    times = [float(row[0]) / 1000 if name == "data2.csv" else datetime.fromisoformat(row[0]).timestamp() for row in rows[1:]]
    return [float(row[1]) for row in rows[1:]], (len(times) - 1) / (times[-1] - times[0])


def beats(samples, rate):
    """When the heart beat (s): the highest point of each stretch well above the moving mean."""
    reach, sums = int(rate * 0.75), [0.0]
    for sample in samples:
        sums.append(sums[-1] + sample)
    peaks, above = [], []
    for index, sample in enumerate(samples):
        begin, end = max(0, index - reach), min(len(samples), index + reach)
        mean = (sums[end] - sums[begin]) / (end - begin)
        if sample > mean + 0.5 * max(1, max(samples[begin:end:4]) - mean):
            above.append(index)
        elif above:
            peak, above = max(above, key=lambda place: samples[place]), []
            if not peaks or peak - peaks[-1] > 0.3 * rate:
                peaks.append(peak)
    return [peak / rate for peak in peaks]


def intervals(times, begin, end):
    return [after - before for before, after in pairwise(times) if before >= begin and after <= end]


@pytest.mark.parametrize("name, share", [("data.csv", 0.5), ("data2.csv", 0.3), ("data3.csv", 0.65)])
def test_on_real_people_a_heart_rate_is_one_that_their_hearts_had(tmp_path, name, share):
    samples, rate = recording(name)
    path = tmp_path / "ppg.csv"
    path.write_text("ir\n" + "\n".join(map(str, samples)))
    result = run(os.environ, "signal", "--file", str(path), "--rate", str(rate), "--ir", "ir", "--json")
    assert result.returncode == 0, result.stderr
    seconds = [json.loads(line) for line in result.stdout.splitlines()]
    assert [second["t"] for second in seconds] == list(range(1, int(len(samples) / rate) + 1))
    times, errors = beats(samples, rate), []
    for second in seconds:
        assert (second["heart_rate"] is None) == (second["reason"] is not None) and second["spo2"] is None
        found = intervals(times, second["t"] - WINDOW_SECONDS, second["t"])
        # Only where this search is sure itself: no beat missed and none too many.
        is_sure = len(found) >= 4 and max(found) < 1.35 * statistics.median(found) and min(found) > 0.7 * statistics.median(found)
        if second["heart_rate"] is None or not is_sure:
            continue
        assert 60 / max(found) - 1 <= second["heart_rate"] <= 60 / min(found) + 1, second
        newest = intervals(times, second["t"] - SHORT_SECONDS, second["t"]) or found
        errors.append(min(abs(second["heart_rate"] - 60 / statistics.mean(part)) for part in (found, newest)))
    given = sum(second["heart_rate"] is not None for second in seconds) / len(seconds)
    errors.sort()
    print(f"{name}: {len(seconds)} s, given {given:.0%}, compared {len(errors)}, mean error {statistics.mean(errors):.2f} bpm, "
          f"p95 {errors[len(errors) * 95 // 100]:.2f}, greatest {errors[-1]:.2f}")
    assert given > share and statistics.mean(errors) < 1.1 and errors[len(errors) * 95 // 100] < 2


def signal(path, rate, *options):
    """What the core says of each second of a file."""
    result = run(os.environ, "signal", "--file", str(path), "--rate", str(rate), "--ir", "ir", "--json", *options)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def stopping(seconds, stop, perfusion, breath):
    """Infrared and red at 100 Hz of a heart with 75 bpm that stops; breath and a little noise go on."""
    lines, noise = ["ir,red"], 12345
    for sample in range(seconds * 100):
        t = sample / 100
        phase = t * 1.25 % 1
        beat = math.exp(-((phase - 0.22) / 0.11) ** 2) + 0.45 * math.exp(-((phase - 0.52) / 0.16) ** 2)
        noise = noise * 1103515245 + 12345 & 0x7FFFFFFF
        common = breath * math.sin(2 * math.pi * t / 4) + 1e-4 * (noise / 0x3FFFFFFF - 1)
        pulse = perfusion * beat if t < stop else 0
        lines.append(f"{130_000 * (1 - pulse + common):.0f},{110_000 * (1 - 0.55 * pulse + common):.0f}")
    return "\n".join(lines)


@pytest.mark.parametrize("perfusion, breath", [(0.02, 0.001), (0.005, 0.001), (0.05, 0.003)])
def test_a_pulse_that_stops_is_no_pulse_within_8_seconds_and_to_the_end(tmp_path, perfusion, breath):
    path = tmp_path / "asystole.csv"
    path.write_text(stopping(180, 40, perfusion, breath))
    seconds = signal(path, 100, "--red", "red")
    reasons = {second["t"]: second["reason"] for second in seconds}
    assert all(reasons[t] is None for t in range(10, 40)), reasons
    assert "no_pulse" not in [reasons[t] for t in range(1, 45)]
    assert all(reasons[t] == "no_pulse" for t in range(48, 181)), reasons
    assert all(second["heart_rate"] is None and second["spo2"] is None for second in seconds if second["t"] >= 46)


@pytest.mark.parametrize("name", ["data.csv", "data2.csv", "data3.csv"])
def test_no_pulse_is_never_said_of_people_who_have_one(tmp_path, name):
    samples, rate = recording(name)
    path = tmp_path / "ppg.csv"
    path.write_text("ir\n" + "\n".join(map(str, samples)))
    assert "no_pulse" not in {second["reason"] for second in signal(path, rate)}


def test_a_table_for_eyes_and_lines_for_programs(tmp_path):
    samples, rate = recording("data.csv")
    path = tmp_path / "ppg.csv"
    path.write_text("\n".join(map(str, samples)))
    text = run(os.environ, "signal", "--file", str(path), "--rate", str(rate), "--ir", "1").stdout.splitlines()
    assert text[0].split() == ["t_s", "heart_rate", "spo2", "r", "perfusion_index", "quality", "reason"]
    assert text[1].split() == ["1", "-", "-", "-", "-", "0", "settling"]
    assert len(text) == 26 and text[-1].startswith("24 s: heart rate in ") and text[-1].endswith(", SpO2 in 0")


@pytest.mark.parametrize("text, options, code, words", [
    ("ir\n1\n", ["--ir", "red"], 1, "line 1: there is no column red; there are ir"),
    ("ir,red\n1,2\n3,x\n", ["--ir", "ir", "--red", "red"], 1, "line 3: column red is no number"),
    ("ir\n1\n2\n", ["--ir", "ir"], 1, "shorter than a second"),
    ("ir\n1\n", ["--ir", "ir", "--red", "ir"], 64, "name the same column"),
    ("ir\n1\n", ["--ir", "ir", "--rate", "401"], 64, "24 to 400"),
])
def test_a_wrong_file_is_one_plain_line(tmp_path, text, options, code, words):
    path = tmp_path / "ppg.csv"
    path.write_text(text)
    result = run(os.environ, "signal", "--file", str(path), *(["--rate", "100"] if "--rate" not in options else []), *options)
    assert result.returncode == code and words in result.stderr, result.stderr
    assert run(os.environ, "signal", "--file", "/nowhere", "--rate", "100", "--ir", "ir").returncode == 1


def clipped(path):
    """20 s of a pulse whose infrared is cut off at the converter's end."""
    lines = [line.split(",") for line in stopping(20, 20, 0.02, 0.001).splitlines()[1:]]
    path.write_text("ir,red\n" + "\n".join(f"{min(int(ir) * 2.02, 262143):.0f},{red}" for ir, red in lines))


def test_with_device_the_devices_own_limits_hold_and_without_it_that_is_said(tmp_path):
    path = tmp_path / "clipped.csv"
    clipped(path)
    assert {second["reason"] for second in signal(path, 100, "--red", "red", "--device")} == {"saturated"}
    result = run(os.environ, "signal", "--file", str(path), "--rate", "100", "--ir", "ir", "--red", "red", "--json")
    assert any(json.loads(line)["spo2"] for line in result.stdout.splitlines())
    assert "without --device the limits of the device's sensor do not hold" in result.stderr


def test_a_time_column_takes_the_place_of_the_rate_and_lost_pulses_are_summed_up(tmp_path):
    path = tmp_path / "timed.csv"
    rows = stopping(60, 40, 0.02, 0.001).splitlines()[1:]
    path.write_text("# a monitor's export\n'time';'ir';'red'\n's';'NU';'NU'\n" + "\n".join(
        f"{number / 97:.4f};" + row.replace(",", ";") for number, row in enumerate(rows)))
    result = run(os.environ, "signal", "--file", str(path), "--ir", "ir", "--red", "red", "--time-column", "time")
    assert result.returncode == 0, result.stderr
    assert "97.000 samples a second by the time column" in result.stderr and "no pulse from second 4" in result.stderr
    seconds = [line.split() for line in result.stdout.splitlines()[10:38]]
    assert all(abs(float(second[1]) - 75 * 0.97) < 1 for second in seconds), seconds
