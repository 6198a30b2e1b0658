"""Stand-ins for what tune drives: PRAGMA sets, and processes whose rates are invented.

A rate is the base's, times the factor of each setting, strategy and the like, times the drift of
the moment and noise with a long tail. Time passes on a clock of its own. No test may take any of it
for a measurement. Nothing slow is imported: tests start many processes of this.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pragmark_report.errors import InputError
from pragmark_tune.model import CONCURRENT, READS_ONLY, Cell, PragmaSet, Value

DEFAULTS = {
    "busy_timeout": "0", "page_size": "4096", "auto_vacuum": "NONE", "journal_mode": "DELETE",
    "synchronous": "FULL", "cache_size": "-2000", "foreign_keys": "OFF", "temp_store": "DEFAULT",
    "mmap_size": "0", "wal_autocheckpoint": "1000", "journal_size_limit": "-1",
}
SIX = {"journal_mode": "WAL", "busy_timeout": "5000", "synchronous": "NORMAL",
       "cache_size": "-20000", "foreign_keys": "ON", "temp_store": "MEMORY"}
NAMED = {"default": DEFAULTS, "production": SIX, "durable": {**SIX, "synchronous": "FULL"},
         "write-optimised": {"page_size": "1024", **SIX, "cache_size": "-2000",
                             "wal_autocheckpoint": "64000"}}
CLASS_OF = {"OFF": "unsafe", "NORMAL": "process-safe", "FULL": "power-safe"}
KNOWN = {*DEFAULTS, "application_id"}
CONTEXT = {
    "pragmark_version": "0.1.0", "pragmark_build_type": "Release", "sqlite_version": "3.40.1",
    "sqlite_source_id": "2022-12-28 14:03:47 df5c253c0b3dd249", "filesystem": "ext4",
    "filesystem_warning": "", "block_device": "/dev/vda, rotational=0", "fdatasync_us_p50": "292.8",
    "cpu_model": "AMD EPYC", "memory_bytes": "25276063744", "virtualization": "kvm",
    "kernel": "Linux 6.1", "steal_percent": "0.40", "environment_grade": "B",
    "environment_reasons": "the load average was 0.7 at the beginning",
}
BASE_RATE = {"sequential_read": 85_000.0, "sequential_write": 15_000.0,
             "concurrent_read": 65_000.0, "mixed": 20_000.0}
GAINS = {  # of a setting, against its default in production; what is not here brings nothing
    "mmap_size=268435456": 1.10, "page_size=1024": 1.22, "page_size=16384": 0.80,
    "synchronous=FULL": 0.4, "synchronous=OFF": 1.30, "wal_autocheckpoint=16000": 1.15,
    "wal_autocheckpoint=64000": 1.20, "journal_mode=DELETE": 0.4,
}
STRATEGY_GAINS = {"python-original": 0.05, "open-per-op": 0.1, "per-thread": 1.0,
                  "group-commit+checkpoints=commit+wal_writes=direct": 1.3,
                  "group-commit+wal_writes=direct": 1.6, "group-commit": 1.8}
OF_WRITES = ("journal_mode", "synchronous", "wal_autocheckpoint")
OVERHEAD_SECONDS = 0.03


class FakeSets:
    """Knows what the programs know, as far as the tests need it."""

    def read(self, name: str) -> PragmaSet:
        first, *changes = name.split("+")
        if first not in NAMED:
            raise InputError(f"unknown PRAGMA set {first}", "no such set",
                             "`pragmark sets` lists them")
        settings = dict(NAMED[first])
        for change in changes:
            setting, _, value = change.partition("=")
            if setting.lower() not in KNOWN:
                raise InputError(name, f"{setting} is no PRAGMA", "check its spelling")
            settings[setting.lower()] = value.upper()
        durability = CLASS_OF.get(settings["synchronous"], "unknown")
        return PragmaSet(name, durability, settings)

    def sql(self, name: str) -> str:
        lines = [f"PRAGMA {key} = {value};\n" for key, value in self.read(name).settings.items()]
        return f"-- {name}: invented\n" + "".join(lines)


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class FakeProcesses:
    """`gains`: factors in place of GAINS. `broken`: labels of configurations that fail."""

    def __init__(
        self, seed: int = 1, gains: Mapping[str, float] = GAINS, noise: float = 0.03,
        broken: Sequence[str] = (),
    ) -> None:
        self.clock = FakeClock()
        self.contexts = {"pragmark-bench": CONTEXT}
        self.log: list[tuple] = []
        self._random = np.random.default_rng(seed)
        self._gains, self._noise, self._broken = gains, noise, broken

    def add(self, configurations) -> None:
        self.log.append(("add", *(one.id for one in configurations)))

    def renew(self, padding_bytes: int) -> None:
        self.log.append(("renew", padding_bytes))

    def visit(self, cell: Cell, operations: int) -> Value:
        one = cell.configuration
        self.log.append(("visit", one.id, cell.workload, operations))
        if one.label in self._broken:
            raise InputError(one.label, "it failed: invented", "see the test")
        tail = self._random.exponential(self._noise)
        drift = 0.1 * math.sin(self.clock.now / 30.0)
        log_noise = drift + self._random.normal(0.0, self._noise) - tail
        rate = self.true_rate(cell) * math.exp(log_noise)
        seconds = operations / rate
        self.clock.now += OVERHEAD_SECONDS + 2 * seconds
        clients = 10 if cell.workload in CONCURRENT else 1
        typical_us = 1e6 * clients / rate
        failing = one.pragmas.settings.get("busy_timeout", "0") == "0" and cell.workload == "mixed"
        return Value(one.id, cell.workload, operations, seconds, rate, 0.6 * typical_us,
                     5.0 * typical_us * math.exp(self._random.normal(0.0, 3 * self._noise)),
                     operations // 2 if failing else 0)

    def true_rate(self, cell: Cell) -> float:
        one = cell.configuration
        rate = BASE_RATE[cell.workload] * STRATEGY_GAINS.get(one.strategy, 1.0)
        for name, value in one.pragmas.settings.items():
            if cell.workload in READS_ONLY and name in OF_WRITES:
                continue
            rate *= self._gains.get(f"{name}={value}", 1.0)
        rate *= 2.5 if one.in_flight > 1 else 1.0
        rate *= 1.2 if one.schema == "one-index" else 1.0
        rate *= 0.7 if one.statement_logging == "on" else 1.0
        return rate
