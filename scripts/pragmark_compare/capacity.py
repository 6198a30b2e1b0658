"""Two results of `pragmark capacity` that asked the same question."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from pragmark_report import stats, words
from pragmark_report.load_result import Result
from pragmark_report.stats import Interval, Ratio

from .model import Fact, Line, Measured, Metric


def facts_of(a: Result, b: Result) -> tuple[Fact, ...]:
    """The answers, and what has no interval."""
    told = [("answer", lambda each: each["answer"]["sentence"]),
            ("verdict", lambda each: each["answer"]["verdict"]),
            ("knee, requests/s", lambda each: each["curve"] and each["curve"]["knee"]
             and words.rate(each["curve"]["knee"]["rate"])),
            ("cost per million requests", lambda each: each["cost"]
             and words.significant(each["cost"]["per_million"]))]
    found = ((what, of(a.document), of(b.document)) for what, of in told)
    return tuple(Fact(what, mine or words.NOTHING, theirs or words.NOTHING)
                 for what, mine, theirs in found if mine or theirs)


def metrics_of(a: Result, b: Result) -> tuple[Metric, ...]:
    """What both sides estimated, with intervals."""
    mine, theirs = (dict(_estimates(each.document)) for each in (a, b))
    found: dict[tuple[str, str, bool], list[Line]] = {}
    for key in mine:
        if key in theirs and (made := _line(key, mine[key], theirs[key])):
            found.setdefault(key[:3], []).append(made)
    return tuple(Metric(*key, tuple(lines)) for key, lines in found.items())


Key = tuple[str, str, bool, str]  # metric, unit, higher is better, of what


def _estimates(document: Mapping) -> Iterator[tuple[Key, Mapping]]:
    answer = document["answer"]
    if document["question"] == "slo" and answer["rate"]:
        yield ("rate held", "requests/s", True, "all"), {
            "value": answer["rate"], "low": answer["low"], "high": answer["high"],
            "n": len(document["steps"])}
    if claim := document["claim"]:
        yield ("succeeded in time", "requests/s", True, "all"), claim["achieved"]
        if claim["latency_ms"]:
            yield ("latency", "ms", False, "all"), claim["latency_ms"]
    if document["ceiling"]:
        yield ("ceiling", "requests/s", True, "all"), document["ceiling"]
    for each in (document["antagonists"] or {}).get("kinds", []):
        yield ("added to p99", "ms", False, each["kind"]), each["added_ms"]
    for each in (document["forecast"] or {}).get("predictions", []):
        yield ("predicted", "requests/s", True, each["shape"]), each["predicted"]


def _line(key: Key, a: Mapping, b: Mapping) -> Line | None:
    if a["value"] <= 0 or b["value"] <= 0:
        return None
    return Line("", key[3], _measured(a), _measured(b), ratio_of_estimates(a, b))


def _measured(found: Mapping) -> Measured:
    ends = (found["low"], found["high"])
    interval = None if None in ends else Interval(*ends, stats.CONFIDENCE)
    return Measured(found["value"], interval, found["n"])


def ratio_of_estimates(a: Mapping, b: Mapping) -> Ratio:
    """B over A, with an interval made of both intervals by the method of variance estimates
    recovery on the logarithms (Zou and Donner, Statistics in Medicine 27, 2008): each end lies as
    far out as the two distances beside it, added as squares. REQUIRES: positive values."""
    factor = b["value"] / a["value"]
    ends = [each[name] for each in (a, b) for name in ("low", "high")]
    if None in ends or min(ends) <= 0:
        return Ratio(factor, None)
    log = {name: (math.log(a[name]), math.log(b[name])) for name in ("value", "low", "high")}
    below = math.hypot(log["value"][1] - log["low"][1], log["high"][0] - log["value"][0])
    above = math.hypot(log["high"][1] - log["value"][1], log["value"][0] - log["low"][0])
    middle = math.log(factor)
    return Ratio(factor, Interval(math.exp(middle - below), math.exp(middle + above),
                                  stats.CONFIDENCE))
