"""Which lever brought what: the rungs of the ladder, and what is said when some are lacking."""

import pytest
from conftest import (
    CONTEXT,
    SETS,
    WRITE_ONLY,
    bench_document,
    error_row,
    findings_text,
    row_of,
    rows_of,
    set_rates,
)
from pragmark_report import findings, levers, words
from rungs import (
    PLAIN_GROUP,
    RUNGS,
    STEPS_OF_LIBRARY,
    WORKLOADS,
    Synthetic,
    ladder_document,
)

ONE = {"sequential_write": WORKLOADS["sequential_write"]}
ALL_STEPS = [*STEPS_OF_LIBRARY, "32 requests in flight"]


def set_gains(document, gains):
    for name, gain in gains.items():
        set_rates(document, name, [100.0 * gain * (1 + 0.001 * step) for step in range(9)])


def without(document, *parts):
    """The document without the rows whose name holds one of the parts."""
    gone = [row for part in parts for row in rows_of(document, part)]
    assert gone
    document["benchmarks"] = [row for row in document["benchmarks"] if row not in gone]
    return document


def ladder_of(summary, place=0):
    return levers.explain_run(summary.runs[0], summary)[place]


def steps_of(ladder):
    return [words.step_text(step) for step in ladder.steps]


def test_every_rung_that_was_measured_is_a_step_with_its_own_gain(summarise):
    summary = summarise(ladder_document(speed=1.0))
    ladders = levers.explain_run(summary.runs[0], summary)
    assert len(ladders) == 4
    for ladder in ladders:
        assert steps_of(ladder) == ALL_STEPS
        for step, (_, _, _, factor) in zip(ladder.steps, RUNGS[1:]):
            assert step.gain.factor == pytest.approx(factor, rel=0.1)
            assert step.gain.interval.low <= step.gain.factor <= step.gain.interval.high
            assert step.interleaved
        assert [step.before for step in ladder.steps[1:]] == [s.after for s in ladder.steps[:-1]]
        assert ladder.base is ladder.steps[0].before and ladder.top is ladder.steps[-1].after
        assert ladder.total.factor == pytest.approx(80.6, rel=0.1)


@pytest.mark.parametrize(
    "lacking, told",
    [
        (["group-commit+wal_writes=direct/"],
         "checkpointing: background and WAL writes: coalesced together"),
        (["group-commit+"],
         "group commit, checkpointing: background and WAL writes: coalesced together"),
        (["production/group-commit/"],
         "WAL writes: coalesced and settings: write-optimised together"),
        (["write-optimised/group-commit/rows:1000/payload:small/iterations"],
         "settings: write-optimised and 32 requests in flight together"),
    ],
)
def test_levers_without_a_rung_between_are_told_together(summarise, lacking, told):
    ladder = ladder_of(summarise(without(ladder_document(ONE), *lacking)))
    assert told in steps_of(ladder)
    levers_told = [change.lever for step in ladder.steps for change in step.changes]
    assert sorted(set(levers_told)) == sorted({lever for lever in levers.LEVERS if lever not in (
        levers.ONE_WRITER, levers.MEMORY_STATISTICS, levers.BUILD)})


def test_where_there_is_a_choice_the_levers_are_pulled_in_their_order(small, summarise):
    set_gains(small, {"default/open-per-op": 1, "default/per-thread": 3,
                      "production/open-per-op": 5, "production/per-thread": 45})
    summary = summarise(small)
    ladder = ladder_of(summary)
    assert steps_of(ladder) == ["connection strategy: per-thread", "settings: production"]
    assert [step.gain.factor for step in ladder.steps] == [pytest.approx(3), pytest.approx(15)]
    assert ladder.total.factor == pytest.approx(45)
    assert "From default/open-per-op (100/s, n=9) to production/per-thread (" in (
        findings_text(summary))


def test_checkpointing_is_pulled_before_wal_writes_when_both_orders_were_measured(summarise):
    strategies = (PLAIN_GROUP, "group-commit+checkpoints=commit", "group-commit+wal_writes=direct",
                  "group-commit")
    made = Synthetic()
    for place, strategy in enumerate(strategies):
        made.add("mixed", "production", strategy, 100.0 * (1 + place))
    summary = summarise(made.document())
    assert steps_of(ladder_of(summary)) == ["checkpointing: background", "WAL writes: coalesced"]
    rows = summary.runs[0].rows
    assert tuple(row.configuration.strategy for row in rows) == strategies


