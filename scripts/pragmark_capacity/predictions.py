"""The shapes that are predicted, and how each changes what a request needs. Pure.

Everything comes from the base shape, one thread alone, a cache of one page and a database of more
rows; never from a shape that is held out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .demands import Measured
from .model import Estimate
from .queueing import Demands, predict

RESAMPLES = 300
LEAST_RUNS = 6  # of each shape: fewer, drawn again, show too little of what could have come
INTERVAL = (2.5, 97.5)
PAGE_BYTES = 4096.0
FAST_SYNC_S, SLOW_SYNC_S = 100e-6, 5e-3  # a disk with a protected cache; a slow shared one
DISK_READ_S = 200e-6
OUTGROWN = 4.0  # the database is so many times memory
LEAST_BYTES = 64.0  # a difference of bytes read that a cost can be told from

ASSUMPTIONS = (
    "Cores are as fast as these; what a request needs of each stays as measured here.",
    "Syncs of commits queue at one disk; those of checkpoints keep one thread busy, and the others go "
    "on.",
    f"Outgrown memory: the database is {OUTGROWN:g} times memory, keys are uniform, one page of each "
    f"request comes from a disk that takes {DISK_READ_S * 1e6:g} us. Not checked here.",
)


@dataclass(frozen=True)
class Shapes:
    """What was measured, one value a run."""

    base: Sequence[Measured]
    alone: Sequence[Measured]  # one thread
    tiny: Sequence[Measured]  # a page of cache
    many: Sequence[Measured]  # more rows
    threads: int
    cores: int
    many_pages: float  # of that database
    small_pages: float  # of the small cache
    delay_s: float  # of a sync, in the slow shape


@dataclass(frozen=True)
class Means:
    """The medians of one resample."""

    base: Measured
    alone: Measured
    tiny: Measured
    many: Measured


@dataclass(frozen=True)
class Target:
    """A shape: how it changes demands and cores."""

    name: str
    text: str
    cores: int
    change: Callable[[Means, Shapes], Demands]


def base_demands(means: Means, _: Shapes | None = None) -> Demands:
    base, sync = means.base, means.base.sync_s
    inside = commits_sync(base)
    return Demands(base.cpu_s, sync if inside else 0.0, means.alone.lock_s, base.wait_s,
                   away=0.0 if inside else sync)


def commits_sync(measured: Measured) -> bool:
    """Whether the syncs are those of commits, made under the writer lock."""
    return measured.syncs_per_write >= 0.5


def with_sync(seconds: Callable[[Means], float]) -> Callable[[Means, Shapes], Demands]:
    """Every sync takes so long."""

    def change(means: Means, _: Shapes) -> Demands:
        base = base_demands(means)
        sync = means.base.syncs * seconds(means)
        if not commits_sync(means.base):
            return replace(base, away=sync)
        return replace(base, sync=sync, lock=max(0.0, base.lock + sync - means.alone.sync_s))

    return change


def sync_time(means: Means) -> float:
    """Of one sync here; 0 where there is none."""
    return means.base.sync_s / means.base.syncs if means.base.syncs else 0.0


def small_cache(means: Means, shapes: Shapes) -> Demands:
    """More rows cost what they were measured to cost; pages that the small cache lacks are read
    again, at the price of the one-page cache. With uniform keys it lacks what does not fit."""
    spared = means.tiny.read_bytes - means.base.read_bytes
    price = (max(0.0, means.tiny.cpu_s - means.base.cpu_s) / spared
             if spared > LEAST_BYTES else 0.0)
    lacking = 1.0 - min(1.0, shapes.small_pages / max(1.0, shapes.many_pages))
    read = max(means.many.read_bytes, means.tiny.read_bytes * lacking)
    many = base_demands(replace(means, base=means.many))
    return replace(many, cpu=means.many.cpu_s + price * (read - means.many.read_bytes))


def outgrown(means: Means, _: Shapes) -> Demands:
    return replace(base_demands(means), reads=(1.0 - 1.0 / OUTGROWN) * DISK_READ_S)


def held_out(shapes: Shapes, measured: Mapping[str, object]) -> list[Target]:
    """Those of the shapes that were measured to check the forecast."""
    targets = [
        Target("1 core", "All threads on one core.", 1, base_demands),
        Target("slow syncs", f"Every sync takes {shapes.delay_s * 1e6:g} us more.", shapes.cores,
               with_sync(lambda means: sync_time(means) + shapes.delay_s)),
        Target("small cache", f"A database of {shapes.many_pages * PAGE_BYTES / 1048576:.3g} MiB "
               f"with a cache of {shapes.small_pages * PAGE_BYTES / 1048576:.2g} MiB.",
               shapes.cores, small_cache),
    ]
    return [target for target in targets if target.name in measured]


def others(shapes: Shapes) -> list[Target]:
    """Those that nothing here can show."""
    doubled = [Target(f"{n} cores", f"{n} cores like these.", n, base_demands)
               for n in (2 * shapes.cores, 4 * shapes.cores)]
    return [
        *doubled,
        Target("fast disk", f"A sync takes {FAST_SYNC_S * 1e6:g} us.", shapes.cores,
               with_sync(lambda _: FAST_SYNC_S)),
        Target("slow disk", f"A sync takes {SLOW_SYNC_S * 1e3:g} ms.", shapes.cores,
               with_sync(lambda _: SLOW_SYNC_S)),
        Target("outgrown memory", f"A database of {OUTGROWN:g} times memory.", shapes.cores,
               outgrown),
    ]


def predictions(target: Target, shapes: Shapes, seed: int) -> tuple[Estimate, str]:
    """The throughput with the interval that resampled runs give, and what binds it.

    The model misses what it does not know at the base shape too; the same factor goes to every
    shape of the same kind (residual)."""
    middle = _means(shapes, None)
    found = predict(target.change(middle, shapes), shapes.threads, target.cores)
    value = found.throughput * residual(middle, shapes)
    runs = min(map(len, (shapes.base, shapes.alone, shapes.tiny, shapes.many)))
    if runs < LEAST_RUNS:
        return Estimate(value, None, None, runs), found.binding
    source = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        means = _means(shapes, source)
        drawn.append(predict(target.change(means, shapes), shapes.threads, target.cores).throughput
                     * residual(means, shapes))
    low, high = np.percentile(drawn, INTERVAL)
    return Estimate(value, float(min(low, value)), float(max(high, value)), runs), found.binding


def residual(means: Means, shapes: Shapes) -> float:
    """Measured over modelled, of the base shape."""
    modelled = predict(base_demands(means), shapes.threads, shapes.cores).throughput
    return means.base.throughput / modelled


def _means(shapes: Shapes, source: np.random.Generator | None) -> Means:
    return Means(*(_middle(runs, source)
                   for runs in (shapes.base, shapes.alone, shapes.tiny, shapes.many)))


def _middle(runs: Sequence[Measured], source: np.random.Generator | None) -> Measured:
    """The median of each quantity; of as many runs drawn with replacement when there is a source."""
    chosen = (list(runs) if source is None
              else [runs[i] for i in source.integers(0, len(runs), len(runs))])
    return Measured(*(float(np.median([getattr(each, name) for each in chosen]))
                      for name in Measured.__dataclass_fields__))
