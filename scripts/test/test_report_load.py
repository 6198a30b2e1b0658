"""Loading fails closed: every input that cannot be believed is refused with one line."""

import json
from pathlib import Path

import pytest
from conftest import bench_document, error_row, rows_of, verify_document
from pragmark_report import json_file, load_bench
from pragmark_report.errors import InputError
from pragmark_report.load import load
from pragmark_report.model import Load

SCHEMA = Path(__file__).resolve().parents[2] / "reports" / "schema" / "bench.schema.json"


def refusal(path: str) -> str:
    with pytest.raises(InputError) as caught:
        load([path])
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and ";" in message and "\n" not in message
    return message


def context_without(key):
    return lambda document: document["context"].pop(key)


def set_context(key, value):
    return lambda document: document["context"].__setitem__(key, value)


def set_row(key, value):
    return lambda document: document["benchmarks"][0].__setitem__(key, value)


def rename_row(old, new):
    def change(document):
        for row in document["benchmarks"]:
            row["name"] = row["run_name"] = row["name"].replace(old, new)

    return change


def set_rows(rows):
    return lambda document: document.__setitem__("benchmarks", rows)


def double_first_row(document):
    document["benchmarks"].append(document["benchmarks"][0])


BROKEN = [
    *((context_without(key), f"`{key}`") for key in load_bench.REQUIRED_CONTEXT),
    (set_context("seed", 7), "no text under `seed`"),
    (set_context("pragmark_build_type", "Debug"), "`Debug` build"),
    (set_context("pragmark_build_type", ""), "build"),
    (set_context("pragmark_build_type", "Release+asan"), "`Release+asan` build"),
    (context_without("pragma_set:production"), "`pragma_set:production`"),
    (set_rows([]), "`benchmarks` is empty"),
    (set_rows({}), "another schema"),
    (set_rows([1]), "no name"),
    (set_rows([{"name": "a/b/c/real_time", "run_type": "aggregate"}]), "only aggregates"),
    (set_row("items_per_second", -1.0), "`items_per_second` of"),
    (set_row("items_per_second", "fast"), "not a number"),
    (set_row("items_per_second", True), "not a number"),
    (set_row("items_per_second", 10**400), "holds the number 1000"),
    (set_row("items_per_second", None), "no `items_per_second`"),
    (set_row("latency_us_p99", -5), "`latency_us_p99` of"),
    (rename_row("/real_time", ""), "CPU time"),
    (rename_row("/real_time", "/process_time"), "CPU time"),
    (rename_row("sequential_write/default/", "sequential_write/"), "is not WORKLOAD/SET/STRATEGY"),
    (rename_row("threads:1", "threads:0"), "number of threads"),
    (rename_row("payload:small", "rows:5"), "one parameter twice"),
    (double_first_row, "is there twice"),
    (rename_row("/repeats:9", "/in_flight:0"), "number of requests in flight"),
    (rename_row("/repeats:9", "/in_flight:many"), "number of requests in flight"),
    (rename_row("/repeats:9", "/processes:-1"), "number of processes"),
    (rename_row("/repeats:9", "/memory_statistics:on"), "unknown value memory_statistics:on"),
    (rename_row("/repeats:9", "/memory_statistics:"), "unknown value memory_statistics:;"),
    (rename_row("per-thread", "per-thread+wal=direct"), "unknown option wal"),
    (rename_row("per-thread", "group-commit+checkpoints=never"), "value checkpoints=never"),
    (rename_row("per-thread", "group-commit+checkpoints=commit+checkpoints=commit"), "told twice"),
    (rename_row("per-thread", "raw+checkpoints=background"), "raw takes no options"),
    (rename_row("per-thread", "new+checkpoints=background"), "new takes no options"),
    (set_context("steal_percent", None), "`steal_percent`"),
    (set_context("environment_grade", "E"), "`environment_grade`"),
    (set_context("environment_grade", None), "`environment_grade`"),
    (lambda document: document.pop("context"), "another schema"),
    (lambda document: document.update(schema="pragmark.gate/1"), "unknown schema \"pragmark.gate"),
    (lambda document: document.update(schema=3), "unknown schema 3"),
]


