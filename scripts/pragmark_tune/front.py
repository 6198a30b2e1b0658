"""What was reached, and the front of throughput, p99, memory and durability class. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pragmark_report import stats

from .model import CLASSES, Block, Configuration, Phase


@dataclass(frozen=True)
class Summary:
    """The median over blocks, with its own 95% interval: for tables, not for comparisons."""

    median: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Reached:
    """One configuration in one workload."""

    configuration: Configuration
    workload: str
    throughput_per_second: Summary
    p99_us: Summary
    failed_share: float  # requests that SQLite refused with BUSY


@dataclass(frozen=True)
class Point:
    reached: Reached
    memory_bytes: float | None
    on_front: bool


def reached(
    configurations: Iterable[Configuration], workloads: Sequence[str], blocks: Sequence[Block]
) -> list[Reached]:
    """By the main blocks; of a candidate that only the confirmation had, by those."""
    values: dict[tuple[str, str, Phase], list] = {}
    for block in blocks:
        for value in block.values:
            values.setdefault((value.configuration, value.workload, block.phase), []).append(value)
    found = []
    for one in configurations:
        for workload in workloads:
            phases = (Phase.MAIN, Phase.CONFIRMATION)
            mine = next((values[one.id, workload, phase] for phase in phases
                         if (one.id, workload, phase) in values), None)
            if mine:
                found.append(Reached(
                    one, workload, _summary([each.throughput_per_second for each in mine]),
                    _summary([each.p99_us for each in mine]),
                    sum(each.busy_errors for each in mine) / sum(each.operations for each in mine)))
    return found


def _summary(values: Sequence[float]) -> Summary:
    interval = stats.median_interval(values)
    middle = sorted(values)
    half = len(middle) // 2
    median = middle[half] if len(middle) % 2 else (middle[half - 1] + middle[half]) / 2
    return Summary(median, interval and interval.low, interval and interval.high, len(values))


def points(rows: Sequence[Reached], threads: int) -> list[Point]:
    """On the front: no other is as good in all four and better in one, of the same workload."""
    keys = [_key(row, threads) for row in rows]
    return [
        Point(row, memory_bytes(row, threads), not any(
            other.workload == row.workload and _beats(theirs, mine)
            for other, theirs in zip(rows, keys)))
        for row, mine in zip(rows, keys)
    ]


def memory_bytes(row: Reached, threads: int) -> float | None:
    """Page caches at most: cache_size x connections."""
    cache = row.configuration.cache_bytes()
    return None if cache is None else cache * row.configuration.connections(row.workload, threads)


def _key(row: Reached, threads: int) -> tuple[float, ...]:
    """More is better in each."""
    memory = memory_bytes(row, threads)
    durability = row.configuration.pragmas.durability
    return (row.throughput_per_second.median, -row.p99_us.median,
            -(float("inf") if memory is None else memory),
            CLASSES.index(durability) if durability in CLASSES else -1)


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other))
