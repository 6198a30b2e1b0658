"""Every broken answer, dead process and other work makes the run unusable, and names the arm."""

from __future__ import annotations

import os
import select
import threading
from dataclasses import replace

import pytest
from gate_slices import (  # noqa: F401  (fixtures are used by name)
    MIXED, ONLY_LAUNCHES, PLAN, READ, ROUNDS, children, command, launch, make_runner, refused,
    requests, short_grace,
)
from pragmark_drive import arm as arm_module, start
from pragmark_drive.arm import Arm
from pragmark_gate.model import Phase
from pragmark_report.errors import InputError


@pytest.mark.parametrize(("baseline", "candidate", "pattern", "problem"), [
    ([], [f"--names={READ}"], "", f"only the baseline has {MIXED}"),
    ([f"--names={READ}"], [], "", f"only the candidate has {MIXED}"),
    ([], [], "nothing", "it matches no benchmark of the baseline"),
    ([], ["--fault=nothing"], "", "the candidate: it has no benchmarks"),
    (["--fault=nothing"], [], "", "the baseline: it has no benchmarks"),
    ([], ["--fault=debug"], "", "the candidate: its build type is Debug, not Release"),
    ([], ["--fault=protocol"], "", "the candidate: it speaks 'pragmark-slices/2'"),
    (["--fault=protocol"], [], "", "the baseline: it speaks 'pragmark-slices/2'"),
    ([], ["--fault=status"], "", "the candidate: it ended with exit status 4 after its work"),
    ([], ["--unknown"], "", "unrecognized arguments: --unknown"),
])
def test_sides_that_cannot_be_compared(make_runner, baseline, candidate, pattern, problem):
    runner = make_runner(baseline, candidate, replace(PLAN, benchmarks=pattern))
    with pytest.raises(InputError) as caught:
        runner.benchmarks()
    assert problem in str(caught.value)


FAULTS = [
    ("crash", 'it ended with exit status 3 without an answer (its last words: "fake: it crashed'),
    ("kill", "it was killed by signal 9 without an answer"),
    ("slice-operations", "it did 199 operations in a slice of 200"),
    ("open-operations", "it opened with 201 operations a slice where 200 are due"),
    ("nan", "it answered something that is no JSON (NaN is no number)"),
    ("infinite", "it answered seconds = inf, which is no number"),
    ("negative", "it answered seconds = -0.02, which is below zero"),
    ("zero", "it took 0.0 seconds for a slice"),
    ("errors", "it failed: 1 of 200 operations erred in a slice"),
    ("say", "it said 'piece' where 'slice' is due"),
    ("text", "it answered something that is no JSON"),
    ("list", "it answered JSON that is no object"),
    ("missing", "it answered seconds = None, which is no number"),
    ("bool", "it answered reads = True, which is no count"),
    ("error", "it failed: no space left; the machine refused it"),
    ("epilogue", "it wrote an answer that nobody asked for"),
    ("no-checksum", "it closed without a checksum"),
]


@pytest.mark.parametrize(("fault", "problem", "where"), [
    *((fault, problem, "candidate") for fault, problem in FAULTS),
    *((fault, problem, "baseline") for fault, problem in FAULTS[:3]),
])
def test_a_broken_answer_names_the_arm_and_the_benchmark(make_runner, fault, problem, where):
    """The trial of the baseline asks the same questions, so its faults wait for a launch."""
    options = [f"--fault={fault}", ONLY_LAUNCHES]
    runner = make_runner(**{where: options})
    said = refused(runner)
    assert problem in said
    assert said.startswith(f"the {where} on {READ}, launch 3: ")


def test_a_line_that_comes_late_is_no_answer_to_the_next_request():
    words = command("baseline", "--fault=late-epilogue").slice_words()
    arm = Arm("baseline", words, cpu=None, padding_bytes=0, timeout_seconds=20)
    try:
        arm.ready()
        with pytest.raises(InputError, match="it wrote an answer that nobody asked for"):
            operations = arm.open(READ, operations=5, threads=1, slices=1)
            select.select([arm._process.stdout], [], [], 20)  # the late line is there now
            arm.slice(operations)
    finally:
        arm.abort()


