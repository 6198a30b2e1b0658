"""What is said of a run: figures, errors, failures, the best configuration, the levers."""

import itertools

import pytest
from conftest import (
    SETS,
    STRATEGIES,
    WRITE_ONLY,
    bench_document,
    error_row,
    findings_text,
    row_of,
    rows_of,
    set_rates,
    verify_document,
)
from pragmark_report import caveats, findings, levers, words


def caveat_text(summary, run=0):
    return "\n".join(words.plain(s) for s in caveats.of_run(summary.runs[run]))


def test_median_and_interval_are_those_of_the_repetitions(small, summarise):
    set_rates(small, "production/per-thread", [9.0, 1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0])
    throughput = row_of(summarise(small), "production/per-thread").throughput
    assert throughput.median_per_second == 5.0
    assert (throughput.interval.low, throughput.interval.high) == (2.0, 8.0)


@pytest.mark.parametrize(
    "shift, attainment", [(0.0, "undecided"), (3000.0, "reached"), (-3000.0, "missed")]
)
def test_attainment_of_the_best_configuration(small, summarise, shift, attainment):
    rates = [60_000 + shift + 500 * step for step in range(-4, 5)]
    set_rates(small, "production/per-thread", rates)
    summary = summarise(small)
    (answer,) = summary.runs[0].answers
    assert answer.attainment == attainment
    assert (answer.missing_factor is None) == (attainment == "reached")


def test_the_missing_factor_is_the_target_over_the_rate(small, summarise):
    set_rates(small, "production/per-thread", [1e4 + 100 * step for step in range(-4, 5)])
    missing = summarise(small).runs[0].answers[0].missing_factor
    assert missing.factor == pytest.approx(6.0)
    assert missing.interval.low == pytest.approx(60_000 / 10_300)
    assert missing.interval.high == pytest.approx(60_000 / 9_700)


def test_counters_are_medians_and_a_maximum_is_the_largest(small, summarise):
    for row in small["benchmarks"]:
        row["latency_us_p99"] = row["latency_us_max"] = 10.0 + row["repetition_index"]
    counters = row_of(summarise(small), "default/per-thread").counters
    assert (counters["latency_us_p99"], counters["latency_us_max"]) == (14.0, 18.0)


def test_the_target_is_a_parameter(small, summarise):
    assert summarise(small, target=10_000.0).runs[0].answers[0].attainment == "reached"


def test_few_repetitions_give_no_interval_and_no_verdict(summarise):
    summary = summarise(bench_document(repetitions=5, workloads=WRITE_ONLY))
    (answer,) = summary.runs[0].answers
    assert answer.attainment == "undecided"
    assert answer.best.throughput.interval is None
    assert "n=5: n too small for a 95% interval" in caveat_text(summary)


def test_one_error_of_nine_repetitions_leaves_no_figure(small, summarise):
    broken = rows_of(small, "production/per-thread")[4]
    small["benchmarks"][small["benchmarks"].index(broken)] = error_row(broken, "disk is full")
    summary = summarise(small)
    row = row_of(summary, "production/per-thread")
    assert row.throughput is None and row.attainment is None
    assert row.error == "disk is full (1 of 9 repetitions erred)"
    assert summary.runs[0].answers[0].best is not row
    assert "1 configuration erred" in caveat_text(summary)


@pytest.mark.parametrize(
    "target, said",
    [
        (10.0, "All 4 workloads reach 10.0 requests/s."),
        (30_000.0, "3 of 4 workloads reach 30,000 requests/s; 1 misses it."),
        (60_000.0, "2 of 4 workloads reach 60,000 requests/s; 2 miss it."),
        (144_000.0, "1 of 4 workloads reaches 144,000 requests/s; 2 miss it and 1 is undecided."),
        (148_000.0, "No workload is shown to reach 148,000 requests/s: 2 miss it and 2 are undeci"),
        (1e6, "None of 4 workloads reaches 1,000,000 requests/s."),
    ],
)
def test_the_headline_counts_every_workload(document, summarise, target, said):
    summary = summarise(document, target=target)
    assert words.plain(findings.headline(summary.runs[0], target)).startswith(said)


def test_a_workload_that_only_erred_has_no_answer(small, summarise):
    small["benchmarks"] = [error_row(row, "no disk") for row in small["benchmarks"]]
    summary = summarise(small)
    (answer,) = summary.runs[0].answers
    assert answer.best is None and answer.attainment is None
    assert levers.explain(answer) is None
    assert "no figure" in words.plain(findings.headline(summary.runs[0], 60_000.0))


