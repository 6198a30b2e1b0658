"""Tables of capacity results."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from . import page, words
from .load_result import Result
from .page import Section, Table
from .page_place import context_of, place
from .words import NOTHING

PERCENTILE_KEYS = {50: "p50", 90: "p90", 99: "p99", 99.9: "p99_9"}


def percentile_name(document: Mapping) -> str:
    """`p99`, `p99.9`: the one of the objective."""
    return PERCENTILE_KEYS[document["parameters"]["slo"]["percentile"]].replace("_", ".")


def latency_ms(document: Mapping, step: Mapping) -> float | None:
    """The objective's percentile of a step."""
    value = step["latency_us"][PERCENTILE_KEYS[document["parameters"]["slo"]["percentile"]]]
    return None if value is None else value / 1000


def confirming_steps(document: Mapping) -> list[Mapping]:
    """The steps at the rate of the answer that did not choose it."""
    steps, search = document["steps"], document["search"]
    if search is None:
        return [each for each in steps if each["purpose"] in ("confirm", "soak")]
    places = [place for place in search["confirmations"] if place < len(steps)]
    return [steps[place] for place in places if steps[place]["step"]["rate"] == search["confirmed"]]


def held_latency_ms(document: Mapping) -> float | None:
    """The objective's percentile at the rate of the answer: the median of the steps that did not
    choose it."""
    if document["claim"] is not None:
        found = document["claim"]["latency_ms"]
        return found and found["value"]
    values = [latency_ms(document, each["step"]) for each in confirming_steps(document)]
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def estimate(found: Mapping | None, with_n: bool = True) -> str:
    """`12,000 [11,800, 12,200] n=8`."""
    if found is None:
        return NOTHING
    n = f" n={found['n']}" if with_n else ""
    if found["low"] is None or found["high"] is None:
        return f"{number(found['value'])}{n}"
    return f"{number(found['value'])} [{number(found['low'])}, {number(found['high'])}]{n}"


def number(value: float) -> str:
    """Three digits, also of what is negative."""
    return words.three_digits(value) if value >= 0 else f"-{words.three_digits(-value)}"


def mix_text(document: Mapping) -> str:
    """`read=95%, write=5%`."""
    return ", ".join(f"{name}={words.significant(100 * share)}%"
                     for name, share in document["parameters"]["mix"].items())


def comparison(results: Sequence[Result], asked: Sequence[str]) -> Table:
    """A row a result: what was asked, what came of it, and where. `asked` says what tells the
    results apart."""
    rows = []
    for result, difference in zip(results, asked):
        document = result.document
        answer, cost = document["answer"], document["cost"]
        latency = held_latency_ms(document)
        context = context_of(result)
        rows.append((
            result.letter, difference, place({**context, "environment_grade": ""}),
            context.get("environment_grade") or NOTHING, answer["verdict"], _rate(document),
            NOTHING if latency is None else words.three_digits(latency),
            estimate(document["ceiling"]),
            NOTHING if cost is None else words.significant(cost["per_million"]),
        ))
    claims = results[0].question == "claim"
    headings = ("Result", "Asked", "Measured on", "Grade", "Verdict",
                "Succeeded in time, requests/s" if claims else "Rate, requests/s",
                f"{percentile_name(results[0].document)} there, ms", "Ceiling, requests/s",
                "Cost per million")
    last = len(headings) if any(each.document["cost"] for each in results) else -1
    return page.table(
        headings[:last], [row[:last] for row in rows], numbers=(5, 6, 7, 8),
        note=("In brackets: 95% intervals. Ceiling: as fast as the threads go, without a "
              "schedule. Each was measured by itself, one after the other.",))


def _rate(document: Mapping) -> str:
    answer, claim = document["answer"], document["claim"]
    if claim is not None:
        return estimate(claim["achieved"])
    if answer["rate"] is None:
        return NOTHING
    if answer["low"] is None or answer["high"] is None:
        return number(answer["rate"])
    return f"{number(answer['rate'])} [{number(answer['low'])}, {number(answer['high'])}]"


