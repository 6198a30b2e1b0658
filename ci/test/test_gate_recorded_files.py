"""Recorded results: like ones in the order of their dates, others refused by key and value."""

import copy
import json

import pytest
from pragmark_gate.model import Metric
from pragmark_gate.recorded_files import load_sides
from pragmark_report.errors import InputError

RATE = Metric()
FOREIGN = {
    "date": "2024-05-01T12:00:00+00:00", "host_name": "a", "executable": "./build/bench",
    "num_cpus": 2, "mhz_per_cpu": 2445, "cpu_scaling_enabled": False, "load_avg": [0.1, 0.2, 0.3],
    "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1}],
    "library_build_type": "debug",
}
OURS = {
    **FOREIGN, "executable": "bin/pragmark-bench", "pragmark_version": "0.1.0",
    "pragmark_build_type": "Release", "sqlite_version": "3.40.1", "sqlite_source_id": "df5c",
    "sqlite_compile_options": "THREADSAFE=1", "cpu_model": "EPYC", "memory_bytes": "4104601600",
    "virtualization": "kvm", "filesystem": "ext4", "kernel": "6.1", "seed": "1",
    "counting_vfs": "on", "fdatasync_us_p50": "1100", "steal_percent": "0.2", "block_device": "vda",
    "command": "pragmark bench", "pragma_set:production": "journal_mode=WAL",
}


@pytest.fixture
def write(tmp_path):
    """A file of one run: of day `day`, with these rates by benchmark."""
    count = iter(range(1000))

    def write_file(day, context=OURS, unit="ns", change=None, **rates):
        whole = {**copy.deepcopy(context), "date": f"2024-05-{day:02d}T12:00:00+00:00"}
        if change:
            key, value = change
            whole[key] = value
            if value is ...:
                del whole[key]
        rows = [
            {"name": name, "run_name": name, "run_type": "iteration", "repetition_index": 0,
             "real_time": 1.0, "cpu_time": 1.0, "time_unit": unit, "items_per_second": rate}
            for name, rate in (rates or {"A/real_time": 10.0 + day}).items()
        ]
        path = tmp_path / f"{next(count)}.json"
        path.write_text(json.dumps({"context": whole, "benchmarks": rows}))
        return str(path)

    return write_file


def refusal(baseline, candidate, benchmarks=""):
    with pytest.raises(InputError) as caught:
        load_sides(baseline, candidate, RATE, benchmarks)
    return str(caught.value)


def test_values_stand_in_the_order_of_their_dates(write):
    days = {day: write(day, A=float(day), B=100.0 + day) for day in (3, 1, 2, 5, 4)}
    sides = load_sides([days[3], days[1], days[2]], [days[5], days[4]], RATE)
    assert sides.baseline == {"A": (1.0, 2.0, 3.0), "B": (101.0, 102.0, 103.0)}
    assert sides.candidate == {"A": (4.0, 5.0), "B": (104.0, 105.0)}
    assert sides.contexts[0]["date"].startswith("2024-05-03")
    assert sides.contexts[1]["date"].startswith("2024-05-05")
    assert not any("older" in note for note in sides.notes)


def test_time_zones_count_in_the_order(write):
    early = write(1, change=("date", "2024-05-01T23:00:00+09:00"), A=1.0)
    late = write(1, change=("date", "2024-05-01T15:00:00+00:00"), A=2.0)
    assert load_sides([late, early], [write(9, A=5.0)], RATE).baseline == {"A": (1.0, 2.0)}


CHANGED = [
    ("cpu_model", "Xeon"), ("num_cpus", 4), ("memory_bytes", "8209203200"),
    ("virtualization", "none"), ("filesystem", "xfs"), ("sqlite_version", "3.45.0"),
    ("sqlite_source_id", "0000"), ("sqlite_compile_options", "THREADSAFE=2"),
    ("pragma_set:production", "journal_mode=DELETE"), ("pragma_set:other", "x"),
    ("pragma_set:production", ...), ("counting_vfs", "off"), ("seed", "2"), ("cpu_model", ...),
    ("python_version", "3.12"), ("caches", []),
]


