"""Samples of both sides into medians, intervals and ratios; contexts into differences."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from pragmark_report import compute, stats
from pragmark_report.load_bench import context_text

from .model import Difference, Line, Measured

# What changes figures without any change of the code: told first, and marked.
WEIGHS = ("sqlite_version", "sqlite_source_id", "sqlite_compile_options", "filesystem",
          "cpu_model", "num_cpus")
ASKED = "parameter "  # in front of a key: what the user asked, not where it ran
NOT_ASKED = {ASKED + each for each in (  # how long and how often, which no figure is made of
    "budget_seconds", "seconds", "step_seconds", "warmup_seconds", "slice_seconds", "blocks",
    "confirmation_blocks", "family", "monthly_cost")}
MAX_PAIRS = 1_000_000  # of values in one ratio; two samples of 1,000


def measured(values: Sequence[float]) -> Measured:
    """REQUIRES: at least one value."""
    return Measured(float(statistics.median(values)), stats.median_interval(values), len(values))


def line(group: str, name: str, a: Sequence[float], b: Sequence[float]) -> Line | None:
    """None when a side has no value, or one that has no logarithm."""
    if not a or not b or min(*a, *b) <= 0 or len(a) * len(b) > MAX_PAIRS:
        return None
    return Line(group, name, measured(a), measured(b), stats.ratio(b, a))


def differences(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[Difference, ...]:
    """What the contexts do not say alike, the weighty first."""
    found = [Difference(key, a.get(key, ""), b.get(key, ""), _weighs(key))
             for key in compute.differing([a, b])]
    return tuple(sorted(found, key=lambda each: (not each.weighs, _place(each.key))))


def parameters(of: Mapping[str, object]) -> dict[str, str]:
    """The parameters of a result in the form of a context."""
    return {ASKED + key: context_text(_plain(value)) for key, value in of.items()}


def _plain(value: object) -> object:
    """The same with 99.0 as 99: JSON does not tell them apart."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):  # an objective says itself in words
            return value["text"]
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def asked_differently(found: Sequence[Difference]) -> tuple[str, ...]:
    """A warning that the two answer different questions; empty when they do not."""
    keys = [each.key.removeprefix(ASKED) for each in found
            if each.weighs and each.key.startswith(ASKED)]
    if not keys:
        return ()
    return (f"The two were asked different things ({', '.join(keys)}): a ratio of theirs is no "
            "effect of anything else.",)


def _weighs(key: str) -> bool:
    return (key in WEIGHS or key.startswith("pragma_set:")
            or key.startswith(ASKED) and key not in NOT_ASKED)


def _place(key: str) -> tuple[int, str]:
    return (WEIGHS.index(key) if key in WEIGHS else len(WEIGHS), key)
