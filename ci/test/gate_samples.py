"""Results of the gate for tests of what comes after the decision. The figures are invented."""

from __future__ import annotations

import dataclasses
import math

from pragmark_gate.model import (
    ArmDescription, Confirmation, CountComparison, CountVerdict, GateResult, Judgement, Launch,
    Metric, Pairing, Phase, Rule, Verdict,
)

READ = "sequential_read/production/per-thread/rows:1000/payload:small/real_time/threads:1"
WRITE = "sequential_write/production/per-thread/rows:1000/payload:small/real_time/threads:1"
MIXED = "mixed/production/per-thread/rows:1000/payload:small/real_time/threads:10"
# What a hostile or merely careless program may call a benchmark.
NASTY = "a|b`c`<img src=x>\n::error::x%0A\x00\x1b[31m\ud800@you -->*_[l](u)$e$"
CONTEXT = {"pragma_set:production": "journal_mode=WAL; synchronous=NORMAL",
           "sqlite_version": "3.40.1", "filesystem": "ext4", "date": "2026-01-01",
           "pragmark_version": "0.1.0", "caches": "[]"}


def launch(benchmark: str = READ, index: int = 0, ratio: float = 0.952,
           phase: Phase = Phase.MAIN) -> Launch:
    baseline = (100_000.0 + index, 101_000.0, 99_000.0)
    return Launch(benchmark, phase, index, "ABBAAB", baseline,
                  tuple(value * ratio for value in baseline), (64, 4096),
                  {"syncs_per_operation": (1.0, 1.0)}, 0.5)


def judgement(benchmark: str = READ, verdict: Verdict = Verdict.PASSED, **changes) -> Judgement:
    made = Judgement(
        benchmark=benchmark, verdict=verdict, reason="The interval excludes a slowdown of 10%.",
        margin=0.03, launches=16, looks=1, effect=-0.001, low=-0.012, high=0.009, p_slower=0.4,
        p_faster=0.7, alpha=0.0025, smallest_visible=0.041)
    return dataclasses.replace(made, **changes)


def regressed(benchmark: str = READ) -> Judgement:
    return judgement(
        benchmark, Verdict.REGRESSED, reason="Slower in 16 of 16 launches. Confirmed by 16 fresh launches: -5.0%.", effect=math.log(0.952),
        low=math.log(0.941), high=math.log(0.963), p_slower=1.5e-5, p_faster=1.0,
        confirmation=Confirmation(16, math.log(0.95), 1.5e-5, True, math.log(0.94), math.log(0.96)))


def undecided(benchmark: str = MIXED) -> Judgement:
    return judgement(benchmark, Verdict.UNDECIDED, reason="Neither side is excluded.", looks=2,
                     launches=32, low=-0.15, high=0.05, smallest_visible=0.137)


def ungateable(benchmark: str = MIXED) -> Judgement:
    return judgement(benchmark, Verdict.UNGATEABLE, reason="Its margin would be 22%.", margin=0.22)


def count(verdict: CountVerdict = CountVerdict.SAME, baseline: float | None = 1.0,
          candidate: float | None = 1.0, name: str = "syncs_per_operation") -> CountComparison:
    return CountComparison(WRITE, name, baseline, candidate, verdict)


def worse_count() -> CountComparison:
    return count(CountVerdict.WORSE, 1.0, 2.0)


def result(*judgements: Judgement, **changes) -> GateResult:
    """Launches for each judgement, and null launches of the first one."""
    names = [each.benchmark for each in judgements] or [READ]
    launches = [launch(name, index, 0.952 + 0.002 * (index % 3))
                for index, name in enumerate(name for name in names for _ in range(8))]
    launches += [launch(names[0], len(launches) + i, 1 + 0.001 * i, Phase.NULL) for i in range(3)]
    made = GateResult(
        baseline=ArmDescription("old/pragmark bench", CONTEXT),
        candidate=ArmDescription("new/pragmark bench", {**CONTEXT, "pragmark_version": "0.2.0",
                                                        "date": "2026-01-02"}),
        pairing=Pairing.SLICES, metric=Metric(), rule=Rule(), seed=7, judgements=judgements,
        counts=(count(),), launches=tuple(launches), margins={MIXED: 0.045}, budget_seconds=300.0,
        seconds=71.5, notes=("Autocheckpoint was on.",), cpu=1)
    return dataclasses.replace(made, **changes)


ALL_KINDS = (regressed(), judgement(WRITE), undecided())
