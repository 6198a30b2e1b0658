"""Results of `pragmark capacity` as a page: one, or several of one question beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import page_parts, page_place, plots_capacity, tables_capacity, words
from .load_result import Result
from .page import Page, Section
from .plot import Plot
from .tables_capacity import mix_text, number
from .words import Sentence

ASKED = ("pragmas", "strategy", "threads", "rows", "payload", "mix", "keys", "arrivals", "cpus",
         "sync_delay_us", "slo", "rate", "soak_seconds")  # parameters that make a question
GRADE_OF_A_RESULT = "Environment grade "  # a caveat there; a page tells the grade itself


def capacity_page(results: Sequence[Result], name: str) -> Page:
    """REQUIRES: all results have one question."""
    contexts = [page_place.context_of(each) for each in results]
    several = len(results) > 1
    own = [plots_capacity.own(each, f"{name}-{each.letter.lower() if several else 'figure'}",
                              _question([each])) for each in results]
    first = _first(results, name)
    sections: list[Section] = []
    if several:
        sections.append(Section("Side by side", tables=(
            tables_capacity.comparison(results, told_apart(results)),)))
    for result, plots in zip(results, own):
        on_top = first is None and result is results[0]  # its first figure is the page's
        shown = plots[1:] if on_top else plots
        sections += _sections(result, f"{result.letter}: " if several else "", shown)
    sections.append(_method())
    return Page(
        name=name,
        title=_title(results),
        question=_question(results),
        answer=_answer(results),
        figure=first or (own[0][0] if own[0] else None),
        caveats=_caveats(results),
        sections=tuple(sections),
        environment=page_parts.environment(contexts, [each.letter for each in results]),
        sources=page_parts.listed_sources(results),
        command=page_parts.commands(results),
        remarks=_remarks(results),
    )


def _first(results: Sequence[Result], name: str) -> Plot | None:
    """The comparison, for the first screen; None where the result's own figure stands there."""
    claim = results[0].question == "claim"
    if len(results) == 1 and not claim:
        return None
    labels = [mix_text(each.document) if len(results) == 1 else f"{each.letter}: {told}"
              for each, told in zip(results, told_apart(results))]
    return plots_capacity.compared(results, labels, name, _question(results))


def told_apart(results: Sequence[Result]) -> list[str]:
    """For each result what it asked differently; where it was measured when all asked the same."""
    documents = [each.document for each in results]
    differing = [key for key in ASKED
                 if len({repr(each["parameters"][key]) for each in documents}) > 1]
    told = []
    for result in results:
        parts = [_parameter(result.document, key) for key in differing]
        context = page_place.context_of(result)
        place = context.get("host_name") or context.get("cpu_model") or result.source
        told.append(", ".join(parts) if parts else place)
    return told


def _parameter(document: Mapping, key: str) -> str:
    told = document["parameters"]
    value = told.get(key)
    texts = {
        "served": lambda: f"{told['pragmas']} / {told['strategy']}",
        "mix": lambda: mix_text(document),
        "slo": lambda: value["text"],
        "threads": lambda: words.plural(value, "thread"),
        "rows": lambda: f"{value:,} rows",
        "rate": lambda: f"{number(value or 0.0)}/s",
        "payload": lambda: f"payload {value}",
        "keys": lambda: f"{value} keys",
        "arrivals": lambda: f"{value} arrivals",
        "cpus": lambda: "all cores" if value is None else words.plural(value, "core"),
        "sync_delay_us": lambda: f"syncs delayed by {words.duration(value)}",
        "soak_seconds": lambda: f"{words.significant(value or 0.0)} s",
    }
    return texts.get(key, lambda: str(value))()


def conditions(documents: Sequence[Mapping]) -> str:
    """All that was held still, in one line; what differs between them is left to the table."""
    told = [document["parameters"] for document in documents]
    always = ("mix", "served", "threads", "rows", "payload", "keys", "arrivals")
    unusual = [key for key in ("cpus", "sync_delay_us") if told[0][key]]
    parts = []
    for key in (*always, *unusual):
        texts = {_parameter(document, key) for document in documents}
        parts += texts if len(texts) == 1 else []
    slos = {each["slo"]["text"] for each in told}
    if len(slos) == 1:
        parts.append(f"objective {slos.pop()}")
    if len({repr(_asked(document)) for document in documents}) > 1:
        parts.append("the rest as the table says")
    return ", ".join(parts)


def _asked(document: Mapping) -> list:
    return [document["parameters"][key] for key in ASKED]


def _question(results: Sequence[Result]) -> str:
    places = {page_place.place(page_place.context_of(each)) for each in results}
    where = places.pop() if len(places) == 1 else f"{len(places)} machines"
    return f"{conditions([each.document for each in results])}. {where}"


def _title(results: Sequence[Result]) -> str:
    document = results[0].document
    question = document["question"]
    slos = {each.document["parameters"]["slo"]["text"] for each in results}
    slo = slos.pop() if len(slos) == 1 else "the objective"
    rates = {each.document["parameters"]["rate"] or each.document["answer"]["rate"]
             for each in results}
    rate = rates.pop() if len(rates) == 1 else None
    asked = f"{number(rate)} requests/s" if rate else "the rate"
    return {
        "slo": f"How many requests/s hold {slo}?",
        "rate": f"Does {asked} hold {slo}?",
        "claim": f"{asked[0].upper()}{asked[1:]} with {slo}?",
        "curve": "How late do answers come as the load rises?",
        "soak": f"Does {asked} stay as it is?",
        "antagonists": "What does work beside the load add to the tail?",
        "forecast": "What would another shape of machine take?",
    }[question]


