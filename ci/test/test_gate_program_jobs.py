"""The other two jobs of the program, recorded files and calibration, and the launcher."""

from __future__ import annotations

import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from gate_program import StandIn, document, gate, row
from pragmark_gate import document as gate_document

ROOT = Path(__file__).resolve().parents[2]
NOISE = (0.0, 0.4, -0.3, 0.2, -0.5, 0.1, 0.3, -0.1, 0.5, -0.2, 0.25, -0.4)  # percent, of 12 runs


def recorded(folder, side, runs, rate=100_000.0, name="scan/10", day=1, **context):
    """One file a run, of the same machine, on following days."""
    paths = []
    for number in range(runs):
        value = rate * (1 + NOISE[number % len(NOISE)] / 100 + number * 1e-6)
        machine = {"executable": "bench", "caches": [], **context}
        text = document(row(name, items_per_second=value),
                        date=f"2026-01-{day + number:02d}T10:00:00+00:00", **machine)
        paths.append(folder / f"{side}-{number}.json")
        paths[-1].write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def compare(baseline, candidate, *more):
    return gate("--baseline-json", *baseline, "--candidate-json", *candidate, *more)


@pytest.mark.parametrize("rate, code, answer", [
    (100_100.0, 0, "holds"), (80_000.0, 1, "regressed"), (130_000.0, 0, "1 improved")])
def test_recorded_runs_are_judged(tmp_path, rate, code, answer):
    finished = compare(recorded(tmp_path, "a", 12), recorded(tmp_path, "c", 4, rate, day=20),
                       "--out", tmp_path / "g.json", "--junit", tmp_path / "g.xml",
                       "--export-bencher", tmp_path / "b.json")
    assert finished.returncode == code, finished.stdout + finished.stderr
    assert answer in finished.stdout.splitlines()[0]
    assert "Null arm: none" in finished.stdout and "worth a paired run" in finished.stdout
    result, _ = gate_document.load(str(tmp_path / "g.json"))
    assert [len(result.launches[0].baseline), len(result.launches[0].candidate)] == [12, 4]
    assert result.pairing is None
    suite = ElementTree.parse(tmp_path / "g.xml").getroot().find("testsuite")
    assert int(suite.get("failures")) == code
    exported = json.loads((tmp_path / "b.json").read_text())["scan/10"]["throughput"]["value"]
    assert exported == pytest.approx(rate, rel=0.01)


def unlike(**changes):
    return lambda folder: recorded(folder, "c", 4, day=20, **changes)


@pytest.mark.parametrize("candidate, said", [
    (unlike(num_cpus=64), "num_cpus"),
    (unlike(executable="other"), "executable"),
    (unlike(caches=[{"type": "Data", "level": 1, "size": 1, "num_sharing": 1}]), "caches"),
    (unlike(name="scan/11"), "scan/1"),
    (lambda folder: [str(folder / "a-0.json")], "the same run"),
    (lambda folder: [str(folder / "no-such.json")], "no-such.json"),
    (lambda folder: recorded(folder, "c", 1, day=20), "1 runs against 12"),
    (lambda folder: recorded(folder, "c", 7, day=20), "12 runs of history"),
])
def test_recorded_runs_that_cannot_be_compared_are_unusable(tmp_path, candidate, said):
    finished = compare(recorded(tmp_path, "a", 12), candidate(tmp_path),
                       "--junit", tmp_path / "g.xml")
    assert finished.returncode == 2 and finished.stdout == ""
    assert finished.stderr.count("\n") == 1 and said in finished.stderr, finished.stderr
    suite = ElementTree.parse(tmp_path / "g.xml").getroot().find("testsuite")
    assert suite.get("errors") == "1"


def test_an_own_result_is_no_recorded_run(tmp_path):
    mine = tmp_path / "g.json"
    mine.write_text('{"schema": "pragmark.gate/1"}', encoding="utf-8")
    finished = compare(recorded(tmp_path, "a", 12), [str(mine)])
    assert finished.returncode == 2 and "g.json" in finished.stderr


