"""The figures of capacity results: which one belongs to which question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from . import draw_capacity, draw_forecast, draw_soak, words
from .draw_capacity import Bar, Dot
from .load_result import Result
from .plot import Plot, plots
from .tables_capacity import estimate, latency_ms, number, percentile_name

OF_A_SEARCH = ("lowest", "search", "confirm", "claim")
VERDICTS = {"reached": "better", "holds": "better", "stable": "better", "missed": "worse",
            "cannot be held": "worse", "saturated": "worse", "unstable": "worse"}


def own(result: Result, name: str, subtitle: str) -> tuple[Plot, ...]:
    """The figures of one result, the one for the first screen first."""
    made = _figures(result.document, subtitle)
    return tuple(plot for place, (figure, caption) in enumerate(made)
                 for plot in plots([figure], name if place == 0 else f"{name}-{place + 1}",
                                   caption, narrow=True))


def _figures(document: Mapping, subtitle: str) -> list[tuple[Figure, str]]:
    question = document["question"]
    if question in ("soak", "antagonists") and document[question] is None:
        return []  # it saturated, or no rate was found
    if question == "soak":
        return _soak(document, subtitle)
    subtitle = f"{subtitle}. n={words.plural(len(document['steps']), 'step')}"
    if question in ("slo", "rate", "claim"):
        return _held(document, subtitle)
    if question == "curve":
        title = "What comes of what is offered, and how late"
        found = document["curve"]
        if not found["points"]:
            return []
        return [(draw_capacity.curve(found["points"], found["knee"], title, subtitle), title)]
    if question == "antagonists":
        return _antagonists(document, subtitle)
    return _forecast(document, subtitle)


def _held(document: Mapping, subtitle: str) -> list[tuple[Figure, str]]:
    slo = document["parameters"]["slo"]
    dots = [Dot(each["step"]["rate"], latency_ms(document, each["step"]), each["holds"])
            for each in document["steps"]
            if each["purpose"] in OF_A_SEARCH and each["step"]["rate"] is not None]
    if document["question"] == "claim" and len({dot.rate for dot in dots}) < 2:
        return []  # one rate makes no axis; the claim's own figure has all
    title = f"{percentile_name(document)} against the rate offered"
    figure = draw_capacity.held(dots, document["search"], percentile_name(document),
                                slo["limit_ms"], title, subtitle)
    return [(figure, f"{title}, a point a step")]


def _soak(document: Mapping, subtitle: str) -> list[tuple[Figure, str]]:
    soak = document["soak"]
    if soak["step"] >= len(document["steps"]):
        return []
    step = document["steps"][soak["step"]]["step"]
    slo = document["parameters"]["slo"]
    limit = slo["limit_ms"] if slo["percentile"] == 99 else None
    title = "Throughput, p99 and write-ahead log over the soak"
    windows = words.plural(len(step["windows"]), "window")
    return [(draw_soak.soak(step, soak["rate"], limit, title, f"{subtitle}. n={windows}"), title)]


def _antagonists(document: Mapping, subtitle: str) -> list[tuple[Figure, str]]:
    found = document["antagonists"]
    if not found["kinds"]:
        return []
    bars = [Bar(each["kind"], _added(each), max(each["added_ms"]["value"], 0),
                each["added_ms"]["low"], each["added_ms"]["high"], "none")
            for each in found["kinds"]]
    series = [(each["kind"], [document["steps"][place]["step"] for place in each["steps"]
                              if place < len(document["steps"])]) for each in found["kinds"]]
    title = "What each adds to p99 while it works"
    over_time = "p99 over time, before, while and after"
    return [
        (draw_capacity.bars([("", "added to p99, ms", None, bars)], "", title, subtitle), title),
        (draw_soak.antagonists(series, found["start_s"], found["end_s"], over_time, subtitle),
         over_time),
    ]


def _added(each: Mapping) -> str:
    added = each["added_ms"]
    sign = "+" if added["value"] >= 0 else ""
    return f"{sign}{estimate(added, with_n=False)} ms, n={words.plural(added['n'], 'run')}"


def _forecast(document: Mapping, subtitle: str) -> list[tuple[Figure, str]]:
    found = document["forecast"]
    made = []
    if found["predictions"]:
        title = "Predicted, and measured where held out"
        made.append((draw_forecast.predictions(found["predictions"], title, subtitle), title))
    if found["scaling"] is None:
        return made
    title = "Throughput over threads, and its fit"
    return [*made, (draw_forecast.scaling(found["scaling"], title, subtitle), title)]


def compared(results: Sequence[Result], labels: Sequence[str], name: str, subtitle: str
             ) -> Plot | None:
    """Results beside each other: the rate, and of claims the latency too. None when their question
    has no rate of its own."""
    documents = [each.document for each in results]
    question = documents[0]["question"]
    if question == "claim":
        return _claims(documents, labels, name, subtitle)
    if question == "curve":
        bars = [_bar(label, document["curve"]["plateau"], None, None, "described")
                for label, document in zip(labels, documents)]
        title = "The highest rate that was answered"
    elif question in ("slo", "rate", "soak"):
        bars = [_bar(label, document["answer"]["rate"] or 0.0, document["answer"]["low"],
                     document["answer"]["high"], document["answer"]["verdict"])
                for label, document in zip(labels, documents)]
        title = "The rate that was held" if question == "slo" else "The rate that was asked for"
    else:
        return None
    figure = draw_capacity.bars([("", "requests/s", None, bars)], "", title, subtitle)
    return plots([figure], name, title, narrow=True)[0]


def _bar(label: str, value: float, low: float | None, high: float | None, verdict: str) -> Bar:
    ends = f" [{number(low)}, {number(high)}]" if low is not None and high is not None else ""
    told = "" if verdict == "described" else f", {verdict}"
    return Bar(label, f"{number(value)}/s{ends}{told}", value, low, high,
               VERDICTS.get(verdict, "none"))


def _claims(documents: Sequence[Mapping], labels: Sequence[str], name: str, subtitle: str) -> Plot:
    rates = {document["claim"]["rate"] for document in documents}
    limits = {document["parameters"]["slo"]["limit_ms"] for document in documents}
    names = {percentile_name(document) for document in documents}
    bars, tails = [], []
    for label, document in zip(labels, documents):
        claim, verdict = document["claim"], document["answer"]["verdict"]
        style = VERDICTS.get(verdict, "none")
        achieved = claim["achieved"]
        bars.append(Bar(label, f"{estimate(achieved)}: {verdict}", achieved["value"],
                        achieved["low"], achieved["high"], style))
        if late := claim["latency_ms"]:
            told = f"{estimate(late, with_n=False)} ms, n={late['n']}"
            tails.append(Bar(label, told, late["value"], late["low"], late["high"], style))
    panels = [("Requests/s that succeeded in time", "requests/s",
               rates.pop() if len(rates) == 1 else None, bars)]
    if tails:
        panels.append((f"{' and '.join(sorted(names))} of what was answered", "ms",
                       limits.pop() if len(limits) == 1 else None, tails))
    title = "What came of the claimed rate"
    figure = draw_capacity.bars(panels, "the claim, and its objective", title, subtitle)
    return plots([figure], name, title, narrow=True)[0]
