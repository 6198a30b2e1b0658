"""Instructions: exact where they repeat, and never silently absent.

A stand-in for valgrind runs the command and writes a count of our choice.
"""

import sys
import tempfile
import time
from pathlib import Path

import pytest
from pragmark_gate import callgrind, instructions
from pragmark_gate.instructions import COUNT, OPERATIONS, Readings, judge, measure
from pragmark_gate.model import CountVerdict
from pragmark_gate.runner import Plan

SERVER = Path(__file__).with_name("fake_slices.py")
READ = "sequential_read/production/per-thread/rows:1000/payload:small/real_time/threads:1"
READ_FULL = READ.replace("/production/", "/careful/")
THREADS = READ.replace("threads:1", "threads:4")
GROUPED = READ.replace("per-thread", "group-commit").replace("sequential_read", "sequential_write")
IN_FLIGHT = READ.replace("/real_time", "/in_flight:8/real_time")
WORKERS = READ.replace("/real_time", "/processes:2/real_time")
FAKE_VALGRIND = """\
#!{python} -S
import os, subprocess, sys, time
options = [word for word in sys.argv[1:] if word.startswith("-")]
words = sys.argv[1:]
while words[0].startswith("-"):
    option = words.pop(0)
    if option.startswith("--callgrind-out-file="):
        out = option.split("=", 1)[1].replace("%p", str(os.getpid()))
side = "candidate" if "--tag=candidate" in words else "baseline"
padded = "padded" if os.environ["PRAGMARK_PADDING"] else "plain"
print(side, padded, file=open("{log}", "a"))
if os.path.exists("{place}/hangs"): time.sleep(600)
status = subprocess.call(words)
number = open("{place}/" + side).read()
if number: print("events: Ir\\ntotals:", number, file=open(out, "w"))
sys.exit(status)
"""


def readings(baseline, candidate, **more):
    whole = {"baseline": baseline, "again": baseline, "baseline_padded": baseline,
             "candidate": candidate, "candidate_padded": candidate, **more}
    return Readings(**whole)


@pytest.mark.parametrize(("counted", "verdict", "reason"), [
    (readings(1_000_000, 1_000_000), CountVerdict.SAME, ""),
    (readings(1_000_000, 1_000_999), CountVerdict.SAME, "+0.0999%, too little"),
    (readings(1_000_000, 1_001_001), CountVerdict.WORSE, "5000 became 5005"),
    (readings(1_000_000, 998_000), CountVerdict.BETTER, "5000 became 4990 (-0.20%)"),
    (readings(1_000_000, 1_002_000, baseline_padded=1_001_000), CountVerdict.SAME, "too little"),
    (readings(1_000_000, 1_002_000, candidate_padded=1_001_000), CountVerdict.SAME, "too little"),
    (readings(1_000_000, 1_020_000, baseline_padded=1_001_000), CountVerdict.WORSE, "+2.00%"),
    (readings(1_000_000, 2_000_000, again=1_000_001), CountVerdict.VARIES, "counted twice"),
    (readings(1_000_000, 2_000_000, baseline_padded=1_011_000), CountVerdict.VARIES, "1.10%"),
    (readings(1_000_000, 2_000_000, candidate_padded=1_900_000), CountVerdict.VARIES, "5.00%"),
    (readings(1_000_000, 0), CountVerdict.NOT_MEASURED, "not found"),
    (readings(0, 0), CountVerdict.NOT_MEASURED, "not found"),
])
def test_verdicts(counted, verdict, reason):
    comparison = judge(READ, counted)
    assert (comparison.benchmark, comparison.name) == (READ, COUNT)
    assert comparison.verdict is verdict and reason in comparison.reason
    decided = verdict in (CountVerdict.SAME, CountVerdict.WORSE, CountVerdict.BETTER)
    numbers = (counted.baseline / OPERATIONS, counted.candidate / OPERATIONS)
    assert (comparison.baseline, comparison.candidate) == (numbers if decided else (None, None))