def test_the_slice_where_it_happens_does_not_matter(make_runner):
    for at in (1, 3, 1 + ROUNDS):
        said = refused(make_runner(candidate=["--fault=crash", f"--fault=at:{at}", ONLY_LAUNCHES]))
        assert "exit status 3 without an answer" in said


def test_a_hang_ends_with_the_timeout(make_runner):
    said = refused(make_runner(candidate=["--fault=hang", ONLY_LAUNCHES], plan=replace(PLAN, timeout_seconds=1)))
    assert f"the candidate on {READ}, launch 3: it gave no answer within 1 s" in said


def test_a_process_that_stays_is_ended(make_runner, monkeypatch):
    monkeypatch.setattr(arm_module, "END_GRACE_SECONDS", 0.5)
    said = refused(make_runner(candidate=["--fault=stay"]))
    assert "the candidate: it did not end after its work" in said


def test_a_process_that_does_not_listen_is_killed(make_runner, tmp_path):
    log = tmp_path / "log"
    runner = make_runner(candidate=["--fault=hang", "--fault=deaf", ONLY_LAUNCHES, f"--log={log}"],
                         plan=replace(PLAN, timeout_seconds=1))
    assert "it gave no answer within 1 s" in refused(runner)
    assert requests(log, "deaf")  # it had switched SIGTERM off; the fixture sees that it is gone


def test_a_process_that_hangs_has_the_time_to_remove_its_scratch(make_runner, tmp_path, monkeypatch):
    monkeypatch.setattr(start, "END_GRACE_SECONDS", 5.0)
    log = tmp_path / "log"
    runner = make_runner(candidate=["--fault=scratch", "--fault=hang", ONLY_LAUNCHES,
                                    f"--log={log}"], plan=replace(PLAN, timeout_seconds=1))
    assert "it gave no answer within 1 s" in refused(runner)
    assert requests(log, "cleaned")


def test_other_work_is_refused(make_runner):
    said = refused(make_runner(candidate=["--fault=checksum"]))
    assert f"{READ}: the arms did different work: the baseline ended with checksum = 3e8" in said
    said = refused(make_runner(candidate=["--fault=rows"]))
    assert "the baseline ended with rows = 1000, the candidate with 999" in said


@pytest.mark.parametrize("where", ["baseline", "candidate"])
def test_busy_makes_the_checksums_incomparable_and_is_told_once(make_runner, where):
    options = ["--fault=busy", "--fault=checksum", ONLY_LAUNCHES]
    runner = make_runner(**{where: options})
    launch(runner)
    launch(runner, seed=6)
    (note,) = runner.notes()
    assert note.startswith(f"{READ}: the arms met SQLITE_BUSY")


def test_a_program_that_changes_under_the_run_is_noticed(make_runner, tmp_path):
    names = tmp_path / "names"
    names.write_text(f"{READ},{MIXED}")
    runner = make_runner(candidate=[f"--names=@{names}"])
    runner.benchmarks()
    names.write_text(MIXED)
    assert "it no longer offers the benchmark that it had at first" in refused(runner)


def test_an_interrupt_ends_both_arms(make_runner):
    runner = make_runner(candidate=["--fault=hang", ONLY_LAUNCHES])
    runner.benchmarks()
    timer = threading.Timer(0.7, os.kill, (os.getpid(), 2))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        runner.launch([READ], Phase.MAIN, 0, 1)
    timer.join()
    assert children() == []


def test_much_noise_on_stderr_blocks_nobody(make_runner):
    launch(make_runner(candidate=["--fault=chatter"]))


def test_closing_twice_is_closing_once(make_runner):
    runner = make_runner()
    runner.benchmarks()
    runner.close()
    runner.close()
