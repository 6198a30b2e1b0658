"""Launches in slices against a server that measures nothing: what is asked of whom, in which order,
and that every broken answer makes the run unusable and names the arm."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from pragmark_gate import arm as arm_module
from pragmark_gate import start
from pragmark_gate.arm import Arm
from pragmark_gate.command import Command
from pragmark_gate.model import Metric, Phase
from pragmark_gate.runner import Plan
from pragmark_gate.slices import SliceRunner
from pragmark_report.errors import InputError

SERVER = Path(__file__).with_name("fake_slices.py")
READ = "sequential_read/production/per-thread/rows:1000/payload:small/real_time/threads:1"
MIXED = "mixed/production/per-thread/rows:1000/payload:small/reads:50/real_time/threads:4"
ROUNDS = 4
ONLY_LAUNCHES = f"--fault=only:{1 + ROUNDS}"  # a trial asks for another number of slices
PLAN = Plan("base", "cand", rounds=ROUNDS, timeout_seconds=20.0)


def command(side, *options):
    words = (sys.executable, "-S", str(SERVER), f"--tag={side}", *options)
    return Command(f"--{side}", " ".join(words), words, is_bench=True)


@pytest.fixture(autouse=True)
def short_grace(monkeypatch):
    """What hangs on purpose is not waited for."""
    monkeypatch.setattr(start, "END_GRACE_SECONDS", 0.2)


@pytest.fixture
def make_runner():
    """Runners that are closed, and whose children are all gone, at the end."""
    runners = []

    def make(baseline=(), candidate=(), plan=PLAN):
        runners.append(SliceRunner(plan, command("baseline", *baseline),
                                   command("candidate", *candidate)))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()
    assert children() == []


def children():
    mine = f"/proc/{os.getpid()}/task"
    return [pid for task in os.listdir(mine)
            for pid in Path(mine, task, "children").read_text().split()]


def launch(runner, name=READ, phase=Phase.MAIN, seed=5, index=3):
    runner.benchmarks()
    (made,) = runner.launch([name], phase, index, seed)
    return made


def requests(log, say=None):
    entries = [json.loads(line) for line in Path(log).read_text().splitlines()]
    return [entry for entry in entries if say is None or entry["say"] == say]


def refused(runner, **options):
    with pytest.raises(InputError) as caught:
        launch(runner, **options)
    return str(caught.value)


def test_a_launch_has_both_arms_of_every_round(make_runner):
    made = launch(make_runner(candidate=["--slower=1.25"]))
    assert (made.benchmark, made.phase, made.index) == (READ, Phase.MAIN, 3)
    assert len(made.baseline) == len(made.candidate) == ROUNDS
    assert made.baseline == pytest.approx([10000.0] * ROUNDS)
    assert made.candidate == pytest.approx([8000.0] * ROUNDS)
    assert made.seconds > 0


def test_arms_are_asked_in_the_order_that_the_launch_tells(make_runner, tmp_path):
    log = tmp_path / "log"
    runner = make_runner([f"--log={log}"], [f"--log={log}"])
    runner.benchmarks()
    orders = set()
    for seed in range(7):
        log.unlink()
        made = launch(runner, seed=seed)
        asked = [{"baseline": "A", "candidate": "B"}[entry["tag"]]
                 for entry in requests(log, "slice")]
        assert sorted(asked[:2]) == ["A", "B"]  # the slices that are discarded
        assert "".join(asked[2:]) == made.order
        orders.add(made.order)
    assert len(orders) > 1


def test_every_launch_has_fresh_processes_with_a_padding_of_their_own(make_runner, tmp_path):
    log = tmp_path / "log"
    runner = make_runner([f"--log={log}"], [f"--log={log}"])
    runner.benchmarks()
    log.unlink()
    made = [launch(runner, seed=seed) for seed in (1, 2)]
    started = requests(log, "start")
    assert len({entry["pid"] for entry in started}) == 4
    told = {side: [entry["padding"] for entry in started if entry["tag"] == side]
            for side in ("baseline", "candidate")}
    assert told["baseline"] == [each.padding_bytes[0] for each in made]
    assert told["candidate"] == [each.padding_bytes[1] for each in made]


def test_both_arms_are_pinned_to_the_core_and_the_gate_is_not(make_runner, tmp_path):
    log, cpu = tmp_path / "log", start.default_cpu()
    before = os.sched_getaffinity(0)
    launch(make_runner([f"--log={log}"], [f"--log={log}"], replace(PLAN, cpu=cpu)))
    assert {tuple(entry["cpus"]) for entry in requests(log, "start")} == {(cpu,)}
    assert os.sched_getaffinity(0) == before


def test_without_a_core_arms_are_not_pinned(make_runner, tmp_path):
    log = tmp_path / "log"
    launch(make_runner([f"--log={log}"]))
    assert requests(log, "start")[-1]["cpus"] == sorted(os.sched_getaffinity(0))


def test_a_core_that_is_not_ours_is_refused(make_runner):
    with pytest.raises(InputError, match="--cpu 4096: this process may not use that core"):
        make_runner(plan=replace(PLAN, cpu=4096))


def test_both_arms_are_asked_for_the_same_work(make_runner, tmp_path):
    log = tmp_path / "log"
    runner = make_runner([f"--log={log}"], [f"--log={log}", "--slower=3"])
    runner.benchmarks()
    log.unlink()
    launch(runner, MIXED)
    first, second = requests(log, "open")
    assert first["operations"] == second["operations"] == 200  # 20 ms of the baseline
    assert first["slices"] == 1 + ROUNDS
    assert first["busy_loop_ns"] == second["busy_loop_ns"] == 0


@pytest.mark.parametrize(("slice_seconds", "operations"), [(0.02, 200), (0.1, 1000), (1e-6, 4)])
def test_a_slice_is_sized_on_the_baseline_and_never_below_one_a_thread(
        make_runner, tmp_path, slice_seconds, operations):
    log = tmp_path / "log"
    runner = make_runner([f"--log={log}"], (), replace(PLAN, slice_seconds=slice_seconds))
    launch(runner, MIXED)
    assert requests(log, "open")[-1]["operations"] == operations


def test_a_planted_slowdown_burdens_the_candidate_alone(make_runner, tmp_path):
    log = tmp_path / "log"
    made = launch(make_runner([f"--log={log}"], [f"--log={log}"], replace(PLAN, planted=0.05)))
    burdens = {entry["tag"]: entry["busy_loop_ns"] for entry in requests(log, "open")}
    assert burdens["baseline"] == 0
    assert burdens["candidate"] == pytest.approx(1e-4 * 1e9 * 0.05 / 0.95)
    assert made.candidate == pytest.approx([9500.0] * ROUNDS)


def test_a_null_launch_runs_the_baseline_twice_and_plants_nothing(make_runner, tmp_path):
    log = tmp_path / "log"
    runner = make_runner([f"--log={log}"], ["--slower=2"], replace(PLAN, planted=0.5))
    runner.benchmarks()
    log.unlink()
    made = launch(runner, phase=Phase.NULL)
    assert {entry["tag"] for entry in requests(log)} == {"baseline"}
    assert [entry["busy_loop_ns"] for entry in requests(log, "open")] == [0, 0]
    assert made.candidate == made.baseline
    assert made.phase is Phase.NULL


def test_the_study_of_fixed_order(make_runner):
    made = launch(make_runner(plan=replace(PLAN, ab_fixed=True)))
    assert made.order == "AB" * ROUNDS


def test_counts_are_for_each_operation(make_runner):
    made = launch(make_runner(candidate=["--wal-bytes=150"]), MIXED)
    assert made.counts["wal_bytes_per_operation"] == (50.0, 75.0)
    assert made.counts["syncs_per_operation"] == (0.0, 0.0)


def test_without_the_counting_layer_there_are_no_counts(make_runner):
    assert launch(make_runner(candidate=["--fault=no-io"])).counts == {}


@pytest.mark.parametrize(("name", "value"), [
    ("items_per_second", 10000.0), ("reads_per_second", 5000.0), ("writes_per_second", 5000.0),
    ("latency_us_p50", 100.0), ("latency_us_p99", 200.0),
])
def test_metrics_of_a_slice(make_runner, name, value):
    made = launch(make_runner(plan=replace(PLAN, metric=Metric(name))), MIXED)
    assert made.baseline == pytest.approx([value] * ROUNDS)


def test_a_metric_that_slices_do_not_have(make_runner):
    with pytest.raises(InputError, match="--metric bytes_per_second: a slice does not measure it"):
        make_runner(plan=replace(PLAN, metric=Metric("bytes_per_second")))


def test_a_rate_of_zero_is_refused(make_runner):
    said = refused(make_runner(plan=replace(PLAN, metric=Metric("writes_per_second"))))
    assert f"{READ}: its writes_per_second is 0 in a slice" in said


def test_benchmarks_pair_and_the_contexts_are_kept(make_runner):
    theirs = READ.replace("production", "default")
    runner = make_runner([f"--names={READ}"], [f"--names={theirs}"])
    (name,) = runner.benchmarks()
    assert name == READ.replace("production", "production vs default")
    made = launch(runner, name)
    assert made.benchmark == name
    assert [context["pragmark_build_type"] for context in runner.contexts()] == ["Release"] * 2


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
        said = refused(make_runner(candidate=["--fault=crash", f"--fault=at:{at}"]))
        assert "exit status 3 without an answer" in said


def test_a_hang_ends_with_the_timeout(make_runner):
    said = refused(make_runner(candidate=["--fault=hang"], plan=replace(PLAN, timeout_seconds=1)))
    assert f"the candidate on {READ}, launch 3: it gave no answer within 1 s" in said


def test_a_process_that_stays_is_ended(make_runner, monkeypatch):
    monkeypatch.setattr(arm_module, "END_GRACE_SECONDS", 0.5)
    said = refused(make_runner(candidate=["--fault=stay"]))
    assert "the candidate: it did not end after its work" in said


def test_a_process_that_does_not_listen_is_killed(make_runner, tmp_path):
    log = tmp_path / "log"
    runner = make_runner(candidate=["--fault=hang", "--fault=deaf", f"--log={log}"],
                         plan=replace(PLAN, timeout_seconds=1))
    assert "it gave no answer within 1 s" in refused(runner)
    assert requests(log, "deaf")  # it had switched SIGTERM off; the fixture sees that it is gone


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
    runner = make_runner(candidate=["--fault=hang"])
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