@pytest.mark.parametrize(
    "lacking, order",
    [("default/per-thread", ["settings: production", "connection strategy: per-thread"]),
     ("production/open-per-op", ["connection strategy: per-thread", "settings: production"])],
)
def test_the_order_that_was_measured_is_taken(small, summarise, lacking, order):
    assert steps_of(ladder_of(summarise(without(small, lacking)))) == order


def test_single_writer_is_a_rung_above_per_thread(summarise):
    document = bench_document(workloads={"mixed": ("/reads:50", 10, 91.0, 7.0, (1, 1.6, 2.5), 25)})
    ladder = ladder_of(summarise(document))
    assert steps_of(ladder) == [
        "connection strategy: per-thread", "one writer", "settings: production"]


def test_a_variant_of_the_schema_is_no_rung(summarise):
    made = Synthetic()
    made.add("sequential_write", "default", "open-per-op", 50.0, schema="one-index")
    made.add("sequential_write", "default", "open-per-op", 50.0)
    made.add("sequential_write", "production", "open-per-op", 200.0, schema="one-index")
    made.add("sequential_write", "production", "per-thread", 100.0)
    ladder = ladder_of(summarise(made.document()))
    assert steps_of(ladder) == ["connection strategy: per-thread and settings: production together"]
    assert not ladder.base.configuration.is_variant


def test_a_baseline_on_a_variant_of_the_schema_is_none(summarise):
    made = Synthetic()
    made.add("mixed", "default", "open-per-op", 50.0, schema="one-index")
    made.add("mixed", "production", "per-thread", 100.0)
    ladder = ladder_of(summarise(made.document()))
    assert ladder.steps == () and ladder.best.over_baseline is None


def test_a_rung_in_which_requests_failed_is_left_out_and_told(small, summarise):
    for row in rows_of(small, "default/per-thread"):
        row["busy_errors"] = 500.0
    summary = summarise(small)
    assert steps_of(ladder_of(summary))[0] == "settings: production"
    assert ("default/per-thread is no rung: 4,500 requests (25.0%) failed and are not in the rate."
            in findings_text(summary))


def test_failures_of_the_baseline_are_told(small, summarise):
    for row in rows_of(small, "default/open-per-op"):
        row["busy_errors"] = 500.0
    assert "default/open-per-op: 4,500 requests (25.0%) failed" in findings_text(summarise(small))


def build(source_id="2026 b", version="3.53.0", **context):
    return ladder_document(ONE, sqlite_source_id=source_id, sqlite_version=version, speed=1.5,
                           **context)


@pytest.mark.parametrize("python", [{}, {"python_sqlite_version": "3.40.1"}])
def test_another_build_is_the_last_step_and_said_not_to_interleave(summarise, python):
    summary = summarise(ladder_document(ONE, **python), build())
    assert summary.differing_keys == ("sqlite_source_id", "sqlite_version")
    ladder = ladder_of(summary)
    assert steps_of(ladder) == [*ALL_STEPS, "SQLite 3.53.0"]
    last = ladder.steps[-1]
    assert not last.interleaved and last.before.configuration == last.after.configuration
    assert last.gain.factor == pytest.approx(1.5, rel=0.1)
    assert "SQLite 3.53.0 compares two runs that did not interleave" in findings_text(summary)


def test_only_the_first_run_goes_over_to_another_build(summarise):
    summary = summarise(ladder_document(ONE), build(), build("2027 c", "3.60.0"))
    for run, builds in zip(summary.runs, (["SQLite 3.53.0"], [], [])):
        (ladder,) = levers.explain_run(run, summary)
        assert steps_of(ladder) == ALL_STEPS + builds


@pytest.mark.parametrize(
    "other",
    [build(CONTEXT["sqlite_source_id"], "3.40.1"),
     build(filesystem="xfs"), without(build(), "in_flight:32")],
)
def test_only_another_build_of_the_same_configuration_is_a_step(summarise, other):
    ladder = ladder_of(summarise(ladder_document(ONE), other))
    assert steps_of(ladder) == ALL_STEPS


