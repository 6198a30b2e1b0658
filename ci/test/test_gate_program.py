"""`pragmark gate` as a program: the exit codes, and that nothing which went wrong ever passes.

Where each way to fail is tried. Here, unless a file is named; `answers` is
test_gate_program_answers.py, `jobs` test_gate_program_jobs.py, others are test_gate_*.py too.

    empty, truncated JSON; `benchmarks: []`; erred; NaN, Infinity     BROKEN
    no rate, zero and negative rates; Debug build; unknown schema     BROKEN; slices: answers
    missing JSON                        a_program_that_is_not_there; processes (no file), jobs
    a filter that matches nothing; units that differ; all ties        by their names
    a benchmark missing on one side or renamed                        lacks_a_benchmark; BROKEN
    too few launches                    too_little_time, fewer_launches; recorded runs: jobs
    other operation counts or checksums                               answers, slice_faults
    the same on both sides              options (commands), jobs and recorded_files (files)
    crashed, killed, timed out; crashed in the confirmation           ends_badly; slices: answers
    disk full                           full_stdout; while it writes: answers, outputs
    unwritable place; two outputs in one file                         by their names
    unlike fingerprints in recorded mode                              jobs, recorded_files
    the gate itself raising             broken_installation; answers
    interruption                        by its name; while it writes: answers
    regressed, undecided, void, counts  answers
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from gate_program import COMMAND, StandIn, document, environment, gate, row
from pragmark_gate import document as gate_document


@pytest.fixture
def sides(tmp_path):
    folder = tmp_path / "bench-of-somebody"
    folder.mkdir()
    return StandIn(folder)


def outputs(tmp_path):
    return ["--out", tmp_path / "g.json", "--junit", tmp_path / "g.xml",
            "--markdown", tmp_path / "g.md", "--step-summary", tmp_path / "s.md", "--annotations",
            "--export-benchmark-action", tmp_path / "a.json", "--export-bencher", tmp_path / "b.json"]


def names(tmp_path):
    return {entry.name for entry in tmp_path.iterdir()} - {"bench-of-somebody"}


ALL_FILES = {"g.json", "g.xml", "g.md", "s.md", "a.json", "b.json"}


def junit(path):
    return ElementTree.parse(path).getroot().find("testsuite")


def said(finished):
    """What it complained of: stderr without progress and annotations."""
    lines = [line for line in finished.stderr.splitlines() if line.startswith("pragmark gate: ")]
    assert "Traceback" not in finished.stderr
    return "\n".join(lines)


def test_the_same_on_both_sides_holds_and_everything_is_written(sides, tmp_path):
    finished = gate(*sides.arguments(), *outputs(tmp_path))
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("pragmark gate: holds: no regression; 2 of 2 exclude")
    assert "\x1b" not in finished.stdout
    assert names(tmp_path) == ALL_FILES
    result, _ = gate_document.load(str(tmp_path / "g.json"))
    assert result.seed == 7 and {each.phase.value for each in result.launches} == {"main", "null"}
    assert junit(tmp_path / "g.xml").get("failures") == "0"
    assert (tmp_path / "g.md").read_text() == (tmp_path / "s.md").read_text()
    assert "::notice title=pragmark gate::holds" in finished.stderr
    assert json.loads((tmp_path / "a.json").read_text())[0]["name"] == "scan/10"
    assert "throughput" in json.loads((tmp_path / "b.json").read_text())["find/10"]


def test_half_the_rate_is_a_regression_in_every_output(sides, tmp_path):
    finished = gate(*sides.arguments(50_000), *outputs(tmp_path))
    assert finished.returncode == 1, finished.stderr
    assert re.match(r"pragmark gate: regressed: scan -(50|49\.9)", finished.stdout)
    assert json.loads((tmp_path / "g.json").read_text())["exit_code"] == 1
    assert junit(tmp_path / "g.xml").get("failures") == "2"
    assert "❌ **pragmark gate: regressed" in (tmp_path / "g.md").read_text(encoding="utf-8")
    assert "::error title=regressed%3A scan/10::" in finished.stderr


@pytest.mark.parametrize("form, parse", [
    ("json", json.loads), ("junit", ElementTree.fromstring),
    ("markdown", lambda text: text.index("<!-- pragmark-gate -->"))])
def test_other_forms_of_stdout_are_pure_and_stderr_tells_the_answer(sides, form, parse):
    finished = gate(*sides.arguments(200_000 if form == "json" else 50_000), "--format", form)
    assert finished.returncode == (0 if form == "json" else 1)
    parse(finished.stdout)
    assert form == "json" or "pragmark gate: regressed: " in finished.stderr


DEBUG = {"library_build_type": "release", "pragmark_build_type": "Debug"}
SOUND = document(row())
# (what happens to a side, the side, words of the one line)
BROKEN = {
    "empty": ("", "empty file"),
    "truncated": (SOUND[:-30], "truncated JSON"),
    "no JSON": ("hello", "not valid JSON"),
    "no benchmarks": (document(), ""),
    "erred": (document(row(error_occurred=True, error_message="rows missing", real_time=0.0)),
              "rows missing"),
    "NaN": (SOUND.replace("@RATE@", "NaN"), "NaN"),
    "Infinity": (SOUND.replace("@RATE@", "Infinity"), "Infinity"),
    "overflow": (SOUND.replace("@RATE@", "1e999"), "1e999"),
    "no rate": (SOUND.replace("items_per_second", "items"), "items_per_second"),
    "zero": (SOUND.replace("@RATE@", "0.0"), "items_per_second"),
    "negative": (SOUND.replace("@RATE@", "-@RATE@"), "items_per_second"),
    "text": (SOUND.replace("@RATE@", '"fast"'), "items_per_second"),
    "renamed": (document(row("scan/11")), "scan/1"),
    "debug": (document(row(), **DEBUG), "Debug"),
    "unknown schema": (SOUND.replace('"context"', '"schema": "pragmark.verify/1", "context"'), ""),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_side_is_unusable_and_red(sides, tmp_path, kind):
    """The sides take turns: all of it goes through one loader, and a process costs a second."""
    text, words = BROKEN[kind]
    side = ("baseline", "candidate")[list(BROKEN).index(kind) % 2]
    sides.writes("baseline", SOUND)
    sides.writes("candidate", SOUND)
    sides.writes(side, text)
    refused(gate(*sides.arguments(), *outputs(tmp_path)), tmp_path, words)


def refused(finished, tmp_path, *words):
    """Exit 2, one line, and red in what a CI service reads. Nothing else is written."""
    assert finished.returncode == 2, finished.stdout + finished.stderr
    assert finished.stdout == ""
    line = said(finished)
    assert line.count("\n") == 0 and ";" in line and all(each in line for each in words), line
    assert names(tmp_path) == {"g.xml", "g.md", "s.md"}
    assert junit(tmp_path / "g.xml").get("errors") == "1"
    assert "unusable" in (tmp_path / "g.md").read_text(encoding="utf-8")
    assert "::error title=pragmark gate::" in finished.stderr


def test_a_side_that_lacks_a_benchmark_is_unusable(sides, tmp_path):
    sides.writes("candidate", SOUND)
    refused(gate(*sides.arguments(), *outputs(tmp_path)), tmp_path, "find/10")


def test_other_units_of_time_are_unusable(sides, tmp_path):
    sides.writes("candidate", document(row(), row("find/10", time_unit="ms")))
    refused(gate(*sides.arguments(), *outputs(tmp_path)), tmp_path, "find/10", "ms")


def test_a_filter_that_matches_nothing_is_unusable(sides, tmp_path):
    refused(gate(*sides.arguments(), "--benchmarks", "no-such", *outputs(tmp_path)), tmp_path,
            "no-such")


def test_ties_in_every_launch_are_unusable(sides, tmp_path):
    for side in ("baseline", "candidate"):
        sides.writes(side, SOUND.replace("@RATE@", "100000.0"))
    refused(gate(*sides.arguments(), *outputs(tmp_path)), tmp_path)


@pytest.mark.parametrize("script, words", [
    ("exit 3", "3"), ("kill -9 $PPID", "9"), ("sleep 60", "--timeout"),
    # Sound at first: it fails when it is to be confirmed or in the middle of the run.
    ('n=$(cat "$0.n" 2>/dev/null); echo $((n + 1)) >"$0.n"; [ "${n:-0}" -lt 9 ] || exit 4', "4"),
    ('n=$(cat "$0.n" 2>/dev/null); echo $((n + 1)) >"$0.n"; [ "${n:-0}" -lt 19 ] || exit 5', "5"),
])
def test_a_process_that_ends_badly_is_unusable(sides, tmp_path, script, words):
    sides.does("candidate", script)
    timeout = ["--timeout", "1s"] if "sleep" in script else []
    refused(gate(*sides.arguments(50_000), *timeout, *outputs(tmp_path)), tmp_path, words)


def test_too_little_time_for_enough_launches_is_unusable(sides, tmp_path):
    arguments = sides.arguments()
    arguments[arguments.index("60s")] = "0.1s"
    refused(gate(*arguments, *outputs(tmp_path)), tmp_path, "--budget")


def test_fewer_launches_than_could_show_anything_are_not_made(sides, tmp_path):
    finished = gate(*sides.arguments(50_000), "--launches", "5", "--out", tmp_path / "g.json")
    assert finished.returncode == 1
    assert "5 launches of each benchmark could not have shown anything" in finished.stdout
    result, _ = gate_document.load(str(tmp_path / "g.json"))
    assert all(0.5**each.launches < 0.005 for each in result.judgements)


def test_a_program_that_is_not_there_is_unusable(sides, tmp_path):
    sides.program.unlink()
    refused(gate(*sides.arguments(), *outputs(tmp_path)), tmp_path)


@pytest.mark.parametrize("option, place", [
    ("--out", "."), ("--out", "no-such-folder/file"), ("--junit", "file/below"),
    ("--markdown", "/proc/file"), ("--export-bencher", "."), ("--step-summary", "no-such/file"),
])
def test_an_unwritable_place_is_found_before_anything_is_measured(sides, tmp_path, option, place):
    (tmp_path / "file").write_text("")
    sides.does("baseline", 'touch "$0.ran"')
    finished = gate(*sides.arguments(), option, place, cwd=tmp_path)
    assert finished.returncode == 2 and finished.stdout == ""
    assert finished.stderr.count("\n") == 1 and f"{option} {place}" in finished.stderr
    assert not (sides.folder / "baseline.hook.ran").exists()
    assert names(tmp_path) == {"file"}


def test_two_outputs_in_one_file_are_refused(sides, tmp_path):
    finished = gate(*sides.arguments(), "--out", tmp_path / "x", "--junit", tmp_path / "x")
    assert finished.returncode == 2 and "--out" in said(finished) and "--junit" in said(finished)


def test_what_lay_there_is_replaced_whole_and_the_step_summary_added_to(sides, tmp_path):
    for name in ("g.json", "s.md"):
        (tmp_path / name).write_text("before\n")
    assert gate(*sides.arguments(), *outputs(tmp_path)).returncode == 0
    json.loads((tmp_path / "g.json").read_text())
    assert (tmp_path / "s.md").read_text().startswith("before\n<!-- pragmark-gate -->")


def test_a_refused_run_leaves_an_older_result_but_no_green_report(sides, tmp_path):
    (tmp_path / "g.json").write_text("old")
    (tmp_path / "g.xml").write_text("<testsuites/>")
    sides.writes("candidate", "")
    finished = gate(*sides.arguments(), "--out", tmp_path / "g.json", "--junit", tmp_path / "g.xml")
    assert finished.returncode == 2
    assert (tmp_path / "g.json").read_text() == "old"
    assert junit(tmp_path / "g.xml").get("errors") == "1"


def test_a_full_stdout_is_no_success(sides):
    with open("/dev/full", "w", encoding="utf-8") as full:
        finished = gate(*sides.arguments(), stdout=full)
    assert finished.returncode == 2 and "stdout: No space left" in said(finished)


def test_a_reader_that_has_read_enough_changes_nothing(sides):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        finished = gate(*sides.arguments(50_000), stdout=pipe)
    assert finished.returncode == 1 and said(finished) == ""


def test_a_broken_installation_is_one_line_and_neither_a_pass_nor_a_regression(sides, tmp_path):
    (tmp_path / "scipy").mkdir()
    (tmp_path / "scipy" / "__init__.py").write_text("raise ImportError('half\\ninstalled')\n")
    broken = environment()
    broken["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{broken['PYTHONPATH']}"
    finished = gate(*sides.arguments(), env=broken)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.count("\n") == 1 and "ImportError: half installed" in finished.stderr


def runs(pid):
    """Whether the process is there and not only waiting for somebody to read its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_leaves_no_process_and_no_file(sides, tmp_path, number):
    sides.does("candidate", 'echo $$ >"$0.pid"; sleep 60')
    command = [*COMMAND, *sides.arguments(), *map(str, outputs(tmp_path))]
    mark = sides.folder / "candidate.hook.pid"
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE) as process:
        while not (mark.exists() and mark.read_text().strip()) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (3, "")
    assert stderr.splitlines()[-1].startswith("pragmark gate: interrupted")
    assert "Traceback" not in stderr and names(tmp_path) == set()
    assert not runs(int(mark.read_text()))


def test_bad_usage_and_help():
    finished = gate("--baseline", "a")
    assert finished.returncode == 2 and finished.stderr.count("\n") == 1
    assert gate("--help").returncode == 0
