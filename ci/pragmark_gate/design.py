"""The order of everything, drawn from seeds: what a fixed order would favour, chance spreads.

Identical programs measured A first, then B, have read +23%. So within a launch each two rounds are
ABBA or BAAB (a drift over them cancels), half of each in random order; which process starts first,
where the benchmarks stand in a wave, and which wave has a null launch are drawn too.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .model import Phase

MAX_PADDING_BYTES = 4096  # a page: it moves the stack through every alignment
BLOCKS = ("ABBA", "BAAB")
FIXED_BLOCK = "AB"


@dataclass(frozen=True)
class LaunchDesign:
    """What chance decided about one launch."""

    order: str  # of the slices, two letters for a round
    first: str  # the arm that is started first: "A" or "B"
    padding_bytes: tuple[int, int]


def launch_seed(seed: int, index: int) -> int:
    """Of one launch: from the run's seed and its index, so that launches do not share a stream."""
    return random.Random(f"launch {index} of {seed}").getrandbits(32)


def launch_design(seed: int, rounds: int, *, fixed: bool = False) -> LaunchDesign:
    """`fixed` is for the study of what a fixed order does; the padding stays random."""
    source = random.Random(seed)
    padding = (source.randint(0, MAX_PADDING_BYTES), source.randint(0, MAX_PADDING_BYTES))
    if fixed:
        return LaunchDesign(FIXED_BLOCK * rounds, "A", padding)
    return LaunchDesign(slice_order(rounds, source), source.choice("AB"), padding)


def slice_order(rounds: int, source: random.Random) -> str:
    """Both kinds of block equally often, or one more of a kind; an odd round is AB or BA."""
    count = rounds // 2
    blocks = list(BLOCKS * (count // 2))
    if count % 2:
        blocks.append(source.choice(BLOCKS))
    source.shuffle(blocks)
    if rounds % 2:
        blocks.insert(source.randint(0, len(blocks)), source.choice(("AB", "BA")))
    return "".join(blocks)


@dataclass(frozen=True)
class Step:
    """One launch that is to be made."""

    benchmark: str
    phase: Phase


def waves(
    names: Sequence[str], phase: Phase, count: int, null_every: int, source: random.Random,
    together: bool = False,
) -> list[tuple[Step, ...]]:
    """`count` waves: each has every benchmark once, in random order, and some have nulls.

    In each group of `null_every` waves every benchmark has one null launch, in a wave drawn for
    it, or for all of them where one pair of processes measures them `together`; a group that the
    count cuts short keeps what fell into it. `null_every` 0 makes none.
    """
    all_waves: list[tuple[Step, ...]] = []
    null_waves: dict[str, int] = {}
    for wave in range(count):
        place = wave % null_every if null_every else 0
        if place == 0 and null_every:
            common = source.randrange(null_every)
            null_waves = {name: common if together else source.randrange(null_every)
                          for name in names}
        steps = [Step(name, phase) for name in names]
        steps += [Step(name, Phase.NULL) for name in names if null_waves.get(name) == place]
        source.shuffle(steps)
        all_waves.append(tuple(steps))
    return all_waves
