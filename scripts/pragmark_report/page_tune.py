"""A result of `pragmark tune` as a page: which settings pay off, or which lever brought what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import draw_effects, page_parts, page_place, tables_tune, words
from .load_result import Result
from .model import WHAT_A_CRASH_COSTS
from .page import Page, Section
from .plot import Plot, plots
from .words import Name, Sentence

UNIT = {"throughput": "requests/s", "p99": "p99 in us"}
BETTER = {"throughput": "right is better", "p99": "left is better"}
STATES = {
    "cached": "all of it in the cache", "larger-than-cache": "larger than the cache",
    "larger-than-memory": "larger than memory", "aged": "aged by deletes and inserts",
}


def tune_page(result: Result, name: str, target: float) -> Page:
    """The page of one result. `target` is drawn where requests/s are."""
    document = result.document
    levers = document["question"] == "levers"
    context = page_place.context_of(result)
    where = page_place.place(context)
    subtitle = f"{conditions(document)}. {where}"
    figure = (_waterfalls(document, name, subtitle, target) if levers
              else _effects(document, name, subtitle))
    return Page(
        name=name,
        title=_title(document),
        question=f"{conditions(document)}. Measured on {where}.",
        answer=(document["answer"]["sentence"],),
        figure=figure,
        caveats=_caveats(result),
        sections=tuple(_sections(document, name, subtitle)),
        environment=page_parts.environment([context], [result.letter]),
        sources=(result.source,),
        command=document["command"],
    )


def _title(document: Mapping) -> str:
    if document["question"] == "levers":
        return "Which lever brought it?"
    settings = [each["setting"] for each in document["parameters"]["vary"]]
    named = words.listed(settings) if len(settings) <= 3 else f"{len(settings)} settings"
    return f"What do {named} bring over {document['parameters']['base']}?"


def conditions(document: Mapping) -> str:
    """All that was held still, and n."""
    told = document["parameters"]
    parts = [
        words.listed(told["workloads"]),
        f"{told['rows']:,} rows, payload {told['payload']}, {STATES[told['state']]}",
    ]
    if document["question"] == "tune":
        parts.append(f"{told['base']} / {told['strategy']}")
    parts.append(words.plural(told["threads"], "thread"))
    blocks = words.plural(told["blocks"], "block")
    parts.append(f"{told['design']}, n={blocks} of {words.significant(told['slice_seconds'])} s "
                 "for each configuration")
    return ", ".join(parts)


def _effects(document: Mapping, name: str, subtitle: str) -> Plot | None:
    told = document["parameters"]
    shown = [each for each in document["effects"] if each["kind"] in ("setting", "main")]
    if not shown:
        return None
    panels, drawn = _panels(document, shown)
    metric = UNIT[told["objective"]]
    figure = draw_effects.effects(
        panels, told["floor"], f"What each change brings, in {metric}",
        f"{subtitle}{drawn}. Intervals hold together with "
        f"{words.significant(100 * told['confidence'])}%, corrected for {words.plural(told['family'], 'comparison')}.", BETTER[told["objective"]])
    return plots([figure], f"{name}-effects", f"What each change brings, in {metric}{drawn}",
                 narrow=True)[0]


def _panels(
    document: Mapping, effects: Sequence[Mapping]
) -> tuple[list[tuple[str, list[Mapping]]], str]:
    """As many effects as a figure has room for, by workload, that which decides first; and what its
    caption says of the others."""
    workloads = document["parameters"]["workloads"]
    deciding = workloads[0] if len(workloads) == 1 else "all"
    ordered = sorted(effects, key=lambda each: each["workload"] != deciding)
    shown = ordered[: draw_effects.MAX_ROWS]
    found: dict[str, list[Mapping]] = {}
    for each in shown:
        found.setdefault(each["workload"], []).append(
            {**each, "what": tables_tune.change(document, each)})
    left = "" if len(shown) == len(effects) else f", {len(shown)} of {len(effects)} shown"
    return list(found.items()), left


def _waterfalls(document: Mapping, name: str, subtitle: str, target: float) -> Plot | None:
    told = document["parameters"]
    panels = [(each["workload"], rungs) for each in document["waterfalls"]
              if (rungs := tables_tune.rungs(document, each))]
    if not panels:
        return None
    unit = UNIT[told["objective"]]
    figure = draw_effects.waterfall(
        panels, f"{unit} (log scale: equal lengths are equal factors)",
        target if told["objective"] == "throughput" else None,
        f"From the original to the best, in {unit}",
        f"{subtitle}. Factors hold together with {words.significant(100 * told['confidence'])}%; "
        "points are medians with their own 95% intervals. * not interleaved.")
    return plots([figure], f"{name}-waterfall", f"Waterfall of levers, in {unit}",
                 narrow=True)[0]


def _caveats(result: Result) -> tuple[Sentence, ...]:
    document = result.document
    said: list[Sentence] = page_parts.machine_caveats([result])
    answer = document["answer"]
    if answer["recommended_set"] and answer["durability"] in WHAT_A_CRASH_COSTS:
        said.append((Name(answer["recommended_set"]), f" is {answer['durability']}: "
                     f"{WHAT_A_CRASH_COSTS[answer['durability']]}.",))
    if weaker := answer["weaker"]:
        factor = draw_effects.factor_text(weaker)
        said.append((Name(weaker["pragmas"]), f" was faster still ({factor}, n={weaker['n']}), and "
                     f"is {weaker['durability']}: a weaker durability class than the base has, so "
                     "it is not recommended."))
    erred = [each for each in document["configurations"] if each["error"]]
    if erred:
        said.append((f"{words.plural(len(erred), 'configuration')} could not be measured: ",
                     *words.listed_names([each["label"] for each in erred]), "."))
    refused = [each["label"] for each in document["configurations"]
               if any(some["failed_share"] > 0 for some in each["measured"])]
    if refused:
        said.append((f"SQLite refused requests of {words.plural(len(refused), 'configuration')} "
                     "(SQLITE_BUSY); the rates hold only those that succeeded: ",
                     *words.listed_names(refused), "."))
    if any(not each["interleaved"] for each in _all_steps(document)):
        said.append(("One side of a step was measured by a process started for each visit, where "
                     "those of the others stay; the table says which.",))
    if not document["parameters"]["fresh_processes"]:
        said.append(("All blocks shared their processes: what differs from process to process is "
                     "in no interval.",))
    if document["question"] == "levers":
        said.append(("In another order the same levers bring other factors.",))
    said += [(f"Not measured: {each['what']}, because {each['reason']}.",)
             for each in document["skipped"]]
    return (*said, *((note,) for note in document["notes"]))


def _all_steps(document: Mapping) -> list[Mapping]:
    steps = [step for each in document["waterfalls"] for step in each["steps"]]
    return [*steps, *document["effects"]]


def _sections(document: Mapping, name: str, subtitle: str) -> list[Section]:
    answer = document["answer"]
    sections = []
    if answer["recommended_sql"]:
        sections.append(Section(
            "The set as SQL", tables=tables_tune.confirmation(document),
            paragraphs=((Name(answer["recommended_set"] or "The set"), " is "
                         f"{answer['durability']}. Every connection needs it, before anything "
                         "else."),),
            code=answer["recommended_sql"].strip(), language="sql"))
    sections += tables_tune.step_sections(document)
    sections += _six(document, name, subtitle)
    sections += tables_tune.effect_sections(document)
    sections += tables_tune.front_section(document)
    sections.append(tables_tune.configurations(document))
    sections.append(Section("How to read the figures", (
        ("A factor is the objective under one configuration divided by that under another in the "
         "same block, so that drift of the machine falls on both. Its interval is widened so that "
         "all intervals of the page hold together with the probability named.",),
        ("No measurable effect: the interval does not lie wholly beyond the floor. The smallest "
         "visible change is what these blocks would have shown in 9 of 10 cases; a smaller effect "
         "may exist.",),
        ("Not comparable: more requests fail (SQLITE_BUSY) after the change than before it, and "
         "what fails costs little, so that the rate is that of other work; or fewer fail, and the rate "
         "pays for the work that was not done before.",),
    )))
    return sections


def _six(document: Mapping, name: str, subtitle: str) -> list[Section]:
    """The settings added to the defaults, and taken away: only with --levers."""
    told = document["parameters"]
    sections = []
    for kind, heading, text in (
        ("added", "Each setting added alone to the defaults", "Held against the defaults."),
        ("removed", "Each setting taken away from the set",
         "Held against the whole set: a factor below 1 is what the setting brings in requests/s."),
        ("side", "Levers beside the way", "Held against the configuration that the table names."),
    ):
        shown = [each for each in document["effects"] if each["kind"] == kind]
        if not shown:
            continue
        metric = UNIT[told["objective"]]
        panels, drawn = _panels(document, shown)
        figure = draw_effects.effects(panels, told["floor"], heading, f"{subtitle}{drawn}",
                                      BETTER[told["objective"]])
        plot = plots([figure], f"{name}-{kind}", f"{heading}, as a factor in {metric}{drawn}",
                     narrow=True)
        sections.append(Section(heading, ((text,),), plot,
                                (tables_tune.effects(document, shown),)))
    return sections
