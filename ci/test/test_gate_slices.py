"""Launches in slices: what is asked of whom, and in which order. The server measures nothing."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from gate_slices import (  # noqa: F401  (fixtures are used by name)
    MIXED, PLAN, READ, ROUNDS, launch, make_runner, refused, requests, short_grace,
)
from pragmark_drive import start
from pragmark_gate.model import Metric, Phase
from pragmark_report.errors import InputError


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


@pytest.mark.parametrize(("slower", "operations"), [(3.9, 200), (8, 100), (1000, 4)])
def test_a_much_slower_candidate_shortens_the_slices_of_both(make_runner, slower, operations):
    """A slice of it takes four lengths at most, and one operation a thread at least."""
    runner = make_runner(candidate=[f"--slower={slower}"])
    launch(runner, MIXED)
    assert runner._sizings[MIXED].operations == operations
    assert runner._sizings[MIXED].seconds_per_operation == pytest.approx(1e-4)
    assert runner.notes() == ()


@pytest.mark.parametrize(("every", "operations"), [(0, 200), (600, 200), (200, 76), (2, 4)])
def test_a_slice_is_shortened_until_most_have_no_checkpoint(make_runner, every, operations):
    """200 operations write 100 rows; at most one slice in five may have a checkpoint."""
    runner = make_runner([f"--checkpoint-every={every}"], [f"--checkpoint-every={every}"])
    made = launch(runner, MIXED)
    assert len(made.baseline) == ROUNDS
    assert runner._sizings[MIXED].operations == operations
    (note,) = runner.notes() if operations < 200 else ("", )
    assert (f"{MIXED}: its slices have {operations} operations" in note) == (operations < 200)


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
    assert launch(make_runner(["--fault=no-io"], ["--fault=no-io"])).counts == {}


@pytest.mark.parametrize("counting", ["baseline", "candidate"])
def test_the_counting_layer_on_one_side_alone_is_refused(make_runner, counting):
    """It costs time, and the counts of the other side, which gate, would be missing in silence."""
    other = "candidate" if counting == "baseline" else "baseline"
    said = refused(make_runner(**{other: ["--fault=no-io"]}))
    assert f"{READ}: only the {counting} counts its I/O" in said


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