class Place:
    """Fake programs, and the folder that tells them what to do."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "log"
        self.log.touch()
        self.bench = self._program("pragmark-bench", f'exec {sys.executable} -S {SERVER} "$@"')
        self.count("baseline", 1_000_000)
        self.count("candidate", 1_000_000)

    def _program(self, name, script):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def install_valgrind(self, monkeypatch):
        path = self.folder / "bin" / "valgrind"
        path.parent.mkdir()
        path.write_text(FAKE_VALGRIND.format(
            python=sys.executable, log=self.log, place=self.folder))
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")

    def count(self, side, number):
        (self.folder / side).write_text(str(number))

    def plan(self, *names, candidate=(), options="", **more):
        ours, theirs = ",".join(names), ",".join(candidate or names)
        return Plan(f"{self.bench} --tag=baseline --names={ours}",
                    f"{self.bench} --tag=candidate --names={theirs} {options}", **more)

    def runs(self):
        return sorted(self.log.read_text().splitlines())


@pytest.fixture
def place(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    made = Place(tmp_path)
    made.install_valgrind(monkeypatch)
    yield made
    assert list(scratch.iterdir()) == []


def soon():
    return time.monotonic() + 60.0


def test_both_sides_are_counted_and_compared(place):
    place.count("candidate", 1_100_000)
    comparison, = measure(place.plan(READ), [READ], soon())
    assert comparison.verdict is CountVerdict.WORSE
    assert (comparison.baseline, comparison.candidate) == (5000.0, 5500.0)
    assert place.runs() == ["baseline padded"] + ["baseline plain"] * 2 + [
        "candidate padded", "candidate plain"]


def test_pairs_of_different_names_are_found_by_the_name_of_the_pair(place):
    name = READ.replace("/production/", "/production vs careful/")
    comparison, = measure(place.plan(READ, candidate=(READ_FULL,)), [name], soon())
    assert (comparison.benchmark, comparison.verdict) == (name, CountVerdict.SAME)


@pytest.mark.parametrize(("name", "reason"), [
    (THREADS, "4 threads"), (GROUPED, "thread of the strategy's own"),
    (IN_FLIGHT, "thread of the strategy's own"), (WORKERS, "processes of their own"),
])
def test_what_has_no_exact_number_says_why_beside_what_has_one(place, name, reason):
    first, second = measure(place.plan(name, READ), [name, READ], soon())
    assert first.verdict is CountVerdict.NOT_MEASURED and reason in first.reason
    assert second.verdict is CountVerdict.SAME


def not_measured(plan, deadline, name=READ):
    comparison, = measure(plan, [name], deadline)
    assert comparison.verdict is CountVerdict.NOT_MEASURED
    assert (comparison.benchmark, comparison.baseline) == (name, None)
    return comparison.reason


def test_without_valgrind_it_says_so(place, monkeypatch):
    monkeypatch.setattr(callgrind, "VALGRIND", "no-such-valgrind")
    monkeypatch.setattr(instructions, "VALGRIND", "no-such-valgrind")
    assert not_measured(place.plan(READ), soon()) == "no-such-valgrind is not installed"


def test_other_programs_have_no_functions_to_count(place):
    plan = Plan("true {out}", "true {out}")
    assert "only pragmark bench" in not_measured(plan, soon(), "BM_sort")


def test_a_count_that_was_not_written_is_none(place):
    place.count("candidate", "")
    assert "it wrote no count" in not_measured(place.plan(READ), soon())


def test_a_program_that_fails_under_valgrind_is_told_about(place):
    plan = place.plan(READ, options="--fault=crash")
    assert "candidate" in not_measured(plan, soon())


def test_a_deadline_in_the_past_or_too_near_starts_nothing(place):
    assert "budget" in not_measured(place.plan(READ), time.monotonic() - 1)
    near = time.monotonic() + instructions.FIRST_SECONDS / 2
    assert "no time was left" in not_measured(place.plan(READ), near)
    assert place.runs() == []


def test_what_does_not_answer_ends_with_the_budget(place, monkeypatch):
    monkeypatch.setattr(instructions, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(instructions, "END_GRACE_SECONDS", 0.1)
    (place.folder / "hangs").touch()
    assert "no answer" in not_measured(place.plan(READ), time.monotonic() + 1.5)


def test_the_whole_signature_is_toggled_so_that_no_part_of_a_function_counts_twice(tmp_path):
    words = callgrind.under_callgrind(["program", "--option"], tmp_path)
    toggles = [word for word in words if word.startswith("--toggle-collect=")]
    assert len(toggles) == 8 and all(word.endswith("&)") for word in toggles)
    assert words[-2:] == ("program", "--option")


def test_the_total_is_over_all_processes_of_the_command(tmp_path):
    (tmp_path / "1").write_text("events: Ir\ntotals: 0\n")
    (tmp_path / "2").write_text("events: Ir\nfn=(1)\n1 7\ntotals: 7\n")
    assert callgrind.total(tmp_path) == 7
