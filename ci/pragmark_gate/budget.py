"""How many launches fit into the time, with the rest of the run kept possible. Pure.

A wave is one launch of every benchmark. The main launches may not eat the time that a finding needs
to be confirmed in: a finding that cannot be confirmed is no finding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pragmark_report.errors import InputError

from . import statistics
from .model import Rule

INSTRUCTIONS_SHARE = 0.15  # of the budget, kept for counting instructions


@dataclass(frozen=True)
class Cost:
    """What the first launches cost."""

    wave_seconds: float  # all benchmarks once
    spent_seconds: float  # of the budget, up to now
    budget_seconds: float
    reserved_seconds: float = 0.0  # at its end, not for launches

    @property
    def left_seconds(self) -> float:
        return self.budget_seconds - self.reserved_seconds - self.spent_seconds


def null_factor(rule: Rule) -> float:
    """Launches made for each launch that counts."""
    return 1.0 + (1.0 / rule.null_every if rule.null_every else 0.0)


def least_confirmation(rule: Rule) -> int:
    """With fewer fresh launches, not even full agreement is significant."""
    return next(n for n in range(1, 64) if statistics.tail(n, n) <= rule.confirm_alpha)


def wanted_confirmation(rule: Rule) -> int:
    """The rule's number of fresh launches, or as many more as can confirm anything at all."""
    return max(rule.confirmation, least_confirmation(rule))


def main_launches(cost: Cost, rule: Rule, benchmarks: int) -> int:
    """The rule's number, or fewer that still leave time to confirm, or an InputError.

    The number follows from the clock alone, never from what was measured, so it cannot bias.
    """
    least, confirming = statistics.least_launches(benchmarks, rule), least_confirmation(rule)
    fit = math.floor(cost.left_seconds / (cost.wave_seconds * null_factor(rule)))
    if fit < least + confirming:
        need = (cost.spent_seconds + cost.reserved_seconds
                + (least + confirming) * cost.wave_seconds * null_factor(rule))
        raise InputError(
            f"--budget {cost.budget_seconds:g}", f"it holds {max(fit, 0)} launches of {benchmarks} "
            f"benchmarks, and a finding takes {least} and {confirming} to confirm it",
            f"give it {math.ceil(need * 1.1)} s, or fewer benchmarks")
    share = rule.launches / (rule.launches + rule.confirmation)
    wanted = min(rule.launches, max(least, math.floor(fit * share)))
    return max(least, min(wanted, fit - confirming))


def calibration_launches(cost: Cost, rule: Rule, benchmarks: int) -> int:
    """As many as fit, or an InputError before the time is spent on what cannot be used."""
    least = statistics.least_calibration(benchmarks, rule)
    fit = max(0, math.floor(cost.left_seconds / cost.wave_seconds))
    if fit < least:
        need = cost.spent_seconds + least * cost.wave_seconds
        raise InputError(
            f"--budget {cost.budget_seconds:g}", f"it holds {fit} launches of {benchmarks} "
            f"benchmarks, and a calibration takes {least}",
            f"give it {math.ceil(need * 1.1)} s, or fewer benchmarks")
    return fit


def more_launches(seconds: float, wave_seconds: float, rule: Rule, most: int) -> int:
    """As many waves as fit, nulls included, up to `most`; 0 when not even one does."""
    if wave_seconds <= 0.0:
        return 0
    return max(0, min(most, math.floor(seconds / (wave_seconds * null_factor(rule)))))