@pytest.mark.parametrize("change, said", BROKEN)
def test_a_broken_result_is_refused(small, write, change, said):
    change(small)
    assert said in refusal(write(small))


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "empty file"),
        (" \n", "empty file"),
        ("SELECT 1;", "not valid JSON"),
        ("[]", "no object at the top"),
        ("{}", "another schema"),
        ("17", "no object at the top"),
        ('{"context": {}, "benchmarks": [', "truncated JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"context": ' + "9" * 5000 + "}", "absurd length"),
    ],
)
def test_text_that_is_no_result_is_refused(write, text, said):
    assert said in refusal(write(text))


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_not_finite_is_refused(small, write, literal):
    text = json.dumps(small).replace('"busy_errors": 0.0', f'"busy_errors": {literal}', 1)
    assert f"holds the number {literal}" in refusal(write(text))


def test_truncation_anywhere_is_refused(small, write):
    text = json.dumps(small)
    for end in range(1, len(text) - 1, 997):
        refusal(write(text[:end]))


def test_what_is_no_file_is_refused(tmp_path):
    assert "No such file" in refusal(str(tmp_path / "missing.json"))
    assert "directory" in refusal(str(tmp_path)).lower()


def test_a_file_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(json_file, "MAX_FILE_BYTES", 1 << 20)
    monkeypatch.setattr(json_file, "PIECE_BYTES", 1 << 18)
    assert "larger than 1 MiB" in refusal("/dev/zero")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "binary.json"
    path.write_bytes(b"SQLite format 3\x00\xff\xfe")
    assert "not UTF-8" in refusal(str(path))


def test_only_verify_results_are_no_report(write):
    assert "no benchmark result" in refusal(write(verify_document()))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("verdict"),
        lambda document: document.update(verdict="probably"),
        lambda document: document.update(checks=[]),
        lambda document: document.update(checks=["x"]),
        lambda document: document["checks"][0].update(verdict=None),
        lambda document: document.pop("pragma_set"),
    ],
)
def test_a_verify_result_without_its_claim_is_refused(write, change):
    document = verify_document()
    change(document)
    assert "no benchmark result" not in refusal(write(document))


def test_names_are_normalised_to_one_configuration(small, write):
    for row in small["benchmarks"]:
        length = f"/iterations:{100 + row['repetition_index']}/min_time:0.5"
        row["name"] = row["run_name"] = row["name"].replace("/repeats:9", length)
    (run,) = load([write(small)]).runs
    assert [len(each.repetitions) for each in run.measurements] == [9] * 4
    assert run.measurements[0].configuration.case.parameters == (
        ("payload", "small"), ("rows", "1000"))


@pytest.mark.parametrize(
    "name, pragma_set, parameters, threads",
    [
        ("w/a+mmap_size=1/raw/real_time/threads:8", "a+mmap_size=1", (), 8),
        ("w/dir/my.sql/raw/z:1/real_time/a:2", "dir/my.sql", (("a", "2"), ("z", "1")), 3),
        ("w/s/raw/repeats:9/min_time:1.0/manual_time", "s", (), 3),
    ],
)
def test_names_of_every_form(name, pragma_set, parameters, threads):
    configuration = load_bench.parse_name("f", name, 3.0)
    assert configuration.case.workload == "w"
    assert configuration.strategy == "raw"
    assert configuration.pragma_set == pragma_set
    assert configuration.case.parameters == parameters
    assert configuration.load == Load(threads)


def test_loads_and_schema_are_told_apart_and_default_to_the_plain_ones():
    name = "w/s/per-thread/rows:5/in_flight:32/processes:2/schema:narrow/real_time/threads:4"
    configuration = load_bench.parse_name("f", name, None)
    assert configuration.load == Load(threads=4, processes=2, in_flight=32)
    assert configuration.load.serial == Load(threads=4, processes=2)
    assert configuration.schema == "narrow"
    assert configuration.case.parameters == (("rows", "5"),)
    plain = load_bench.parse_name("f", "w/s/per-thread/rows:5/real_time", 1.0)
    assert (plain.load, plain.schema) == (Load(threads=1, processes=1, in_flight=1), "standard")
    assert plain.case == configuration.case