@pytest.mark.parametrize("change", CHANGED, ids=str)
@pytest.mark.parametrize("in_history", [True, False])
def test_unlike_runs_are_refused_with_the_key_and_both_values(write, change, in_history):
    files = [write(1), write(2), write(3)]
    odd = write(4, change=change)
    baseline, candidate = (files[:2] + [odd], files[2:]) if in_history else (files, [odd])
    message = refusal(baseline, candidate)
    key, value = change
    assert message.startswith(f"{odd}: unlike {files[0]}: `{key}` is ")
    shown = "(not stated)" if value is ... else "" if value == [] else str(value)
    assert f"is {shown} here and " in message


@pytest.mark.parametrize("change", [
    ("mhz_per_cpu", 3000), ("load_avg", [9.0]), ("host_name", "b"), ("fdatasync_us_p50", "90"),
    ("steal_percent", "9"), ("cpu_scaling_enabled", True), ("block_device", "vdb"),
    ("executable", "/opt/bin/pragmark-bench"), ("command", "x"), ("pragmark_version", "0.2.0"),
    ("memory_bytes", "4104000000"), ("library_build_type", "release"),
    ("environment_grade", "F"), ("environment_reasons", "the load was 9.00 on 2 processors"),
])
def test_what_changes_between_boots_or_is_the_candidate_itself_is_not_asked(write, change):
    load_sides([write(1), write(2, change=change)], [write(3, change=change)], RATE)


@pytest.mark.parametrize(("change", "alike"), [
    (("executable", "/elsewhere/bench"), True), (("executable", "./build/other"), False),
    (("num_cpus", 8), False), (("caches", []), False), (("mhz_per_cpu", 1), True),
])
def test_other_programs_are_known_by_their_machine_and_name(write, change, alike):
    files = [write(1, FOREIGN)], [write(2, FOREIGN, change=change)]
    if alike:
        load_sides(*files, RATE)
    else:
        assert f"`{change[0]}` is" in refusal(*files)


def test_our_results_are_unlike_those_of_another_program(write):
    assert "`cpu_model` is (not stated) here" in refusal([write(1)], [write(2, FOREIGN)])


def test_another_kernel_and_an_older_candidate_are_notes(write):
    files = [write(1), write(7)], [write(3, change=("kernel", "6.6"))]
    notes = load_sides(*files, RATE).notes
    assert any("different kernels: 6.1, 6.6" in note for note in notes)
    assert any("older than the newest" in note for note in notes)


def test_one_run_twice_is_refused_on_one_side_or_both(write, tmp_path):
    one, two = write(1), write(2)
    twin = tmp_path / "twin.json"
    twin.write_bytes(open(one, "rb").read())
    for baseline, candidate in (([one], [one]), ([one], [str(twin)]), ([one, str(twin)], [two])):
        assert f"the same run as {one}" in refusal(baseline, candidate)
    assert "the same run as" in refusal([one, one], [two])


def test_a_benchmark_that_is_missing_somewhere_is_refused(write):
    both, one = {"A": 1.0, "B": 2.0}, {"A": 1.5}
    assert "it lacks B" in refusal([write(1, **both), write(2, **one)], [write(3, **both)])
    assert "it lacks B" in refusal([write(1, **one), write(2, **both)], [write(3, **both)])
    assert "only the baseline has B" in refusal([write(1, **both)], [write(2, **one)])
    load_sides([write(1, **both)], [write(2, **one)], RATE, "^A$")


def test_units_that_differ_are_refused(write):
    assert "in ns; " in refusal([write(1), write(2, unit="us")], [write(3)])
    assert "measured in us, and by the baseline in ns" in refusal([write(1)], [write(3, unit="us")])


@pytest.mark.parametrize("date", [..., "yesterday", 7, None])
def test_a_run_without_a_date_has_no_place(write, date):
    assert "`date` is" in refusal([write(1), write(2, change=("date", date))], [write(3)])


def test_a_side_without_files_and_a_file_that_is_bad_are_refused(write, tmp_path):
    assert refusal([write(1)], []).startswith("--candidate-json: no files")
    assert refusal([], [write(1)]).startswith("--baseline-json: no files")
    assert "No such file" in refusal([write(1)], [str(tmp_path / "none.json")])
    debug = write(2, change=("pragmark_build_type", "Debug"))
    assert "`Debug` build" in refusal([write(1)], [debug])
