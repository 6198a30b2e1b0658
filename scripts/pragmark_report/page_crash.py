"""Results of `pragmark crash` as a page: what each set's speed costs when something crashes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from . import draw_crash, page_parts, page_place, tables_crash, words
from .draw_crash import Spot
from .load_result import Result
from .model import PROCESS_SAFE, UNSAFE
from .page import Page, Section
from .plot import Plot, plots
from .words import Name, Sentence

TITLE = "What does the speed cost?"
NOT_TESTED = ("No machine was unplugged: the states are made from a recording, under the "
              "assumptions below. A crash during recovery, several directories and real hardware "
              "were not tested.")


def crash_page(result: Result, name: str) -> Page:
    """The page of one result."""
    document = result.document
    context = page_place.context_of(result)
    where = page_place.place(context) if context else "machine not told"
    conditions = f"{_conditions(document)}. {where}"
    return Page(
        name=name,
        title=TITLE,
        question=conditions,
        answer=_answer(document),
        figure=_figure(document, name, conditions),
        caveats=_caveats(result),
        sections=tuple(_sections(document)),
        environment=page_parts.environment([context], [result.letter]),
        sources=(result.source,),
        command=document["command"],
    )


def _conditions(document: Mapping) -> str:
    sets = document["sets"]
    parts = [
        words.plural(len(sets), "PRAGMA set"),
        f"n={sum(each['images'] for each in sets):,} crash states",
        f"{sum(each['distinct'] for each in sets):,} different images judged",
        f"seed {document['seed']}",
    ]
    slices = {len(each["commits_per_second"]["slices"]) for each in sets
              if each["commits_per_second"]}
    if slices:
        parts.append(f"commits/s of one connection, {words.n_text(slices)} slices")
    return ", ".join(parts)


def _answer(document: Mapping) -> Sentence:
    sets = document["sets"]
    if document["sabotage"] != "none":
        found = [each["set"] for each in sets if each["holds"] is False]
        return (f"The negative control {document['sabotage']} ",
                *(("is found in ", *words.listed_names(found)) if found else ("is NOT found",)), ".")
    worse = [each["set"] for each in sets if each["difference"].startswith("WORSE")]
    if worse:
        return ("Worse than SQLite documents: ", *words.listed_names(worse), ".")
    rated = [each for each in sets if each["commits_per_second"]]
    best = [_best(rated, kept) for kept in ("power-safe", PROCESS_SAFE)]
    told = [part for part in best if part]
    if not told:
        counted = words.plural(len(sets), "set")
        return (f"Nothing worse than SQLite documents was found in {counted}.",)
    sentence: list[str] = ["Nothing worse than documented was found; "]
    for place, part in enumerate(told):
        sentence += ["; " if place else "", *part]
    return (*sentence, ".")


def _best(rated: Sequence[Mapping], durability: str) -> Sentence:
    """The fastest set of that class, with what it costs."""
    alike = [each for each in rated if each["measured"] == durability]
    if not alike:
        return ()
    fastest = max(alike, key=lambda each: each["commits_per_second"]["median"])
    rate = words.rate(fastest["commits_per_second"]["median"])
    return ("the fastest found ", durability, " is ", Name(fastest["set"]), f", {rate} commits/s, "
            f"at risk: {tables_crash.exposure_text(fastest)}")


def exposure_of(each: Mapping) -> float | None:
    """As draw_crash takes it; None where it was not measured."""
    found = each["exposure"]
    if each["measured"] == UNSAFE or (found and found["damages"]):
        return draw_crash.DAMAGED
    if found is None:
        return None
    return float(found["transactions"]) if found["bounded"] or not found["transactions"] \
        else draw_crash.UNBOUNDED


def spots(document: Mapping) -> list[Spot]:
    """A spot for each set that has a class, a rate and an exposure, in their order. On the front: no
    other commits as fast, by its median, and risks no more, and is better in one of the two."""
    known = [(number, each, exposure_of(each))
             for number, each in enumerate(document["sets"], start=1)
             if each["measured"] and each["commits_per_second"] and exposure_of(each) is not None]
    points = [(_risk(exposure), each["commits_per_second"]["median"])
              for _, each, exposure in known]
    return [Spot(str(number), exposure, rate, each["commits_per_second"]["low"],
                 each["commits_per_second"]["high"], each["measured"],
                 not any(_dominates(other, (risk, rate)) for other in points))
            for (number, each, exposure), (risk, rate) in zip(known, points)]


def _risk(exposure: float) -> float:
    """Exposures in an order: the database is worth more than any number of transactions."""
    if math.isnan(exposure):
        return math.inf
    return 1e300 if math.isinf(exposure) else exposure


def _dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def _figure(document: Mapping, name: str, conditions: str) -> Plot | None:
    found = spots(document)
    if not found:
        return None
    title = "Commits/s against what a crash takes"
    figure = draw_crash.front(found, title, conditions)
    return plots([figure], f"{name}-front", title, narrow=True)[0]


def _caveats(result: Result) -> tuple[Sentence, ...]:
    document = result.document
    said: list[Sentence] = []
    if document["sabotage"] != "none":
        said.append((f"A negative control: {document['sabotage']}. What is found here is what it "
                     "breaks on purpose.",))
    if not document["powersafe_overwrite"]:
        said.append(("The disk leaves nothing alone in a sector whose write is cut off, and SQLite "
                     "was told so.",))
    if result.document["context"]:
        said += page_parts.machine_caveats([result])
    said.append((NOT_TESTED,))
    said.append(("A count of zero is none found, with the 95% bound of its share among such "
                 "images, and never a proof.",))
    if any(each["exposure"] and each["exposure"]["transactions"] for each in document["sets"]):
        said.append(("Exposure is that of transactions without a pause. In an application that "
                     "rests, the last ones stay at risk until something syncs.",))
    return tuple(said)


def _sections(document: Mapping) -> list[Section]:
    numbers = {spot.label for spot in spots(document) if spot.on_front}
    sections = [Section("What each set costs", (
        ("Found: the best durability class that no image contradicts. The class that SQLite "
         "documents stands beside every figure of ", Name("pragmark bench"), " and its report.",),),
        tables=(tables_crash.costs(document, numbers), tables_crash.differences(document)))]
    for key, heading in (("kills", "kill -9 of a real process"),
                         ("power_cuts", "Power cut of a real ext4")):
        if any(each[key] for each in document["sets"]):
            sections.append(Section(heading, tables=(tables_crash.rounds(document, key),)))
    sections.append(Section("By workload and failure model",
                            tables=(tables_crash.by_model(document),)))
    findings = tables_crash.findings(document)
    if findings.rows:
        commands = dict.fromkeys(finding["command"] for each in document["sets"]
                                 for finding in each["findings"] if each["holds"] is False)
        sections.append(Section(
            "Findings", (("Each with the smallest set of lost calls that shows it; the result file "
                          "has the command that replays it.",),),
            tables=(findings,), code="\n".join(commands)))
    sections.append(Section("What the models assume", tables=(tables_crash.models(document),)))
    return sections
