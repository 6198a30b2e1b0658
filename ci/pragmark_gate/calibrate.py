"""The job of --calibrate, and what the other jobs take from its profile."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from pragmark_drive.progress import StreamProgress

from . import budget, calibration, noise_profile, session
from .command import pairing_of, parse
from .model import GateResult, Phase, Rule
from .noise_profile import Profile
from .options import Options
from .runner import Plan
from .runners import runner_for

# Of a run, in the table of what it could see. The rule's own number stands among them.
LAUNCHES = (11, 16, 32, 64)


@dataclass(frozen=True)
class Sight:
    """What a run of so many launches could see, per benchmark."""

    launches: int
    budget_seconds: float  # that such a run takes, null launches and confirmation included
    smallest_visible: Mapping[str, float]


@dataclass(frozen=True)
class Calibrated:
    profile: Profile
    sights: tuple[Sight, ...]
    seconds: float


def run(options: Options) -> Calibrated:
    """Measures the command against itself for the whole budget."""
    plan = plan_of(options, {})
    started = time.monotonic()
    with closing(runner_for(plan)) as runner:
        launches = session.calibrate_run(
            plan, session.Tools(progress=StreamProgress(sys.stderr)), runner)
        pairing = runner.pairing
    seconds = time.monotonic() - started
    effects = calibration.effects_of(launches, options.metric, Phase.NULL)
    made = calibration.calibrate(effects, options.rule, seed=options.seed)
    profile = Profile(noise_profile.this_machine(), options.metric, pairing, options.rule, made)
    wave_seconds = seconds / min(len(each) for each in effects.values())
    return Calibrated(profile, sights(effects, options.rule, options.seed, wave_seconds), seconds)


def sights(
    effects: Mapping[str, list[float]], rule: Rule, seed: int, wave_seconds: float
) -> tuple[Sight, ...]:
    """One for each number of launches. A wave is one launch of every benchmark."""
    arrays = {name: np.asarray(values) for name, values in effects.items()}
    found = []
    for launches in sorted({*LAUNCHES, rule.launches}):
        noise = calibration.noise_of(arrays, replace(rule, launches=launches),
                                     np.random.default_rng([seed, launches]))
        found.append(Sight(launches, _budget_seconds(launches, rule, wave_seconds),
                           {each.benchmark: each.smallest_visible for each in noise}))
    return tuple(found)


def _budget_seconds(launches: int, rule: Rule, wave_seconds: float) -> float:
    """Of a run that makes so many launches and can confirm what it finds on as many."""
    waves = 2 * launches * budget.null_factor(rule)
    return waves * wave_seconds / (1.0 - budget.INSTRUCTIONS_SHARE)


def plan_of(options: Options, margins: Mapping[str, float]) -> Plan:
    return Plan(
        baseline=options.baseline, candidate=options.candidate, metric=options.metric,
        rule=options.rule, margins=margins, benchmarks=options.benchmarks,
        budget_seconds=options.budget_seconds, seed=options.seed, cpu=options.cpu,
        pairing=options.pairing, planted=options.planted, instructions=options.instructions,
        rounds=options.rounds, ab_fixed=options.ab_fixed, timeout_seconds=options.timeout_seconds,
    )


def profile_of(options: Options) -> Profile | None:
    """The profile that was named, refused when it speaks of another machine, metric or pairing."""
    if not options.profile:
        return None
    profile = noise_profile.load(options.profile)
    pairing = pairing_of(parse(options.baseline, "--baseline"),
                         parse(options.candidate, "--candidate"), options.pairing)
    noise_profile.require_same(profile, options.metric, pairing)
    return profile


def margins_of(profile: Profile | None) -> dict[str, float]:
    if profile is None:
        return {}
    return {each.benchmark: each.margin for each in profile.calibration.noise}


def with_profile_notes(result: GateResult, profile: Profile | None) -> GateResult:
    """The result with what the profile leaves open said."""
    if profile is None:
        return result
    notes = []
    names = [each.benchmark for each in result.judgements]
    if others := [name for name in names if name not in result.margins]:
        notes.append(f"The noise profile does not know {len(others)} of {len(names)} benchmarks; "
                     "the rule's own margin holds for them.")
    if result.rule.launches < profile.rule.launches:
        notes.append(f"The profile's margins are for runs of {profile.rule.launches} launches, and "
                     f"this one has {result.rule.launches}: false alarms are likelier.")
    return replace(result, notes=(*result.notes, *notes))
