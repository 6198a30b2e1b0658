"""A seeded generator of result files in the form that `pragmark bench` and `verify` write.

The rates are invented, of the order that the original measurement and its rerun had. No test may
take them for measurements.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from pragmark_report import compute, findings, levers, words  # noqa: E402
from pragmark_report.load import load  # noqa: E402

SEED = 20240501
PRODUCTION = (
    "busy_timeout=5000; journal_mode=WAL; synchronous=NORMAL; cache_size=-20000; "
    "foreign_keys=ON; temp_store=MEMORY"
)
SETS = {"default": ("power-safe", "(SQLite's own)"), "production": ("process-safe", PRODUCTION)}
STRATEGIES = ("open-per-op", "per-thread", "single-writer")
# workload -> (parameters, threads, rate under default/open-per-op,
#              factor of production, factors of the strategies, and of both together)
WORKLOADS = {
    "sequential_read": ("", 1, 2243.0, 1.02, (1.0, 62.0, 60.0), 1.03),
    "sequential_write": ("", 1, 57.0, 9.0, (1.0, 1.3, 1.25), 28.0),
    "concurrent_read": ("", 10, 1101.0, 1.6, (1.0, 55.0, 52.0), 1.5),
    "mixed": ("/reads:50", 10, 91.0, 7.0, (1.0, 1.6, 2.5), 25.0),
}
WRITE_ONLY = {"sequential_write": WORKLOADS["sequential_write"]}
CONTEXT = {
    "date": "2024-05-01T12:00:00+00:00",
    "host_name": "vps-1",
    "executable": "build/bin/pragmark-bench",
    "num_cpus": 2,
    "mhz_per_cpu": 2445,
    "cpu_scaling_enabled": False,
    "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1}],
    "load_avg": [0.5, 0.4, 0.3],
    "library_build_type": "debug",
    "pragmark_version": "0.1.0",
    "pragmark_build_type": "Release",
    "sqlite_version": "3.40.1",
    "sqlite_source_id": "2022-12-28 14:03:47 df5c253c0b3dd24916e4ec7cf77d3db5294cc9fd",
    "sqlite_compile_options": "THREADSAFE=1 ENABLE_FTS5 DEFAULT_WAL_SYNCHRONOUS=2",
    "filesystem": "ext4",
    "block_device": "vda1",
    "fdatasync_us_p50": "1180",
    "cpu_model": "AMD EPYC 7763",
    "memory_bytes": "4104601600",
    "virtualization": "kvm",
    "kernel": "Linux 6.1.0-18-amd64",
    "steal_percent": "0.2",
    "seed": str(SEED),
    "command": "pragmark bench --pragmas default,production --repetitions 9 --out results.json",
    "preset": "",
    "filesystem_warning": "",
    "counting_vfs": "on",
    "counting_vfs_cost_percent": "1.2 [-0.3, 2.6] n=9",
}


def bench_document(repetitions: int = 9, sets=SETS, strategies=STRATEGIES, workloads=WORKLOADS,
                   seed: int = SEED, speed: float = 1.0) -> dict:
    """A whole result of the cross product, its repetitions in random order."""
    rng = np.random.default_rng(seed)
    context = {**CONTEXT, **{f"pragma_set:{name}": sets[name][1] for name in sets}}
    rows = []
    for workload, (extra, threads, base, set_gain, gains, both) in workloads.items():
        for pragma_set, (durability, _) in sets.items():
            for strategy in strategies:
                rate = base * speed * gains[STRATEGIES.index(strategy)]
                if pragma_set != "default":
                    rate *= set_gain * (both if strategy != "open-per-op" else 1.0)
                name = (f"{workload}/{pragma_set}/{strategy}/rows:1000/payload:small{extra}"
                        f"/repeats:{repetitions}/real_time/threads:{threads}")
                rows += [
                    bench_row(name, index, repetitions, rate * float(rng.lognormal(0, 0.02)),
                              durability, threads)
                    for index in range(repetitions)
                ]
    return {"context": context, "benchmarks": [rows[i] for i in rng.permutation(len(rows))]}


def bench_row(name: str, index: int, repetitions: int, rate: float, durability: str,
              threads: int = 1) -> dict:
    """One repetition as Google Benchmark 1.7.1 writes it."""
    latency = 1e6 * threads / rate
    writes = {"sequential_write": rate, "mixed": rate / 2}.get(name.split("/")[0], 0.0)
    row = {
        "name": name, "run_name": name, "run_type": "iteration", "repetitions": repetitions,
        "repetition_index": index, "threads": threads, "iterations": 2000,
        "real_time": latency, "cpu_time": latency / 3, "time_unit": "us", "label": durability,
        "items_per_second": rate, "reads_per_second": rate - writes, "writes_per_second": writes,
        "latency_us_p50": latency * 0.8, "latency_us_p90": latency * 1.6,
        "latency_us_p99": latency * 4.0, "latency_us_p99_9": latency * 12.0,
        "latency_us_max": latency * (60.0 + index), "busy_errors": 0.0, "errors": 0.0,
        "checkpoints": 3.0 if writes else 0.0, "wal_bytes_max": 4.2e6 if writes else 0.0,
        "operations": 2000.0,
    }
    if writes:
        row["syncs_per_write"] = 0.01 if durability == "process-safe" else 4.0
    return row


def error_row(row: dict, message: str) -> dict:
    """The same repetition when its benchmark erred (Google Benchmark then prints zeros)."""
    kept = ("name", "run_name", "run_type", "repetitions", "repetition_index", "threads")
    return {**{key: row[key] for key in kept}, "error_occurred": True, "error_message": message,
            "iterations": 0, "real_time": 0.0, "cpu_time": 0.0, "time_unit": "us"}


def verify_document(verdict: str = "pass") -> dict:
    """A small result of `pragmark verify`."""
    check = {"connection": "read-write", "setting": "synchronous", "claimed": "NORMAL",
             "read_back": "NORMAL", "observed": None, "verdict": verdict, "reason": "",
             "consequence": "", "repair": ""}
    return {"schema": "pragmark.verify/1", "verdict": verdict, "sqlite": {"version": "3.40.1"},
            "pragma_set": {"name": "production", "settings": []}, "checks": [check]}


def rows_of(document: dict, part: str) -> list[dict]:
    """The rows whose name holds `part`, to be changed in place."""
    return [row for row in document["benchmarks"] if part in row["name"]]


def row_of(summary, name, run=0):
    """The row of `set/strategy`, of the only workload."""
    (row,) = (r for r in summary.runs[run].rows if words.plain(words.served_by(r)) == name)
    return row


def set_rates(document, part, rates):
    """Gives the repetitions of a configuration these rates, in order of their index."""
    for row in rows_of(document, part):
        row["items_per_second"] = rates[row["repetition_index"]]


def findings_text(summary):
    """Every sentence of the first run's findings."""
    said = []
    run = summary.runs[0]
    for answer, ladder in zip(run.answers, levers.explain_run(run, summary)):
        said += findings.difference(ladder) if ladder else []
        said += [findings.missing(answer), findings.serial(answer), findings.power_safe(answer)]
    return "\n".join(words.plain(sentence) for sentence in said)


@pytest.fixture(name="write")
def write_fixture(tmp_path):
    """write(document, name) -> path of a JSON file (or of text as it is)."""

    def write(document, name: str = "results.json") -> str:
        path = tmp_path / name
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture(name="summarise")
def summarise_fixture(write):
    """summarise(document, .., target=) -> Summary through real files."""

    def summarise(*documents, target=60_000.0):
        paths = [write(each, f"r{place}.json") for place, each in enumerate(documents)]
        return compute.summarise(load(paths), target)

    return summarise


@pytest.fixture(scope="session", name="full_document")
def full_document_fixture():
    """The whole document, made once; tests take copies."""
    return bench_document()


@pytest.fixture(name="document")
def document_fixture(full_document):
    """A copy of the whole document to be changed."""
    return copy.deepcopy(full_document)


@pytest.fixture(name="small")
def small_fixture():
    """One workload, two sets, two strategies: enough for most questions."""
    return bench_document(workloads=WRITE_ONLY, strategies=("open-per-op", "per-thread"))
