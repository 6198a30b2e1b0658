"""What the rules of other tools would have said about the same launches. Pure; for comparison only.

Each rule is given the costs (seconds per operation, say) of the repetitions of one baseline process
and of one candidate process, as its users do, and answers whether it alarms: whether it calls the
candidate slower. None means that it does not apply to so few repetitions.

    compare.py     Google Benchmark's compare.py: two-sided Mann-Whitney U test, p < 0.05
    Welch          a t-test for unequal variances on repetitions, p < 0.05
    stored value   one value, kept from the first run; alarm above 110% of it, as
                   github-action-benchmark does
    asv            `asv continuous`: slower by more than a factor of 1.1 in the median, and
                   different by its own check, a Mann-Whitney test at p < 0.002

The first, second and fourth are replayed twice: on both arms of one launch, where the slices of the
arms alternate (which those tools do not do; it flatters them), and on the baseline of one launch
and the candidate of the next, as if A had run and then B. Both arms shared one core, as here; that
flatters them too.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats as scipy_stats

from . import calibration
from .model import Launch, Metric, Phase

U_TEST_ALPHA = 0.05
WELCH_ALPHA = 0.05
STORED_THRESHOLD = 1.10
ASV_FACTOR = 1.1
ASV_ALPHA = 0.002
ASV_EXACT = 20  # repetitions up to which asv's test is exact
ANY = ""  # instead of a benchmark: any of a run's benchmarks
OURS = "pragmark gate"
STORED = "one stored value, 10%"

Rule = Callable[[np.ndarray, np.ndarray], "bool | None"]  # (baseline, candidate) costs -> alarm


@dataclass(frozen=True)
class ReplayedRun:
    """A real run. `regressed`: the benchmarks that this gate called so; None when not told."""

    launches: Sequence[Launch]
    planted: float = 0.0
    regressed: frozenset[str] | None = None


@dataclass(frozen=True)
class Reply:
    """What a rule says about one benchmark of a run."""

    rule: str
    benchmark: str
    alarm: bool


@dataclass(frozen=True)
class Row:
    """How often a rule alarmed, over runs: false alarms where nothing was planted, else detection.

    A run counts once per row, so the interval is over what is independent.
    """

    rule: str
    planted: float
    benchmark: str  # or ANY
    rate: calibration.Rate


def u_test(baseline: np.ndarray, candidate: np.ndarray) -> bool | None:
    """As compare.py, which asks for two repetitions and advises nine."""
    if min(len(baseline), len(candidate)) < 2:
        return None
    p = scipy_stats.mannwhitneyu(baseline, candidate, alternative="two-sided").pvalue
    return bool(p < U_TEST_ALPHA and np.median(candidate) > np.median(baseline))


def welch(baseline: np.ndarray, candidate: np.ndarray) -> bool | None:
    """Repetitions without any spread give no p, hence no alarm."""
    if min(len(baseline), len(candidate)) < 2:
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of a spread near 0
        p = scipy_stats.ttest_ind(baseline, candidate, equal_var=False).pvalue
    return bool(p < WELCH_ALPHA and np.mean(candidate) > np.mean(baseline))


def asv(baseline: np.ndarray, candidate: np.ndarray) -> bool | None:
    """As asv 0.6. One repetition is compared by the factor alone. For a few (under 6 of each) it
    compares intervals of a posterior, which is not replayed here."""
    few, many = sorted((len(baseline), len(candidate)))
    slower = bool(np.median(candidate) > ASV_FACTOR * np.median(baseline))
    if few == 1:
        return slower
    if 1.0 / math.comb(few + many, few) >= ASV_ALPHA:
        return None
    method = "exact" if many <= ASV_EXACT else "asymptotic"
    p = scipy_stats.mannwhitneyu(baseline, candidate, alternative="two-sided", method=method,
                                 use_continuity=False).pvalue
    return slower and bool(p < ASV_ALPHA)


def stored_value(baseline: np.ndarray, candidate: np.ndarray) -> bool:
    """`baseline` is that of the first run ever, however long ago."""
    return bool(np.median(candidate) > STORED_THRESHOLD * np.median(baseline))


RULES: dict[str, Rule] = {"compare.py U test": u_test, "Welch t-test": welch, "asv": asv}
ALTERNATED = "alternated"
A_THEN_B = "A, then B"


def costs(values: Sequence[float], metric: Metric) -> np.ndarray:
    """Lower is better, as these tools compare times. REQUIRES: values are above 0."""
    array = np.asarray(values, dtype=float)
    return 1.0 / array if metric.higher_is_better else array


def main_launches(run: ReplayedRun) -> dict[str, list[Launch]]:
    """By benchmark, in order; these tools know neither extensions nor confirmations."""
    found: dict[str, list[Launch]] = {}
    for launch in sorted(run.launches, key=lambda each: each.index):
        if launch.phase is Phase.MAIN:
            found.setdefault(launch.benchmark, []).append(launch)
    return found


def alarms(
    run: ReplayedRun, metric: Metric, stored: dict[str, np.ndarray]
) -> Iterator[tuple[str, str, bool]]:
    """(rule, benchmark, whether it alarms) wherever a rule applies. `stored` holds the costs kept
    by benchmark."""
    for name, launches in main_launches(run).items():
        first, last = launches[0], launches[min(1, len(launches) - 1)]
        before, after = costs(first.baseline, metric), costs(first.candidate, metric)
        for rule, alarm in RULES.items():
            yield from _told(f"{rule}, {ALTERNATED}", name, alarm(before, after))
            if last is not first:
                later = costs(last.candidate, metric)
                yield from _told(f"{rule}, {A_THEN_B}", name, alarm(before, later))
        if name in stored:
            yield STORED, name, stored_value(stored[name], after)
        if run.regressed is not None:
            yield OURS, name, name in run.regressed


def _told(rule: str, benchmark: str, alarm: bool | None) -> Iterator[tuple[str, str, bool]]:
    if alarm is not None:
        yield rule, benchmark, alarm


def replies(runs: Sequence[ReplayedRun], metric: Metric) -> list[tuple[Reply, ...]]:
    """What every rule says about each run. REQUIRES: runs in the order of time.

    The stored value is the baseline's of the first run, which the rule then does not judge.
    """
    stored: dict[str, np.ndarray] = {}
    found = []
    for run in runs:
        found.append(tuple(Reply(*each) for each in alarms(run, metric, stored)))
        for name, launches in main_launches(run).items():
            stored.setdefault(name, costs(launches[0].baseline, metric))
    return found


def replay_table(runs: Sequence[ReplayedRun], metric: Metric) -> tuple[Row, ...]:
    """Both steps. REQUIRES: runs in the order of time."""
    return table([(run.planted, told) for run, told in zip(runs, replies(runs, metric))])


def table(runs: Sequence[tuple[float, Sequence[Reply]]]) -> tuple[Row, ...]:
    """From the planted share and the replies of each run: rows by rule, share and benchmark, then
    ANY."""
    told: dict[tuple[str, float, str], list[bool]] = {}
    for planted, answers in runs:
        for each in answers:
            told.setdefault((each.rule, planted, each.benchmark), []).append(each.alarm)
        for rule in dict.fromkeys(each.rule for each in answers):
            any_alarm = any(each.alarm for each in answers if each.rule == rule)
            told.setdefault((rule, planted, ANY), []).append(any_alarm)
    return tuple(
        Row(*key, calibration.rate(sum(told[key]), len(told[key])))
        for key in sorted(told, key=_place)
    )


def _place(key: tuple[str, float, str]) -> tuple:
    rule, planted, benchmark = key
    return rule != OURS, rule, planted, benchmark == ANY, benchmark