def test_failed_requests_are_a_share_and_never_the_best(small, summarise):
    for row in rows_of(small, "production/per-thread"):
        row["busy_errors"], row["errors"] = 400.0, 100.0
    summary = summarise(small)
    row = row_of(summary, "production/per-thread")
    assert row.failed_requests == 4500
    assert row.failed_percent == pytest.approx(25.0)  # 500 of 2,000
    assert words.plain(words.served_by(summary.runs[0].answers[0].best)) == "production/open-per-op"
    assert "Requests failed in 1 configuration, up to 25.0% of them" in caveat_text(summary)


def test_failed_requests_are_told_of_the_best_when_all_fail(small, summarise):
    for row in small["benchmarks"]:
        row["busy_errors"] = 10.0
    text = findings_text(summarise(small))
    assert "production/per-thread: 90.0 requests (0.50%) failed and are not in the rate." in text


@pytest.mark.parametrize(("failed", "attainment"), [(1.0, "reached"), (3.0, "undecided")])
def test_a_target_is_not_reached_while_requests_fail(small, summarise, failed, attainment):
    for row in small["benchmarks"]:
        row["busy_errors"], row["operations"] = failed, 2000.0  # 0.05% and 0.15%
    summary = summarise(small, target=1.0)
    assert row_of(summary, "production/per-thread").attainment == attainment
    assert ("another mix" in findings_text(summary)) == (attainment == "undecided")


def test_the_reference_loop_is_not_the_best(small, summarise):
    for row in rows_of(small, "production/per-thread"):
        row["name"] = row["run_name"] = row["name"].replace("per-thread", "raw")
    best = summarise(small).runs[0].answers[0].best
    assert best.configuration.strategy == "open-per-op"


def test_durability_is_said_when_classes_differ_and_only_then(small, summarise):
    text = findings_text(summarise(small))
    assert ("production is process-safe: commits may be lost with the power, never consistency; "
            "default is power-safe.") in text
    assert "Best that is power-safe: default/per-thread" in text
    for row in small["benchmarks"]:
        row["label"] = "power-safe"
    assert "power-safe" not in findings_text(summarise(small))


def test_a_class_that_is_not_stated_is_not_assumed(small, summarise):
    for row in rows_of(small, "production/"):
        del row["label"]
    summary = summarise(small)
    assert row_of(summary, "production/per-thread").durability == "not stated"
    assert "production is not stated" in findings_text(summary)


@pytest.mark.parametrize("pragma_set, strategy", itertools.product(SETS, STRATEGIES[:2]))
def test_ratios_are_against_the_baseline(small, summarise, pragma_set, strategy):
    gains = {"default/open-per-op": 1, "default/per-thread": 3, "production/open-per-op": 5,
             "production/per-thread": 45}
    for name, gain in gains.items():
        set_rates(small, name, [100.0 * gain * (1 + 0.001 * step) for step in range(9)])
    name = f"{pragma_set}/{strategy}"
    ratio = row_of(summarise(small), name).over_baseline
    if name == "default/open-per-op":
        assert ratio is None
    else:
        assert ratio.factor == pytest.approx(gains[name])
        assert ratio.interval.low < gains[name] < ratio.interval.high


def test_cases_are_told_apart_by_what_differs(small, summarise):
    more = [dict(row, name=row["name"].replace("small", "article"),
                 run_name=row["name"].replace("small", "article")) for row in small["benchmarks"]]
    small["benchmarks"] += more
    summary = summarise(small)
    cases = [answer.case for answer in summary.runs[0].answers]
    assert list(words.case_titles(cases).values()) == [
        "sequential_write payload:article", "sequential_write payload:small"]


def test_unlike_runs_stand_side_by_side(small, summarise):
    other = bench_document(workloads=WRITE_ONLY, strategies=STRATEGIES[:2], speed=3.0, seed=9)
    other["context"].update(filesystem="tmpfs", sqlite_version="3.46.0", date="2024-06-01")
    other["context"]["pragma_set:production"] = "synchronous=OFF"
    summary = summarise(small, other)
    assert [run.run.letter for run in summary.runs] == ["A", "B"]
    assert summary.differing_keys == ("filesystem", "pragma_set:production", "sqlite_version")
    assert all(row.n == 9 for run in summary.runs for row in run.rows)
    first, second = (row_of(summary, "default/open-per-op", run).throughput for run in (0, 1))
    assert second.median_per_second > 2 * first.median_per_second
    assert "filesystem" in words.plain(findings.unlike(summary))
    assert "tmpfs, which is not a local disk" in caveat_text(summary, 1)


