"""From samples to shares with intervals. Pure.

The clock runs from the first to the last sample that is inside the function which makes the
requests. A thread's role follows from the functions that it was ever seen in. Samples follow each
other in phases (a checkpoint, a flush by the kernel), so that they are not independent: the time is
cut into BLOCKS equal blocks, and the interval of a share comes from how it varies between them (a
delete-one-block jackknife, Student's t). It is never narrower than Wilson's interval, which is
that of independent samples.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from pragmark_profile import categories
from pragmark_profile.samples import Sample

CONFIDENCE = 0.95
BLOCKS = 30
MOST_FUNCTIONS = 12
CLIENT, COMMITTER, CHECKPOINTER, OTHER = "client", "committer", "checkpointer", "other"
ROLES = (CLIENT, COMMITTER, CHECKPOINTER, OTHER)
# Functions that only a thread of that role runs.
MARKS = {
    CLIENT: ("pragmark::BenchmarkCase::make_requests", "Crew::make_requests"),
    # Inlined into the thread's outermost function, which bears the name of who started it.
    COMMITTER: ("GroupCommit::commit_batches", "GroupCommit::start_thread()::"),
    CHECKPOINTER: ("WalKeeper::run",),
}


class NoRequests(Exception):
    """No sample was taken while requests were made."""


@dataclass(frozen=True)
class Share:
    """Of the time on the CPU; both ends of the interval included."""

    category: str
    samples: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Function:
    """One innermost function; what it calls is not in its samples."""

    name: str
    category: str
    samples: int


@dataclass(frozen=True)
class ThreadTime:
    """What the threads of one role did while the clock ran."""

    role: str
    threads: int
    samples: int
    cpu_s: float
    shares: tuple[Share, ...]  # of categories that were seen, the largest first
    functions: tuple[Function, ...]  # the MOST_FUNCTIONS with the most samples


@dataclass(frozen=True)
class Attribution:
    clock_s: float
    tids: dict[str, tuple[int, ...]]  # by role
    start_s: float
    roles: tuple[ThreadTime, ...]
    unnamed_c_library_share: float  # of all samples: their innermost function has no name


def attribute(samples: Sequence[Sample]) -> Attribution:
    """Attributes every sample of the threads that were at work while requests were made."""
    role_of = roles(samples)
    marked = [each.time_s for each in samples if is_marked(each, CLIENT)]
    if len(marked) < 2:
        raise NoRequests("no sample was taken while requests were made: give a longer --min-time")
    start, end = min(marked), max(marked)
    inside = [each for each in samples if start <= each.time_s <= end]
    found = []
    for role in ROLES:
        own = [each for each in inside if role_of[each.tid] == role]
        if own:
            found.append(thread_time(role, own, start, end))
    unnamed = sum(bool(each.frames) and not each.frames[0].symbol
                  and bool(categories.C_LIBRARY.search(each.frames[0].dso)) for each in inside)
    tids = {role: tuple(sorted({each.tid for each in inside if role_of[each.tid] == role}))
            for role in ROLES}
    return Attribution(end - start, tids, start, tuple(found), unnamed / len(inside))


def is_marked(sample: Sample, role: str) -> bool:
    return any(mark in frame.symbol for frame in sample.frames for mark in MARKS[role])


def roles(samples: Sequence[Sample]) -> dict[int, str]:
    """The role of each thread."""
    found = {each.tid: OTHER for each in samples}
    for each in samples:
        if found[each.tid] == OTHER:
            found[each.tid] = next((role for role in MARKS if is_marked(each, role)), OTHER)
    return found


def thread_time(role: str, own: Sequence[Sample], start: float, end: float) -> ThreadTime:
    blocks: list[Counter[str]] = [Counter() for _ in range(BLOCKS)]
    functions: Counter[tuple[str, str]] = Counter()
    for each in own:
        block = min(BLOCKS - 1, int((each.time_s - start) / (end - start) * BLOCKS))
        found = categories.category(each.frames)
        blocks[block][found] += 1
        functions[function_name(each), found] += 1
    totals = [block.total() for block in blocks]
    seen = {name for block in blocks for name in block}
    shares = [share(name, [block[name] for block in blocks], totals) for name in seen]
    shares.sort(key=lambda one: (-one.samples, categories.CATEGORIES.index(one.category)))
    most = sorted(functions.items(), key=lambda item: (-item[1], item[0]))[:MOST_FUNCTIONS]
    return ThreadTime(role, len({each.tid for each in own}), len(own),
                      sum(each.period_ns for each in own) / 1e9, tuple(shares),
                      tuple(Function(name, found, count) for (name, found), count in most))


def function_name(each: Sample) -> str:
    """The innermost function; the file that it lies in, where it has no name."""
    if not each.frames:
        return "(no call chain)"
    inner = each.frames[0]
    return inner.symbol or f"(a function of {inner.dso.rsplit('/', 1)[-1].strip('[]')})"


def share(name: str, counts: Sequence[int], totals: Sequence[int]) -> Share:
    """The share of one category. `counts` and `totals` are samples in each block."""
    count, total = sum(counts), sum(totals)
    centre = count / total
    wilson_low, wilson_high = wilson(count, total)
    half = jackknife_half_width(counts, totals)
    return Share(name, count, centre, max(0.0, min(centre - half, wilson_low)),
                 min(1.0, max(centre + half, wilson_high)))


def jackknife_half_width(counts: Sequence[int], totals: Sequence[int]) -> float:
    """Half the interval of a ratio of sums, from leaving out each block in turn."""
    count, total, n = sum(counts), sum(totals), len(counts)
    without = [(count - c) / (total - t) for c, t in zip(counts, totals) if total > t]
    if len(without) < 2:
        return 1.0
    mean = sum(without) / len(without)
    variance = (n - 1) / n * sum((value - mean) ** 2 for value in without)
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * math.sqrt(variance)


def wilson(count: int, total: int) -> tuple[float, float]:
    """Wilson's score interval of a share (JASA 22, 1927)."""
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    centre = (count + z * z / 2) / (total + z * z)
    half = z / (total + z * z) * math.sqrt(count * (total - count) / total + z * z / 4)
    return centre - half, centre + half