def largest(summary):
    """The sentence of the first screen."""
    return words.plain(findings.largest_steps(levers.explain_run(summary.runs[0], summary)))


def test_the_largest_step_of_each_workload_comes_first_with_its_price(document, summarise):
    said = largest(summarise(document))
    assert said.startswith("What brought most: the connection strategy in sequential_read (6")
    assert "; the settings in sequential_write (2" in said
    assert said.count("production is process-safe") == 1


def test_the_largest_step_is_only_told_where_there_are_several(small, summarise):
    assert largest(summarise(small)) != ""
    assert largest(summarise(without(small, "open-per-op"))) == ""


def test_a_step_without_effect_is_told_so(small, summarise):
    set_gains(small, {"default/open-per-op": 1, "default/per-thread": 3,
                      "production/open-per-op": 1.0001, "production/per-thread": 3.0003})
    first, second = ladder_of(summarise(small)).steps
    assert (words.effect_text(first.gain), words.effect_text(second.gain)) == (
        "faster", "within the noise")
    set_gains(small, {"production/per-thread": 4, "default/per-thread": 0.5})
    first, second = ladder_of(summarise(small)).steps
    assert (words.effect_text(first.gain), words.effect_text(second.gain)) == ("slower", "faster")


def test_one_set_only_tells_the_strategy_and_what_is_lacking(summarise):
    only = {"production": SETS["production"]}
    text = findings_text(summarise(bench_document(sets=only, workloads=WRITE_ONLY)))
    assert "From production/open-per-op" in text
    assert "all of it from the connection strategy" in text
    assert "What the PRAGMA set production brought over default is not known" in text
    assert "--pragmas default,production" in text


def test_one_strategy_only_tells_the_set_and_what_is_lacking(summarise):
    document = bench_document(strategies=("per-thread",), workloads=WRITE_ONLY)
    text = findings_text(summarise(document))
    assert "all of it from the settings" in text
    assert "What the connection strategy per-thread brought over open-per-op is not known" in text
    assert "--strategy open-per-op,per-thread" in text


def test_a_set_that_is_not_on_the_way_is_no_rung(summarise):
    sets = {"durable": ("power-safe", "synchronous=FULL"), "production": SETS["production"]}
    text = findings_text(summarise(bench_document(sets=sets, workloads=WRITE_ONLY)))
    assert "From production/open-per-op" in text
    assert "all of it from the connection strategy" in text
    assert "brought over default is not known: default was not measured with 1 thread." in text


def test_a_baseline_that_is_best_is_said_to_be(small, summarise):
    set_gains(small, {"default/open-per-op": 50, "default/per-thread": 3,
                      "production/open-per-op": 5, "production/per-thread": 4})
    assert "The baseline default/open-per-op is itself the best." in findings_text(summarise(small))


def test_a_single_configuration_has_nothing_to_compare_with(small, summarise):
    text = findings_text(summarise(without(small, "default/", "open-per-op")))
    assert "cannot be said without a baseline" in text


def test_a_baseline_that_erred_is_told_and_the_next_lowest_taken(small, summarise):
    for row in rows_of(small, "default/open-per-op"):
        small["benchmarks"][small["benchmarks"].index(row)] = error_row(row, "no disk")
    text = findings_text(summarise(small))
    assert "From production/open-per-op" in text
    assert "default/open-per-op erred, so it is no rung." in text


def test_threads_do_not_mix_on_a_ladder(small, summarise):
    for row in rows_of(small, "production/per-thread"):
        row["name"] = row["run_name"] = row["name"].replace("threads:1", "threads:4")
    summary = summarise(small)
    best = row_of(summary, "production/per-thread")
    assert best.over_baseline is None
    ladder = ladder_of(summary)
    assert ladder.best is best and ladder.top.configuration.load.threads == 1
    assert ("The best, production/per-thread with 4 threads, stands on no ladder"
            in findings_text(summary))


def test_a_yardstick_is_no_rung(summarise):
    summary = summarise(ladder_document(ONE))
    names = {rung.configuration.served.name for step in ladder_of(summary).steps
             for rung in (step.before, step.after)}
    assert names == {"open-per-op", "per-thread", "group-commit"}
    assert row_of(summary, f"production/{PLAIN_GROUP}")
