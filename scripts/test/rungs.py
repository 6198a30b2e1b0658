"""Synthetic results that hold every rung of the ladder, the yardsticks, and scaling.

As in conftest.py the rates are invented; no test may take them for measurements.
"""

from __future__ import annotations

import numpy as np
from conftest import CONTEXT, PRODUCTION, SEED, bench_row

SETS = {
    "default": ("power-safe", "(SQLite's own)"),
    "production": ("process-safe", PRODUCTION),
    "write-optimised": ("process-safe", f"{PRODUCTION}; page_size=1024"),
}
PLAIN_GROUP = "group-commit+checkpoints=commit+wal_writes=direct"
# What each rung multiplies the rate of the rung before with: (set, strategy, in flight) -> factor
RUNGS = (
    ("default", "open-per-op", 1, 1.0),
    ("production", "open-per-op", 1, 2.0),
    ("production", "per-thread", 1, 8.0),
    ("production", PLAIN_GROUP, 1, 1.5),
    ("production", "group-commit+wal_writes=direct", 1, 1.25),
    ("production", "group-commit", 1, 1.6),
    ("write-optimised", "group-commit", 1, 1.2),
    ("write-optimised", "group-commit", 32, 1.4),
)
# What the ladder says of them, as far as one request is made at a time.
STEPS_OF_LIBRARY = [
    "settings: production",
    "connection strategy: per-thread",
    "group commit",
    "checkpointing: background",
    "WAL writes: coalesced",
    "settings: write-optimised",
]
YARDSTICKS = {"raw": 16.3, "sqlitecpp": 15.0, "soci": 9.0, "python-original": 0.5}
WORKLOADS = {  # workload -> (parameters, threads, rate of the baseline)
    "sequential_read": ("", 1, 7000.0),
    "sequential_write": ("", 1, 1100.0),
    "concurrent_read": ("", 10, 4000.0),
    "mixed": ("/reads:50", 10, 1400.0),
}


def settings(pragma_set: str) -> str:
    """What a set holds, composed ones as pragmark composes them: replaced in place, or added."""
    name, *changes = pragma_set.split("+")
    if not changes:
        return SETS[name][1]
    held = dict(part.split("=") for part in SETS[name][1].split("; "))
    held.update(change.split("=") for change in changes)
    return "; ".join(f"{setting}={value}" for setting, value in held.items())


class Synthetic:
    """Collects rows and gives the document; the seed makes its noise the same each time."""

    def __init__(self, repetitions: int = 9, seed: int = SEED):
        self.rng = np.random.default_rng(seed)
        self.repetitions = repetitions
        self.rows: list[dict] = []
        self.composed: set[str] = set()

    def add(self, workload, pragma_set, strategy, rate, threads=1, rows=1000, extra="", **loads):
        """One configuration; `loads` are the name parts that are told only when not 1."""
        told = "".join(f"/{key}:{value}" for key, value in loads.items() if value != 1)
        name = (f"{workload}/{pragma_set}/{strategy}/rows:{rows}/payload:small{extra}{told}"
                f"/iterations:2000/real_time/threads:{threads}")
        durability = SETS[pragma_set.split("+")[0]][0]
        self.composed |= {pragma_set} - set(SETS)
        clients = threads * loads.get("processes", 1) * loads.get("in_flight", 1)
        for index in range(self.repetitions):
            noisy = rate * float(self.rng.lognormal(0, 0.02))
            row = bench_row(name, index, self.repetitions, noisy, durability, threads)
            for key in [key for key in row if key.startswith("latency_us")]:
                row[key] *= clients / threads
            row["harness_ns_per_op"] = 31.0
            self.rows.append(row)

    def document(self, **context) -> dict:
        """The whole result, its repetitions in random order."""
        sets = {f"pragma_set:{name}": settings(name) for name in (*SETS, *sorted(self.composed))}
        order = self.rng.permutation(len(self.rows))
        return {"context": {**CONTEXT, **sets, **context},
                "benchmarks": [self.rows[place] for place in order]}