def test_runs_of_one_machine_are_not_pooled_either(small, summarise):
    other = bench_document(workloads=WRITE_ONLY, strategies=STRATEGIES[:2], seed=9)
    other["context"].update(date="2024-06-01", command="again", fdatasync_us_p50="1000.0",
                            steal_percent="0.9", environment_grade="C",
                            environment_reasons="the load was 2.00", counting_vfs_read_cost_percent="9")
    summary = summarise(small, other)
    assert summary.differing_keys == ()
    assert [row.n for run in summary.runs for row in run.rows] == [9] * 8
    assert "environments are alike" in words.plain(findings.unlike(summary))


def test_one_file_given_twice_is_noticed(small, summarise):
    said = [words.plain(s) for s in caveats.of_summary(summarise(small, small))]
    assert said == ["Runs A and B are the same bytes: one measurement given twice."]


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("filesystem", "overlay", "not a local disk"),
        ("filesystem", "fuse.sshfs", "not a local disk"),
        ("filesystem_warning", "beware of it", "File system: beware of it."),
        ("fdatasync_us_p50", "3", "faster than storage"),
        ("fdatasync_us_p50", "", "does not say how long fdatasync takes"),
        ("steal_percent", "1.5", "took 1.5% of the CPU time"),
        ("cpu_scaling_enabled", True, "frequency scaling was on"),
        ("counting_vfs_cost_percent", "", "whose cost was not measured"),
        ("counting_vfs_cost_percent", "1.2 [-0.3, 2.6] n=9", "writes 1.2 [-0.3, 2.6] n=9."),
        ("counting_vfs_cost_percent", "not measured", "whose cost was not measured"),
        ("counting_vfs_read_cost_percent", "3.0 [2.0, 4.0] n=9", ", reads 3.0 [2.0, 4.0] n=9."),
        ("steal_percent", "unknown", "(steal) is not known"),
    ],
)
def test_caveats_of_the_environment(small, summarise, key, value, said):
    already = small["context"].get(key) == value
    assert (said in caveat_text(summarise(small))) == already
    small["context"][key] = value
    assert said in caveat_text(summarise(small))


def test_a_disk_whose_file_system_a_program_serves_is_a_disk(small, summarise):
    small["context"]["filesystem"] = "fuseblk"
    assert "not a local disk" not in caveat_text(summarise(small))


def test_one_warning_of_the_file_system_is_enough(small, summarise):
    small["context"].update(filesystem="tmpfs", fdatasync_us_p50="1", filesystem_warning="RAM")
    text = caveat_text(summarise(small))
    assert "File system: RAM." in text
    assert "not a local disk" not in text and "faster than storage" not in text


def test_a_share_that_cannot_be_is_not_given(small, summarise):
    for row in small["benchmarks"]:
        row["busy_errors"], row["operations"] = 5.0, 2.0
    row = row_of(summarise(small), "default/per-thread")
    assert row.failed_requests == 45 and row.failed_percent is None


def test_a_good_environment_has_no_caveat_of_its_own(small, summarise):
    small["context"]["counting_vfs"] = "off"
    assert caveat_text(summarise(small)) == (
        "Configurations of unequal durability stand in one table: default is power-safe; "
        "production is process-safe.")


def test_noise_and_lost_repetitions_are_caveats(small, summarise):
    set_rates(small, "default/per-thread", [50.0, 60, 70, 80, 90, 100, 110, 120, 130])
    small["benchmarks"].remove(rows_of(small, "production/open-per-op")[0])
    text = caveat_text(summarise(small))
    assert "spread by more than 10%; most in sequential_write default/per-thread (32.9%)" in text
    assert "1 configuration lost repetitions" in text


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda d: d.update(verdict="unknown"), "was not proved: its verdict is unknown"),
        (lambda d: d["checks"][0].update(verdict="ineffective"), "although one of its checks"),
        (lambda d: d["checks"][0].update(verdict="warning"), "warns: synchronous, claimed NORMAL"),
        (lambda d: d["sqlite"].update(version="3.46.0"), "proved with SQLite 3.46.0"),
    ],
)
def test_a_proof_that_is_none_is_a_caveat(small, summarise, change, said):
    proof = verify_document()
    assert caveats.of_summary(summarise(small, proof)) == []
    change(proof)
    assert said in words.plain(caveats.of_summary(summarise(small, proof))[0])
