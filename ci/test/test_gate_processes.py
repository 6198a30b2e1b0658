"""Launches of whole processes: fair order, fresh files, and every way to fail is a refusal."""

import os
import shlex
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from gate_program import runs
from pragmark_drive import start
from pragmark_gate.model import Metric, Pairing, Phase
from pragmark_gate.processes import ProcessRunner
from pragmark_gate.runner import Plan
from pragmark_report.errors import InputError

# A program of somebody else's. argv: out, log, rate, names.. It logs its name, core and padding.
PROGRAM = """\
import json, os, sys
out, log, rate, *names = sys.argv[1:]
with open(log, "a") as file:
    padding = len(os.environ.get("PRAGMARK_PADDING", ""))
    print(rate, padding, sorted(os.sched_getaffinity(0)), out, file=file)
rows = [{"name": name, "run_name": name, "run_type": "iteration", "repetition_index": 0,
         "real_time": 1.0, "cpu_time": 1.0, "time_unit": os.environ.get("UNIT", "ns"),
         "items_per_second": float(rate)} for name in names]
with open(out, "w") as file:
    json.dump({"context": {"num_cpus": 2, "caches": []}, "benchmarks": rows}, file)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for scratch that the test can look into."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (tmp_path / "program.py").write_text(PROGRAM)
    yield tmp_path
    assert list(scratch.iterdir()) == []  # nothing stays, however the test ended


def command(place, rate, *names, before=""):
    words = f"/usr/bin/python3 {place}/program.py {{out}} {place}/log {rate} {' '.join(names)}"
    return f"{before} {words}".strip()


def plan_of(baseline, candidate, **more):
    return Plan(baseline, candidate, **{"timeout_seconds": 30.0, **more})


def started(place):
    return [line.split(" ", 1) for line in (place / "log").read_text().splitlines()]


def refusal(runner):
    with pytest.raises(InputError) as caught:
        runner.benchmarks()
    message = str(caught.value)
    assert "\n" not in message and "scratch" not in message
    return message


def test_a_launch_is_one_process_of_each_arm_with_its_own_values(place):
    cpu = max(os.sched_getaffinity(0))
    plan = plan_of(
        command(place, 100, "x/iterations:9", "y"), command(place, 90, "x", "y"), cpu=cpu)
    runner = ProcessRunner(plan)
    assert runner.benchmarks() == ("x", "y")
    assert runner.contexts()[0]["num_cpus"] == "2"
    assert "library_build_type" in runner.notes()[0] and len(runner.notes()) == 2
    (place / "log").unlink()
    first, second = runner.launch(("x", "y"), Phase.MAIN, 6, seed=5)
    assert (first.benchmark, first.index, second.benchmark, second.index) == ("x", 6, "y", 7)
    assert (first.baseline, first.candidate) == ((100.0,), (90.0,))
    assert first.effect(Metric()) < 0
    rates = [rate for rate, _ in started(place)]
    assert rates == [{"A": "100", "B": "90"}[letter] for letter in first.order]
    assert runner.pairing is Pairing.PROCESSES
    logged = {rate: rest.split(" ", 1) for rate, rest in started(place)}
    assert (int(logged["100"][0]), int(logged["90"][0])) == first.padding_bytes
    assert all(rest[1].startswith(f"[{cpu}]") for rest in logged.values())
    outs = [rest.rsplit(" ", 1)[1] for _, rest in started(place)]
    assert len(set(outs)) == 2
    runner.close()
    runner.close()


def launches(place, phase=Phase.MAIN, count=8, **more):
    runner = ProcessRunner(plan_of(command(place, 100, "x"), command(place, 90, "x"), **more))
    runner.benchmarks()
    return [runner.launch(("x",), phase, index, seed=index)[0] for index in range(count)]


def test_the_order_is_random_and_balanced_and_the_padding_fresh(place):
    found = launches(place)
    orders = [launch.order for launch in found]
    assert Counter(orders) == {"AB": 4, "BA": 4}
    assert all(set(pair) == {"AB", "BA"} for pair in zip(orders[::2], orders[1::2]))
    assert len(set(orders[::2])) == 2  # which comes first is drawn
    assert len({launch.padding_bytes for launch in found}) == len(found)
    assert found[0].padding_bytes[0] != found[0].padding_bytes[1]


def test_the_warm_up_takes_no_part_in_the_balance(place):
    runner = ProcessRunner(plan_of(command(place, 100, "x"), command(place, 90, "x")))
    runner.benchmarks()
    orders = [runner.launch(("x",), Phase.MAIN, index, seed=index)[0].order
              for index in (-1, *range(8))][1:]
    assert all(set(pair) == {"AB", "BA"} for pair in zip(orders[::2], orders[1::2]))


def test_the_same_seeds_give_the_same_order_and_padding(place):
    one, two = launches(place, count=4), launches(place, count=4)
    assert [(a.order, a.padding_bytes) for a in one] == [(a.order, a.padding_bytes) for a in two]


def test_the_order_is_fixed_only_where_the_study_asks_for_it(place):
    assert {launch.order for launch in launches(place, count=4, ab_fixed=True)} == {"AB"}


def test_a_null_launch_compares_the_baseline_with_itself(place):
    launch, = launches(place, Phase.NULL, count=1)
    assert launch.baseline == launch.candidate == (100.0,)


def test_a_benchmark_on_one_side_only_is_refused(place):
    plan = plan_of(command(place, 100, "x", "y"), command(place, 90, "x"))
    assert "only the baseline has y" in refusal(ProcessRunner(plan))
    chosen = ProcessRunner(plan_of(plan.baseline, plan.candidate, benchmarks="^x$"))
    assert chosen.benchmarks() == ("x",)


def test_units_that_differ_are_refused(place):
    plan = plan_of(command(place, 1, "x"), command(place, 1, "x", before="env UNIT=us"))
    assert "measured in us, and by the baseline in ns" in refusal(ProcessRunner(plan))


def shell(script):
    return f"sh -c '{script}' {{out}}"


FAILURES = {
    "crashed": ("echo first >&2; echo no disk >&2; exit 3",
                'ended with exit status 3 (its last words: "no disk")'),
    "silent": ("exit 1", "ended with exit status 1; "),
    "killed": ("kill -9 $$", "was killed by signal 9"),
    "wrote but failed": ("echo {} > $0; exit 1", "ended with exit status 1"),
    "no file": ("echo no option >&2", 'wrote no file in place of {out} (its last words: "no opt'),
    "a folder": ("mkdir $0", "wrote no file"),
    "empty": ("echo Failed to match >&2; : > $0",
              'wrote an empty file in place of {out} (its last words: "Failed to match")'),
    "truncated": ("printf \"{\" > $0", "truncated JSON"),
    "hangs": ("sleep 600", "did not end within 0.3 s"),
    "hangs and will not listen": ("trap \"\" TERM; sleep 2 & wait; wait", "within 0.3 s"),
}


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_every_way_to_fail_is_a_refusal(place, failure):
    script, reason = FAILURES[failure]
    good = command(place, 100, "x")
    short = 0.3 if "hangs" in failure else 30.0
    runner = ProcessRunner(plan_of(shell(script), good, timeout_seconds=short))
    message = refusal(runner)
    assert message.startswith("the baseline: ") and reason in message


def test_a_candidate_that_fails_later_is_named(place):
    flag = place / "flag"
    bad = f"sh -c 'test ! -e {flag} && exec \"$@\"' sh {command(place, 90, 'x')}"
    runner = ProcessRunner(plan_of(command(place, 100, "x"), bad))
    runner.benchmarks()
    flag.touch()
    with pytest.raises(InputError, match="^the candidate: it ended with exit status 1"):
        runner.launch(("x",), Phase.CONFIRMATION, 0, seed=1)


def test_a_benchmark_that_vanishes_is_a_refusal(place):
    flag = place / "flag"
    inner = f"test -e {flag} && exec {command(place, 90, 'y')}; exec {command(place, 90, 'x', 'y')}"
    runner = ProcessRunner(plan_of(command(place, 1, "x", "y"), f"sh -c '{inner}'"))
    runner.benchmarks()
    flag.touch()
    with pytest.raises(InputError, match="candidate: it has no benchmark x any more"):
        runner.launch(("x", "y"), Phase.MAIN, 0, seed=1)


def test_a_plant_is_refused_since_it_would_plant_nothing(place):
    with pytest.raises(InputError, match="^--plant: "):
        ProcessRunner(plan_of(command(place, 1, "x"), command(place, 1, "x"), planted=0.05))


def test_ctrl_c_ends_the_process_and_leaves_no_file(place):
    pid_file = place / "pid"
    waits = shell(f"echo $$ > {pid_file}; : > $0; exec sleep 600")
    runner = ProcessRunner(plan_of(waits, "true {out}"))

    def interrupt():
        while not (pid_file.exists() and pid_file.read_text().strip()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        runner.benchmarks()
    assert not Path(f"/proc/{pid_file.read_text().strip()}").exists()


@pytest.mark.parametrize("deaf", ["", "trap : TERM; "])
def test_what_a_command_leaves_in_the_background_is_ended(place, monkeypatch, deaf):
    monkeypatch.setattr(start, "END_GRACE_SECONDS", 0.2)
    pid_file = place / "pid"
    left = f'sh -c "{deaf}while :; do sleep 0.01; done"'
    inner = f"{left} & echo $! > {pid_file}; exec {command(place, 90, 'x')}"
    runner = ProcessRunner(plan_of(command(place, 1, "x"), shlex.join(["sh", "-c", inner])))
    runner.benchmarks()
    assert not runs(int(pid_file.read_text()))
