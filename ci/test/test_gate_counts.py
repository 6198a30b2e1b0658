"""Counts: exact where they repeat, silent where they vary, never a pass of what was not seen."""

import pytest
from pragmark_gate.counts import count_comparisons
from pragmark_gate.model import CountVerdict, Launch, Phase

SYNCS = "syncs_per_operation"


def launch(baseline, candidate, phase=Phase.MAIN, benchmark="write", name=SYNCS):
    return Launch(benchmark, phase, 0, "AB", (1.0,), (1.0,), counts={name: (baseline, candidate)})


@pytest.mark.parametrize(("readings", "verdict", "reason"), [
    (((1.0, 1.0), (1.0, 1.0)), CountVerdict.SAME, ""),
    (((0.0, 0.0), (0.0, 0.0)), CountVerdict.SAME, ""),
    (((1.0, 2.0), (1.0, 2.0)), CountVerdict.WORSE, "1 became 2 (+100.00%)"),
    (((0.0, 0.5), (0.0, 0.5)), CountVerdict.WORSE, "0 became 0.5"),
    (((4000.0, 3990.0), (4000.0, 3990.0)), CountVerdict.BETTER, "4000 became 3990 (-0.25%)"),
    (((1.0, 2.0), (1.25, 2.0)), CountVerdict.VARIES, "baseline 1 to 1.25"),
    (((1.0, 2.0), (1.0, 9.0)), CountVerdict.VARIES, "candidate 2 to 9"),
    (((1.0, 2.0), (3.0, 9.0)), CountVerdict.VARIES, "baseline 1 to 3, candidate 2 to 9"),
    (((1.0, 2.0),), CountVerdict.NOT_MEASURED, "fewer than 2 launches"),
])
def test_verdicts(readings, verdict, reason):
    comparison, = count_comparisons([launch(*pair) for pair in readings])
    assert (comparison.benchmark, comparison.name) == ("write", SYNCS)
    assert comparison.verdict is verdict and reason in comparison.reason
    decided = verdict in (CountVerdict.SAME, CountVerdict.WORSE, CountVerdict.BETTER)
    assert (comparison.baseline, comparison.candidate) == (readings[0] if decided else (None, None))


def test_a_single_launch_that_differs_among_many_is_enough_to_vary():
    readings = [launch(1.0, 1.0)] * 15 + [launch(1.0, 1.000001)]
    assert count_comparisons(readings)[0].verdict is CountVerdict.VARIES


def test_null_launches_are_more_of_the_baseline_and_none_of_the_candidate():
    main = [launch(1.0, 2.0)] * 2
    null = launch(1.0, 1.0, Phase.NULL)
    assert count_comparisons([*main, null])[0].verdict is CountVerdict.WORSE
    strange = launch(1.0, 1.5, Phase.NULL)
    assert count_comparisons([*main, strange])[0].verdict is CountVerdict.VARIES
    assert count_comparisons([null, null])[0].verdict is CountVerdict.NOT_MEASURED


def test_each_benchmark_and_count_is_compared_by_itself():
    launches = [launch(1.0, 1.0)] * 2 + [launch(1.0, 2.0, benchmark="mixed")] * 2
    launches += [launch(5.0, 4.0, name="wal_bytes_per_operation")] * 2
    found = {(c.benchmark, c.name): c.verdict for c in count_comparisons(launches)}
    assert found == {
        ("write", SYNCS): CountVerdict.SAME, ("mixed", SYNCS): CountVerdict.WORSE,
        ("write", "wal_bytes_per_operation"): CountVerdict.BETTER,
    }


def test_without_counts_there_is_nothing_to_say():
    assert count_comparisons([Launch("x", Phase.MAIN, 0, "AB", (1.0,), (1.0,))]) == []