def ladder_document(workloads=WORKLOADS, rungs=RUNGS, yardsticks=True, speed=1.0, **context):
    """Every rung of every workload, and the yardsticks with `production`."""
    made = Synthetic()
    for workload, (extra, threads, base) in workloads.items():
        rate = base * speed
        for pragma_set, strategy, in_flight, factor in rungs:
            rate *= factor
            made.add(workload, pragma_set, strategy, rate, threads, extra=extra,
                     in_flight=in_flight)
        for strategy, factor in YARDSTICKS.items() if yardsticks else ():
            made.add(workload, "production", strategy, base * speed * factor, threads, extra=extra)
    return made.document(**context)


CHOSEN = ("write-optimised", "group-commit")
ALTERNATIVES = (  # (set, strategy, schema, rate to that of the chosen)
    (*CHOSEN, "one-index", 1.25),
    ("write-optimised", "group-commit+wal_writes=direct", "standard", 0.8),
    ("write-optimised+page_size=16384", "group-commit", "standard", 0.4),
    ("write-optimised+wal_autocheckpoint=1000", "group-commit", "standard", 0.9),
    ("write-optimised+page_size=4096", "group-commit", "standard", 0.7),
    ("write-optimised+mmap_size=268435456", "group-commit", "standard", 1.0),
    (*CHOSEN, "without-rowid", 1.1),
    ("write-optimised", "group-commit+checkpoints=commit", "standard", 0.85),
)


def choices_synthetic(alternatives=ALTERNATIVES, loads=(1, 32)) -> Synthetic:
    """The chosen configuration of one workload, and alternatives to it, at each load."""
    made = Synthetic()
    for in_flight in loads:
        rate = 50_000.0 if in_flight == 1 else 80_000.0
        made.add("sequential_write", *CHOSEN, rate, in_flight=in_flight)
        for pragma_set, strategy, schema, factor in alternatives:
            told = {} if schema == "standard" else {"schema": schema}
            made.add("sequential_write", pragma_set, strategy, rate * factor, in_flight=in_flight,
                     **told)
    return made


OFF = {"memory_statistics": "off"}
GAIN_OFF = 2.4


def statistics_document(off=((*CHOSEN, 1), (*CHOSEN, 32)), yardsticks_off=()) -> dict:
    """Every rung as built, and those of `off` with memory statistics off as well."""
    made = Synthetic()
    rate = 4000.0
    for pragma_set, strategy, in_flight, factor in RUNGS:
        rate *= factor
        load = {"threads": 10, "in_flight": in_flight}
        made.add("concurrent_read", pragma_set, strategy, rate, **load)
        if (pragma_set, strategy, in_flight) in off:
            made.add("concurrent_read", pragma_set, strategy, GAIN_OFF * rate, **load, **OFF)
    for name in ("raw", "soci"):
        made.add("concurrent_read", "production", name, 65_000.0, 10)
        if name in yardsticks_off:
            made.add("concurrent_read", "production", name, GAIN_OFF * 65_000.0, 10, **OFF)
    return made.document()


def scaling_document() -> dict:
    """Threads, rows and processes, each over several values with all else equal."""
    made = Synthetic()
    for strategy, best in (("per-thread", 40_000.0), ("group-commit", 80_000.0)):
        for threads in (1, 2, 4, 8, 16, 32, 64):
            rate = best * min(1.0, 0.4 + 0.15 * threads) * (0.87 if threads > 16 else 1.0)
            made.add("mixed", "production", strategy, rate, threads, extra="/reads:50")
            made.add("concurrent_read", "production", strategy, 4 * rate, threads)
        for rows in (10_000, 100_000, 1_000_000):
            made.add("sequential_read", "production", strategy, best * 5 / np.log10(rows), 1, rows)
        for processes in (1, 2, 4):
            made.add("sequential_write", "production", strategy, best / processes**0.2, 1,
                     processes=processes)
    return made.document()