@pytest.mark.parametrize(
    "written, checkpoints, wal_writes, canonical",
    [
        ("group-commit", "background", "coalesced", "group-commit"),
        ("group-commit+wal_writes=direct", "background", "direct",
         "group-commit+wal_writes=direct"),
        ("group-commit+wal_writes=direct+checkpoints=commit", "commit", "direct",
         "group-commit+checkpoints=commit+wal_writes=direct"),
        ("group-commit+checkpoints=background", "background", "coalesced", "group-commit"),
        ("single-writer", "commit", "direct", "single-writer"),
        ("per-thread+wal_writes=coalesced", "commit", "coalesced",
         "per-thread+wal_writes=coalesced"),
        ("open-per-op+checkpoints=commit", "commit", "direct", "open-per-op"),
    ],
)
def test_a_strategy_has_one_name_and_every_option(written, checkpoints, wal_writes, canonical):
    configuration = load_bench.parse_name("f", f"w/s/{written}/real_time", 1.0)
    served = configuration.served
    assert (served.checkpoints, served.wal_writes) == (checkpoints, wal_writes)
    assert configuration.strategy == canonical
    assert not configuration.is_yardstick


@pytest.mark.parametrize("name", ["raw", "sqlitecpp", "soci", "python-original"])
def test_yardsticks_are_known(name):
    assert load_bench.parse_name("f", f"w/s/{name}/real_time", 1.0).is_yardstick


def test_one_strategy_written_in_two_ways_is_one_configuration(small, write):
    for row in rows_of(small, "per-thread"):
        if row["repetition_index"] % 2:
            row["name"] = row["run_name"] = row["name"].replace(
                "per-thread", "per-thread+wal_writes=direct")
    (run,) = load([write(small)]).runs
    assert [len(each.repetitions) for each in run.measurements] == [9] * 4


def test_the_librarys_build_type_is_not_believed(small, write):
    small["context"]["library_build_type"] = "debug"
    assert load([write(small)]).runs


def test_aggregates_are_not_repetitions(small, write):
    row = dict(small["benchmarks"][0], run_type="aggregate", aggregate_name="mean")
    small["benchmarks"].append({**row, "name": row["name"] + "_mean"})
    (run,) = load([write(small)]).runs
    assert sum(len(each.repetitions) for each in run.measurements) == 36


def test_an_error_is_kept_and_a_rate_of_zero_is_one(small, write):
    first, second = rows_of(small, "default/per-thread")[:2]
    small["benchmarks"][small["benchmarks"].index(first)] = error_row(first, "rows are missing")
    second["items_per_second"] = 0
    (run,) = load([write(small)]).runs
    errors = {r.error for each in run.measurements for r in each.repetitions} - {None}
    assert errors == {
        "rows are missing", f"no request succeeded in repetition {second['repetition_index']}"}


def test_text_from_a_file_is_one_printable_line(small, write):
    small["context"]["cpu_model"] = "a\x1b[31m\r\nb\u202e\ud800"
    (run,) = load([write(small)]).runs
    assert run.context["cpu_model"] == "a\ufffd[31m b\ufffd\ufffd"


def test_the_schema_document_says_what_the_loader_demands():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema["properties"]["context"]["required"] == list(load_bench.REQUIRED_CONTEXT)
    row = schema["properties"]["benchmarks"]["items"]["properties"]
    assert set(load_bench.COUNTERS) <= set(row)


def test_the_synthetic_result_holds_nothing_that_the_schema_does_not_know():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    row = set(schema["properties"]["benchmarks"]["items"]["properties"])
    googles = {"iterations", "real_time", "cpu_time", "time_unit"}
    assert set(bench_document()["benchmarks"][0]) <= row | googles


def test_strategies_stand_in_the_order_of_the_documentation_and_variants_behind():
    told = ["raw", "sqlitecpp", "soci", "python-original", "open-per-op", "per-thread",
            "per-thread+wal_writes=coalesced", "single-writer", "single-writer+wal_writes=coalesced",
            "single-writer+checkpoints=background", "group-commit+checkpoints=commit",
            "group-commit+wal_writes=direct", "group-commit"]
    names = [f"mixed/production/{strategy}/rows:5" for strategy in told]
    names.append("mixed/production/group-commit/rows:5/memory_statistics:off")
    names.append("mixed/production/raw/rows:5/schema:one-index")
    found = [load_bench.parse_name("f", f"{name}/real_time", 1.0) for name in names]
    assert sorted(reversed(found), key=lambda each: each.sort_key()) == found
