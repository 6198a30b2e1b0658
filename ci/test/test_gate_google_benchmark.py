"""Loading a Google Benchmark file fails closed; a file that is fine gives one number a name."""

import json

import pytest
from pragmark_gate.google_benchmark import load_results, normalised, same_unit
from pragmark_gate.model import Metric
from pragmark_report.errors import InputError

RATE = Metric()
TIME = Metric("real_time", higher_is_better=False)


def row(name="BM_sort/10", index=0, rate=100.0, **more):
    """A repetition as Google Benchmark 1.7.1 writes it. A value of ... leaves its key out."""
    whole = {
        "name": name, "run_name": name, "run_type": "iteration", "repetitions": 1,
        "repetition_index": index, "threads": 1, "iterations": 10, "real_time": 2.0,
        "cpu_time": 1.0, "time_unit": "ns", "items_per_second": rate, **more,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def aggregate(kind, rate, name="BM_sort/10"):
    return row(f"{name}_{kind}", ..., rate, run_name=name, run_type="aggregate",
               aggregate_name=kind)


@pytest.fixture
def write(tmp_path):
    def write_file(document):
        path = tmp_path / "results.json"
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write_file


def document(*rows, **context):
    return {"context": {"num_cpus": 2, **context}, "benchmarks": list(rows)}


def refusal(path, metric=RATE, benchmarks=""):
    with pytest.raises(InputError) as caught:
        load_results(path, metric, benchmarks)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "; " in message and "\n" not in message
    return message


TEXT = json.dumps(document(row()))
BROKEN = {
    "empty": ("", "empty file"),
    "blank": (" \n", "empty file"),
    "truncated": (TEXT[: len(TEXT) // 2], "truncated JSON"),
    "no JSON": ("BM_sort 100 ns", "not valid JSON"),
    "no object": ("[]", "no object at the top"),
    "no benchmarks": ({"context": {}}, "no list of `benchmarks`"),
    "benchmarks is no list": ({"benchmarks": {}}, "no list of `benchmarks`"),
    "benchmarks is empty": (document(), "`benchmarks` is empty"),
    "row is no object": (document(7), "has no name"),
    "row without a name": (document(row(name=...)), "has no name"),
    "context is a list": ({"context": [], "benchmarks": [row()]}, "`context` is not an object"),
    "bare NaN": (TEXT.replace("100.0", "NaN"), "holds the number NaN"),
    "bare -Infinity": (TEXT.replace("100.0", "-Infinity"), "holds the number -Infinity"),
    "beyond a float": (TEXT.replace("100.0", "1e999"), "holds the number 1e999"),
    "integer beyond a float": (document(row(rate=10**400)), "holds the number 1000"),
    "NaN as text": (document(row(rate="NaN")), "is not a number"),
    "truth as a number": (document(row(rate=True)), "is not a number"),
    "null": (document(row(rate=None)), "is not a number"),
    "zero": (document(row(rate=0.0)), "`items_per_second` of BM_sort/10 is 0"),
    "negative": (document(row(rate=-1.5)), "`items_per_second` of BM_sort/10 is -1.5"),
    "no rate": (document(row(rate=...)), "`--metric real_time:lower`"),
    "erred": (
        document(row(), row("BM_bad", error_occurred=True, error_message="no disk", rate=...)),
        "BM_bad erred: no disk",
    ),
    "erred in one repetition": (
        document(row(), row(index=1, error_occurred=True, error_message="no disk")), "no disk"
    ),
    "erred, no message": (document(row(error_occurred=True)), "erred: no message"),
    "skipped": (document(row(skipped=True, skip_message="no GPU")), "was skipped: no GPU"),
    "debug": (document(row(), pragmark_build_type="Debug"), "`Debug` build"),
    "sanitizers": (document(row(), pragmark_build_type="Release+asan"), "`Release+asan` build"),
    "another schema": ({"schema": "pragmark.gate/1", **document(row())}, "unknown schema"),
    "schema null": ({"schema": None, **document(row())}, "unknown schema null"),
    "newer schema": (document(row(), json_schema_version=2), "json_schema_version 2"),
    "twice": (document(row(), row()), "there twice"),
    "twice without an index": (document(row(index=...), row(index=...)), "there twice"),
    "twice but for its iterations": (
        document(row("BM/iterations:5"), row("BM/iterations:9")), "BM is there twice"
    ),
    "unknown kind of row": (document(row(run_type="trace")), "neither a repetition"),
    "no kind of row": (document(row(run_type=...)), "neither a repetition"),
    "aggregates without a median": (document(aggregate("mean", 5.0)), "nor one median"),
    "two units": (document(row(), row(index=1, time_unit="us")), "in ns and in us"),
}


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_what_cannot_be_believed_is_refused(write, case):
    broken, reason = BROKEN[case]
    assert reason in refusal(write(broken))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "No such file" in refusal(str(tmp_path / "none.json"))


def test_every_truncation_is_refused(write):
    for end in range(len(TEXT)):
        refusal(write(TEXT[:end]))


def test_a_pattern_that_matches_nothing_is_refused_and_says_what_there_is(write):
    message = refusal(write(document(row())), benchmarks="BM_srot")
    assert "none of 1 benchmarks matches BM_srot; it has BM_sort/10" in message


def test_a_pattern_that_is_none_is_refused(write):
    with pytest.raises(InputError, match=r"pattern \(: .*regular expression"):
        load_results(write(document(row())), RATE, "(")


def test_an_unknown_metric_lists_the_counters(write):
    path = write(document(row(hits=3)))
    message = refusal(path, Metric("misses"))
    assert "has no `misses`" in message and "counters: items_per_second, hits" in message
    assert "no `threads`" in refusal(path, Metric("threads"))


def test_an_error_that_was_not_asked_for_does_not_matter(write):
    path = write(document(row(), row("BM_bad", error_occurred=True)))
    assert list(load_results(path, RATE, "sort").values) == ["BM_sort/10"]


def test_the_refusal_names_the_side_instead_of_a_scratch_file(write):
    with pytest.raises(InputError, match="^baseline: empty file"):
        load_results(write(""), RATE, subject="baseline")


def test_the_value_is_the_median_of_the_repetitions_and_aggregates_are_ignored(write):
    rows = [row(index=i, rate=rate) for i, rate in enumerate((5.0, 1.0, 9.0, 2.0))]
    results = load_results(write(document(*rows, aggregate("median", 77.0))), RATE)
    assert results.values == {"BM_sort/10": 3.5}


def test_aggregates_only_gives_the_median_row(write):
    rows = [aggregate(kind, rate) for kind, rate in (("mean", 4.0), ("median", 5.0), ("cv", 0.1))]
    assert load_results(write(document(*rows)), RATE).values == {"BM_sort/10": 5.0}


def test_times_and_counters_can_be_the_metric(write):
    path = write(document(row(hits=3)))
    assert load_results(path, TIME).values == {"BM_sort/10": 2.0}
    assert load_results(path, Metric("hits")).values == {"BM_sort/10": 3.0}


@pytest.mark.parametrize(("name", "wanted"), [
    ("BM/8/iterations:100/repeats:3/real_time/threads:2", "BM/8/real_time/threads:2"),
    ("BM/min_time:0.500/min_warmup_time:1.000", "BM"),
    ("BM/rows:1000/iterationsX:7", "BM/rows:1000/iterationsX:7"),
])
def test_names_lose_what_says_how_long_it_ran(name, wanted):
    assert normalised(name) == wanted


def test_a_program_of_somebody_elses_gets_its_caveats(write):
    foreign, = [note for note in load_results(write(document(row())), TIME).notes]
    assert "library_build_type" in foreign
    notes = load_results(write(document(row(), row("B/real_time"))), RATE).notes
    assert "rate of BM_sort/10 is per second of CPU time" in notes[1]
    ours = document(row("B/real_time/threads:1"), pragmark_build_type="Release")
    assert load_results(write(ours), RATE).notes == ()


def test_units_that_differ_between_the_sides_are_refused():
    with pytest.raises(InputError, match="^the candidate: A is measured in us, .* in ns;"):
        same_unit("A", "ns", "us")
    same_unit("A", "us", "us")