def steps(document: Mapping) -> Table:
    """All that was offered, in its order."""
    rows = []
    for place_, each in enumerate(document["steps"], start=1):
        step = each["step"]
        failed = sum(step["failed"].values())
        verdict = {None: NOTHING, True: "holds", False: "breaks"}[each["holds"]]
        rows.append((
            str(place_), each["purpose"] + (f", {each['shape']}" if each["shape"] else ""),
            NOTHING if step["rate"] is None else number(step["rate"]),
            number(step["achieved_per_second"]), words.significant(step["seconds"]),
            *(_milliseconds(step["latency_us"][key]) for key in ("p50", "p99", "p99_9", "max")),
            _milliseconds(step["service_us"]["p99"]), words.number(failed), verdict,
            each["reason"] or ("saturated" if step["saturated"] else NOTHING),
        ))
    return page.table(
        ("Step", "Purpose", "Offered, requests/s", "Achieved, requests/s", "Seconds", "p50, ms",
         "p99, ms", "p99.9, ms", "max, ms", "p99 of a closed loop, ms", "Failed", "Objective",
         "Why not"), rows, numbers=(0, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        note=("Latencies count from the intended start, so that a stall counts for every request "
              "that it delayed; a closed loop would have told the column beside them. Achieved: "
              "succeeded in time. n: one row is one step, on a fresh copy of the database.",))


def _milliseconds(microseconds: float | None) -> str:
    return NOTHING if microseconds is None else words.significant(microseconds / 1000)


def unsaid(document: Mapping) -> Table:
    """What the claim says and leaves unsaid."""
    rows = [(each["what"], "said" if each["said"] else "unsaid", each["assumed"], each["why"])
            for each in sorted(document["claim"]["unsaid"], key=lambda each: each["said"])]
    return page.table(("What", "The claim", "Measured here with", "Why it matters"), rows)


def trends(document: Mapping) -> Table:
    """How the soak changed from begin to end."""
    units = {"throughput": "throughput", "p99": "p99", "wal": "write-ahead log"}
    rows = [(units[each["what"]], each["unit"], number(each["begin"]), number(each["end"]),
             _share(each["change_share"]), _shares(each["low"], each["high"]),
             words.significant(each["p"], 2), each["verdict"])
            for each in document["soak"]["trends"]]
    return page.table(
        ("Quantity", "Unit", "Begin", "End", "Change", "95% interval", "p", "Verdict"), rows,
        numbers=(2, 3, 4, 5, 6),
        note=("Begin and end of the line of Theil and Sen; p of the Mann-Kendall test over blocks "
              "of windows. The write-ahead log is judged in the second half, when its file has its "
              "size.",))


def _share(value: float) -> str:
    sign = "-" if value < 0 else "+"
    return f"{sign}{words.significant(abs(100 * value), 2)}%"


def _shares(low: float | None, high: float | None) -> str:
    return "[n too small]" if low is None or high is None else f"[{_share(low)}, {_share(high)}]"


def antagonists(document: Mapping) -> Table:
    """What each adds, and how long until it is quiet again."""
    rows = []
    for each in document["antagonists"]["kinds"]:
        n = each["added_ms"]["n"]
        rows.append((
            each["kind"], number(each["quiet_p99_ms"]), number(each["during_p99_ms"]),
            estimate(each["added_ms"]), number(each["during_max_ms"]),
            estimate(each["recovery_s"]), f"{each['recovered']} of {n}",
            words.percent(100 * each["failed_share"]), words.bytes_text(each["wal_bytes_max"])))
    return page.table(
        ("With", "Quiet p99, ms", "p99 while it works, ms", "Added, ms [95% interval]",
         "Longest, ms", "Recovery, s [95% interval]", "Runs that recovered", "Failed",
         "Largest WAL"), rows, numbers=(1, 2, 3, 4, 5, 6, 7, 8),
        note=("Medians of windows. Recovery: from the antagonist's end to the first of several "
              "quiet windows in a row.",))


def forecast(document: Mapping) -> list[Section]:
    """Predictions, what they are made of, and what is assumed."""
    found = document["forecast"]
    rows = []
    for each in found["predictions"]:
        error = NOTHING if each["error_share"] is None else _share(each["error_share"])
        rows.append((each["shape"], each["text"], estimate(each["predicted"]), each["binding"],
                     estimate(each["measured"]), error,
                     "yes" if each["held_out"] else "no"))
    demands = [(each["resource"], estimate(each["value"]), each["unit"], each["text"])
               for each in found["demands"]]
    scaling = found["scaling"]
    law = [] if scaling is None else [(name, estimate(scaling[name]), text) for name, text in (
        ("lambda", "requests/s of one thread"), ("sigma", "serial share"),
        ("kappa", "cost of coherence, pairwise"))]
    median = found["median_error_share"]
    said = ("No shape was held out." if median is None else
            f"Median error over the shapes held out: {words.percent(100 * median)}.")
    return [
        Section("Predicted against measured", ((said,),), tables=(page.table(
            ("Shape", "That is", "Predicted, requests/s [95% interval]", "Limited by",
             "Measured, requests/s [95% interval]", "Error", "Held out"), rows,
            numbers=(2, 4, 5)),)),
        Section("What a request needs", tables=(page.table(
            ("Resource", "Each request [95% interval]", "Unit", "That is"), demands,
            numbers=(1,)),)),
        *([Section("How it scales over threads", ((
            "The Universal Scalability Law: X(N) = lambda N / (1 + sigma (N-1) + kappa N (N-1)).",),
        ), tables=(page.table(("Parameter", "Value [95% interval]", "That is"), law,
                              numbers=(1,)),))] if law else []),
        Section("What the forecast assumes",
                tuple((each,) for each in found["assumptions"]) or (("Nothing was told.",),)),
    ]


def soak_notes(document: Mapping) -> str:
    """The checkpoints and the largest WAL, in one sentence."""
    soak = document["soak"]
    stalls = soak["stalls"]
    return (f"{words.plural(stalls['count'], 'checkpoint')}, the longest "
            f"{words.significant(stalls['longest_ms'])} ms, those that were timed together "
            f"{words.significant(stalls['total_ms'])} ms; the write-ahead log was at most "
            f"{words.bytes_text(soak['wal_bytes_max'])}.")