def _answer(results: Sequence[Result]) -> Sentence:
    if len(results) == 1:
        return (results[0].document["answer"]["sentence"],)
    if results[0].question == "slo":
        return _ranked(results)
    verdicts: dict[str, list[str]] = {}
    for each in results:
        verdicts.setdefault(each.document["answer"]["verdict"], []).append(each.letter)
    told = [f"{verdict} by {words.listed(letters)}" if verdict != "described"
            else f"{words.listed(letters)} stand side by side"
            for verdict, letters in verdicts.items()]
    text = "; ".join(told)
    return (f"{text[0].upper()}{text[1:]}.",)


def _ranked(results: Sequence[Result]) -> Sentence:
    known = [each for each in results if each.document["answer"]["rate"]]
    if not known:
        return ("None of the results holds the objective at any rate.",)
    if len({repr(_asked(each.document)) for each in results}) > 1:
        told = [f"{each.letter} {number(each.document['answer']['rate'])}" for each in known]
        return (f"Each asked something else; the rates held are {words.listed(told)} "
                "requests/s.",)
    ranked = sorted(known, key=lambda each: -each.document["answer"]["rate"])
    told = [f"{each.letter} {number(each.document['answer']['rate'])} requests/s"
            for each in ranked]
    rest = f", then {words.listed(told[1:])}" if len(told) > 1 else ""
    return (f"The most is held by {told[0]}{rest}.",)


def _remarks(results: Sequence[Result]) -> tuple[Sentence, ...]:
    several = len(results) > 1
    said: list[Sentence] = []
    for each in results:
        document = each.document
        told = [document["answer"]["sentence"]] if several else []
        if document["cost"] is not None:
            told.append(document["cost"]["text"])
        if told:
            said.append((f"{each.letter}: " if several else "", " ".join(told)))
    return tuple(said)


def _caveats(results: Sequence[Result]) -> tuple[Sentence, ...]:
    said = [*page_parts.same_bytes(results), *page_parts.machine_caveats(results)]
    several = len(results) > 1
    found: dict[str, list[str]] = {}
    for each in results:
        for text in each.document["caveats"]:
            if not text.startswith(GRADE_OF_A_RESULT):
                found.setdefault(text, []).append(each.letter)
    for text, letters in found.items():
        shared = not several or len(letters) == len(results)
        said.append((text,) if shared else (f"{words.listed(letters)}: ", text))
    return tuple(said)


def _sections(result: Result, who: str, plots: Sequence[Plot]) -> list[Section]:
    document = result.document
    question = result.question
    heading = f"{who}{_heading(question)}"
    said: list[Sentence] = []
    tables = []
    if question == "claim":
        tables.append(tables_capacity.unsaid(document))
        said.append(_sign_test(document["claim"]))
    elif question in ("soak", "antagonists") and document[question] is None:
        pass  # it saturated, or no rate was found: the steps say it
    elif question == "soak":
        tables.append(tables_capacity.trends(document))
        said.append((tables_capacity.soak_notes(document),))
    elif question == "antagonists":
        tables.append(tables_capacity.antagonists(document))
    elif question == "curve" and (knee := document["curve"]["knee"]):
        said.append((f"The knee is at {number(knee['rate'])} requests/s, "
                     f"{words.significant(100 * knee['share'])}% of the ceiling: {knee['why']}.",))
    elif question == "slo":
        said += _edge(document)
    sections = [Section(heading, tuple(said), tuple(plots), tuple(tables))]
    if question == "forecast":
        sections = [*([Section(heading, (), tuple(plots))] if plots else []),
                    *tables_capacity.forecast(document)]
    if not (said or plots or tables) and question != "forecast":
        sections = []
    sections.append(Section(f"{who}All steps", tables=(tables_capacity.steps(document),)))
    return sections


def _heading(question: str) -> str:
    return {"slo": "Where it ends", "rate": "The steps", "claim": "What the claim says",
            "curve": "The knee", "soak": "Over time", "antagonists": "Each beside the load",
            "forecast": "Figures"}[question]


def _sign_test(claim: Mapping) -> Sentence:
    steps = words.plural(claim["steps"], "step")
    reached, missed, alpha = (words.significant(claim[key], 2)
                              for key in ("p_reached", "p_missed", "alpha"))
    return (f"{claim['holding']} of {steps} at the claimed rate held the objective (exact sign "
            f"test: p={reached} for reached, p={missed} for missed; {alpha} decides).",)


def _edge(document: Mapping) -> list[Sentence]:
    search = document["search"]
    if search is None:
        return []
    said: list[Sentence] = []
    if search["edge"]:
        edge = tables_capacity.estimate(search["edge"], with_n=False)
        said.append((f"9 of 10 steps hold at {edge} requests/s, as the fit says.",))
    if search["confirmed"]:
        there = tables_capacity.confirming_steps(document)
        holding = sum(bool(each["holds"]) for each in there)
        count = words.plural(len(there), "longer step")
        said.append((f"Confirmed at {number(search['confirmed'])} requests/s: there {holding} of "
                     f"{count} held, which did not choose it.",))
    else:
        said.append(("No longer step confirmed a rate.",))
    return said


def _method() -> Section:
    return Section("How to read the figures", (
        ("Requests arrive on a schedule, whether or not the ones before them are done. A latency "
         "counts from the intended start: a stall counts for every request that it delayed. A "
         "request that fails or comes too late is no throughput.",),
        ("A step holds when the percentile of the objective stays within its limit and no more "
         "requests fail than it allows.",),
    ))
