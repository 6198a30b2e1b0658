"""From launches of a program against itself: its noise, its margins, and how often the gate errs.

Everything about rates here is **synthetic**: runs that are drawn, with replacement, from the real
launches of one calibration. Such runs share its machine, hour and builds, so they cannot show what
differs between sessions; only real runs can. What they do show is the whole pipeline (first look,
extension, confirmation) far more often than anyone can afford to run it.

* Launches are the replicates, and a drawn run takes whole launches. Windows that overlap are never
  counted as runs.
* Where a launch depends on the one before it (lag-1 correlation beyond what chance gives), blocks
  of consecutive launches are drawn, so that drawn runs drift as real ones do.
* Margins and rates come from different data: the launches are halved in time, the margins of each
  half are tried on the other. The margins in the profile come from all launches.
* Effects are not centred: if the protocol favours one arm, it shows as false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pragmark_report.errors import InputError

from . import decide, statistics
from .model import Judgement, Launch, Metric, Phase, Rule, Verdict

MARGIN_FACTOR = 1.5  # times the p99 of what a run of identical programs estimates
NOISE_DRAWS = 4000  # drawn runs behind the p99 and the smallest visible slowdown
ALARM_RUNS = 1000
DETECTION_RUNS = 200  # for each benchmark and planted share
PLANTED = (0.05, 0.10)
SYNTHETIC = "synthetic: runs drawn from the launches of one calibration, not real runs"

Draw = Callable[[str, int], np.ndarray]  # (benchmark, launches) -> their effects


@dataclass(frozen=True)
class Noise:
    """What identical programs look like on one benchmark."""

    benchmark: str
    launches: int  # that were measured
    sd: float  # robust, of the effect of one launch
    lag1: float  # correlation of a launch with the one before
    block: int  # consecutive launches that are drawn together; 1 when they do not hang together
    estimate_p99: float  # of |median effect| of a run, identical programs
    margin: float
    gateable: bool
    smallest_visible: float  # slowdown that is a candidate in 9 of 10 drawn runs' first look


@dataclass(frozen=True)
class Rate:
    """k of n, and the exact 95% interval."""

    hits: int
    runs: int
    low: float
    high: float


@dataclass(frozen=True)
class Detection:
    """How often a slowdown of this share, on this benchmark alone, was found and confirmed."""

    benchmark: str
    share: float
    rate: Rate


@dataclass(frozen=True)
class Calibration:
    """Rates are of drawn runs with any benchmark called regressed, before and after fresh launches
    confirmed it. No run is counted when no benchmark can be gated."""

    label: str
    seed: int
    noise: tuple[Noise, ...]
    alarms_unconfirmed: Rate
    alarms: Rate
    detections: tuple[Detection, ...]


def effects_of(
    launches: Iterable[Launch], metric: Metric, *phases: Phase
) -> dict[str, list[float]]:
    """Each benchmark's effects, in the order in which its launches ran."""
    effects: dict[str, list[float]] = {}
    for launch in sorted(launches, key=lambda each: each.index):
        if launch.phase in phases:
            effects.setdefault(launch.benchmark, []).append(launch.effect(metric))
    return effects


def calibrate(
    effects: Mapping[str, Sequence[float]],
    rule: Rule,
    *,
    seed: int,
    alarm_runs: int = ALARM_RUNS,
    detection_runs: int = DETECTION_RUNS,
    planted: Sequence[float] = PLANTED,
) -> Calibration:
    """`effects` are those of identical programs, in the order in which the launches ran."""
    decide.check_rule(rule)
    arrays = _checked(effects, rule)
    rng = np.random.default_rng([seed, len(arrays)])
    noise = tuple(noise_of(arrays, rule, rng))
    folds = [_Fold.of(tuned, tried, rule, rng) for tuned, tried in _halves(arrays)]
    unconfirmed, confirmed = _alarms(folds, rule, alarm_runs)
    return Calibration(
        label=SYNTHETIC, seed=seed, noise=noise, alarms_unconfirmed=unconfirmed, alarms=confirmed,
        detections=tuple(
            Detection(name, share, _detected(folds, rule, name, share, detection_runs))
            for share in planted for name in arrays
        ),
    )


def rate(hits: int, runs: int) -> Rate:
    return Rate(hits, runs, *statistics.binomial_interval(hits, runs))


def _checked(effects: Mapping[str, Sequence[float]], rule: Rule) -> dict[str, np.ndarray]:
    if not effects:
        raise InputError("calibration", "there is no benchmark", "check what the names matched")
    least = statistics.least_calibration(len(effects), rule)
    arrays = {}
    for name, values in effects.items():
        arrays[name] = statistics.checked_effects(values, name)
        if arrays[name].size < least:
            raise InputError(name, f"{arrays[name].size} launches, and a calibration takes {least}",
                             "give it more time or fewer benchmarks")
    return arrays


def noise_of(
    arrays: Mapping[str, np.ndarray], rule: Rule, rng: np.random.Generator
) -> list[Noise]:
    """The smallest visible slowdown is under the strictest alpha of a family of all benchmarks."""
    alpha = statistics.look_alpha(rule) / len(arrays)
    return [_noise(name, values, rule, alpha, rng) for name, values in arrays.items()]