@pytest.fixture
def stand_in(tmp_path):
    folder = tmp_path / "bench-of-somebody"
    folder.mkdir()
    return StandIn(folder)


def test_a_calibration_says_what_can_be_seen_and_its_profile_is_used(stand_in, tmp_path):
    profile = tmp_path / "noise.json"
    command = f"{stand_in.program} baseline 100000 {{out}}"
    finished = gate("--calibrate", command, "--budget", "4s", "--profile", profile, "--seed", "3")
    assert finished.returncode == 0, finished.stderr
    shown = finished.stdout
    assert shown.startswith("pragmark gate: 2 of 2 benchmarks can be gated here")
    for words in ("SD", "margin", "launches", "synthetic", "false alarms: ", " of 1000 (",
                  "before confirmation", "found and confirmed", "paired by processes, seed 3"):
        assert words in shown, shown
    assert json.loads(profile.read_text())["schema"] == "pragmark.gate-profile/1"
    finished = gate(*stand_in.arguments(), "--profile", profile, "--launches", "11")
    assert finished.returncode == 0 and "margins are for runs of 16 launches" in finished.stdout
    other = gate(*stand_in.arguments(), "--profile", profile, "--metric", "real_time")
    assert other.returncode == 2 and "made for items_per_second" in other.stderr


@pytest.mark.parametrize("text, said", [
    ("", "empty file"), ('{"schema": "pragmark.gate-profile/2"}', "unknown schema"),
    (None, "No such file")])
def test_a_profile_that_cannot_be_used_is_unusable(stand_in, tmp_path, text, said):
    profile = tmp_path / "noise.json"
    if text is not None:
        profile.write_text(text, encoding="utf-8")
    finished = gate(*stand_in.arguments(), "--profile", profile)
    assert finished.returncode == 2 and said in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_a_calibration_without_time_is_unusable(stand_in, tmp_path):
    command = f"{stand_in.program} baseline 100000 {{out}}"
    finished = gate("--calibrate", command, "--budget", "0.1s", "--profile", tmp_path / "n.json")
    assert finished.returncode == 2 and finished.stdout == ""
    assert not (tmp_path / "n.json").exists()


def launcher(*arguments, program=ROOT / "scripts" / "pragmark-gate", **options):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False,
                          timeout=60, **options)


def test_the_launcher_runs_the_program_of_its_name(tmp_path):
    assert launcher("--help").stdout.startswith("usage: pragmark gate ")
    report = launcher("--help", program=ROOT / "scripts" / "pragmark-report")
    assert report.stdout.startswith("usage: pragmark report ")
    link = tmp_path / "my gate"
    link.symlink_to(ROOT / "scripts" / "pragmark-gate")
    assert launcher("--help", program=link).stdout.startswith("usage: pragmark gate ")
    nobody = launcher(program=ROOT / "scripts" / "python-program")
    assert nobody.returncode == 2 and nobody.stderr.count("\n") == 1


def test_the_launcher_takes_no_module_from_the_current_folder(tmp_path):
    (tmp_path / "statistics.py").write_text("raise SystemExit('not this one')\n")
    assert launcher("--help", cwd=tmp_path).returncode == 0


def test_the_launcher_hands_no_path_of_modules_to_what_is_measured(stand_in, tmp_path):
    seen = tmp_path / "seen"
    stand_in.does("baseline", f'echo "${{PYTHONPATH-unset}}" >"{seen}"; exit 1')
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    assert launcher(*stand_in.arguments(), env=environment).returncode == 2
    assert seen.read_text() == "unset\n"


def test_an_interpreter_that_lacks_a_module_is_named():
    finished = launcher(env={**os.environ, "PRAGMARK_PYTHON": "/no/such/python"})
    assert finished.returncode == 3
    assert "python3-numpy python3-scipy, or set PRAGMARK_PYTHON" in finished.stderr