def _noise(
    name: str, values: np.ndarray, rule: Rule, alpha: float, rng: np.random.Generator
) -> Noise:
    block = block_length(values)
    runs = draw_runs(values, NOISE_DRAWS, rule.launches, block, rng)
    p99 = float(np.quantile(np.abs(np.median(runs, axis=1)), 0.99))
    margin = max(rule.margin, -math.expm1(-MARGIN_FACTOR * p99))
    return Noise(
        benchmark=name, launches=int(values.size), sd=statistics.robust_sd(values),
        lag1=statistics.lag1(values), block=block, estimate_p99=p99, margin=margin,
        gateable=margin <= rule.ungateable, smallest_visible=_visible(runs, alpha, margin),
    )


def _visible(runs: np.ndarray, alpha: float, margin: float) -> float:
    """The slowdown that turns 9 of 10 runs into candidates.

    Each run needs enough launches below zero and its median below the margin; both say exactly how
    large the slowdown must be for that run, so the answer is a quantile.
    """
    need = statistics.least_agreeing(runs.shape[1], alpha)
    if need > runs.shape[1]:
        return 1.0
    ordered = np.sort(runs, axis=1)
    needed = np.maximum(ordered[:, need - 1], np.median(runs, axis=1) - decide.log_share(margin))
    # Drawn runs share their values: many need exactly the quantile, and a launch at 0 is no slower.
    enough = float(np.quantile(needed, statistics.POWER, method="higher")) + 1e-9
    return -math.expm1(-enough)


def block_length(values: np.ndarray) -> int:
    """1, or n^(1/3) where the lag-1 correlation is beyond twice its standard error."""
    n = values.size
    if abs(statistics.lag1(values)) <= 2.0 / math.sqrt(n):
        return 1
    return max(2, math.ceil(n ** (1.0 / 3.0)))


def draw_runs(
    values: np.ndarray, runs: int, launches: int, block: int, rng: np.random.Generator
) -> np.ndarray:
    """`runs` rows of so many launches, drawn with replacement in blocks that wrap around."""
    starts = rng.integers(values.size, size=(runs, math.ceil(launches / block)))
    places = (starts[:, :, np.newaxis] + np.arange(block)) % values.size
    return values[places.reshape(runs, -1)[:, :launches]]


def _halves(
    arrays: Mapping[str, np.ndarray]
) -> list[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
    first = {name: values[: values.size // 2] for name, values in arrays.items()}
    second = {name: values[values.size // 2:] for name, values in arrays.items()}
    return [(first, second), (second, first)]


@dataclass(frozen=True)
class _Fold:
    """Margins from one half of the launches, runs from the other."""

    margins: Mapping[str, float]
    tried: Mapping[str, np.ndarray]
    blocks: Mapping[str, int]
    rng: np.random.Generator

    @staticmethod
    def of(
        tuned: Mapping[str, np.ndarray], tried: Mapping[str, np.ndarray], rule: Rule,
        rng: np.random.Generator,
    ) -> _Fold:
        margins = {each.benchmark: each.margin for each in noise_of(tuned, rule, rng)}
        blocks = {name: block_length(values) for name, values in tried.items()}
        return _Fold(margins, tried, blocks, rng)

    def draw(self, shifts: Mapping[str, float]) -> Draw:
        return lambda name, launches: shifts.get(name, 0.0) + draw_runs(
            self.tried[name], 1, launches, self.blocks[name], self.rng)[0]

    def gates(self, rule: Rule) -> bool:
        return decide.family_size(list(self.tried), rule, self.margins) > 0


def _alarms(folds: Sequence[_Fold], rule: Rule, runs: int) -> tuple[Rate, Rate]:
    folds = [fold for fold in folds if fold.gates(rule)]
    unconfirmed = confirmed = 0
    for number in range(runs if folds else 0):
        fold = folds[number % len(folds)]
        first, final = whole_decision(fold.draw({}), list(fold.tried), rule, fold.margins)
        unconfirmed += _any_regressed(first)
        confirmed += _any_regressed(final)
    return tuple(rate(hits, runs if folds else 0) for hits in (unconfirmed, confirmed))


def _any_regressed(judgements: Mapping[str, Judgement]) -> bool:
    return any(each.verdict is Verdict.REGRESSED for each in judgements.values())


def _detected(folds: Sequence[_Fold], rule: Rule, name: str, share: float, runs: int) -> Rate:
    """A half in which the benchmark cannot be gated finds nothing, and counts."""
    hits = 0
    for number in range(runs):
        fold = folds[number % len(folds)]
        draw = fold.draw({name: decide.log_share(share)})
        _, final = whole_decision(draw, list(fold.tried), rule, fold.margins)
        hits += final[name].verdict is Verdict.REGRESSED
    return rate(hits, runs)


def whole_decision(
    draw: Draw, names: Sequence[str], rule: Rule, margins: Mapping[str, float]
) -> tuple[dict[str, Judgement], dict[str, Judgement]]:
    """What a run decides before and after confirmation, if `draw` makes its launches.

    As a run with all the time it wants: undecided benchmarks are extended once, candidates of
    either look are confirmed.
    """
    main = {name: draw(name, rule.launches) for name in names}
    answers = decide.judge(main, rule, margins, look=1)
    undecided = [name for name, each in answers.items() if each.verdict is Verdict.UNDECIDED]
    if undecided and rule.extension > 0:
        longer = {name: np.concatenate([main[name], draw(name, rule.extension)])
                  for name in undecided}
        family = decide.family_size(names, rule, margins)
        answers |= decide.judge(longer, rule, margins, look=2, family=family)
    final = {
        name: decide.confirm(each, draw(name, rule.confirmation), rule)
        if each.verdict in (Verdict.REGRESSED, Verdict.IMPROVED) else each
        for name, each in answers.items()
    }
    return answers, final
