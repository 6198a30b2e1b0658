"""Tables of a tuning result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from . import page, words
from .draw_effects import NOT_COMPARABLE, Rung, factor_text
from .page import Section, Table
from .page_parts import summary
from .words import NOTHING

VERDICTS = {"better": "better", "worse": "worse", "none": "no measurable effect"}
MEASURED = {"throughput": ("throughput_per_second", "requests/s"), "p99": ("p99_us", "us")}
DRAWN_KINDS = ("added", "removed", "side")  # each has a section of its own


def verdict(each: Mapping) -> str:
    """What an effect is called."""
    return VERDICTS[each["verdict"]] if each["comparable"] else NOT_COMPARABLE


def smallest_visible(each: Mapping) -> str:
    """A dash where nothing could have been seen."""
    seen = each["smallest_visible"]
    return words.percent(100 * seen) if each["comparable"] and seen is not None else NOTHING


def change(document: Mapping, each: Mapping) -> str:
    """What was changed, with the durability class that it leads to when that is another. A main
    effect has no sides: the configuration that has that change alone tells its class."""
    known = document["configurations"]
    one = next((some for some in known if each["configuration"] == some["id"]
                or some["changes"] == [each["what"]]), None)
    other = next((some for some in known if each["against"] == some["id"]), known[0])
    if one is None or one["durability"] == other["durability"]:
        return each["what"]
    return f"{each['what']} ({one['durability']})"


def level(confidence: float) -> str:
    """`99.3%`, `99.95%`: never rounded to all."""
    nines = math.floor(-math.log10(max(1.0 - confidence, 1e-12)))
    return f"{words.significant(100 * confidence, max(3, nines + 1))}%"


def label_of(document: Mapping, identity: str | None) -> str:
    """The label of a configuration, a dash for none."""
    found = {each["id"]: each["label"] for each in document["configurations"]}
    return NOTHING if identity is None else found.get(identity, identity)


def measured(document: Mapping, identity: str | None, workload: str) -> Mapping | None:
    """The summary of the objective, None when the configuration did not run that workload."""
    key = MEASURED[document["parameters"]["objective"]][0]
    for each in document["configurations"]:
        if each["id"] == identity:
            for some in each["measured"]:
                if some["workload"] == workload and some[key]["median"] > 0:
                    return some[key]
    return None


def rungs(document: Mapping, waterfall: Mapping) -> list[Rung]:
    """The steps of a waterfall as they are drawn; empty when an end of it was not measured."""
    unit = "/s" if document["parameters"]["objective"] == "throughput" else " us"
    workload = waterfall["workload"]
    classes = {each["id"]: each["durability"] for each in document["configurations"]}
    start = measured(document, waterfall["start"], workload)
    if start is None:
        return []
    found = [Rung(label_of(document, waterfall["start"]), None, start["median"], start["low"],
                  start["high"], "", classes[waterfall["start"]], None,
                  f"{words.rate(start['median'])}{unit}")]
    steps = [(f"+ {each['what']}", each) for each in waterfall["steps"]]
    if waterfall["total"] is not None:
        steps.append(("all together", waterfall["total"]))
    for label, each in steps:
        before = measured(document, each["against"], workload)
        after = measured(document, each["configuration"], workload)
        if before is None or after is None:
            return []
        text = f"{factor_text(each)} to {words.rate(after['median'])}{unit}"
        aside = "" if each["comparable"] else f" ({NOT_COMPARABLE})"
        aside += "" if each["interleaved"] else " *"
        found.append(Rung(label + aside, before["median"], after["median"], after["low"],
                          after["high"], factor_text(each),
                          classes.get(each["configuration"], ""), each["verdict"], text))
    return found


def step_sections(document: Mapping) -> list[Section]:
    """The waterfalls as tables."""
    found = []
    for each in document["waterfalls"]:
        steps = [*each["steps"], *([each["total"]] if each["total"] else [])]
        title = f"From the original to the best: {each['workload']}"
        found.append(Section(title, tables=(effects(document, steps),)))
    return found


def effects(document: Mapping, shown: Sequence[Mapping]) -> Table:
    """Effects with what they are held against."""
    _, unit = MEASURED[document["parameters"]["objective"]]
    rows = []
    for each in shown:
        before = measured(document, each["against"], each["workload"])
        after = measured(document, each["configuration"], each["workload"])
        rows.append((
            each["workload"],
            change(document, each) + ("" if each["interleaved"] else " (not interleaved)"),
            label_of(document, each["against"]),
            _median(before), _median(after), factor_text(each), str(each["n"]),
            verdict(each), smallest_visible(each),
        ))
    confidence = sorted({each["confidence"] for each in shown})
    covered = level(confidence[0]) if confidence else ""
    headings = ("Workload", "Change", "Held against", f"Before, {unit}", f"After, {unit}",
                "Factor [interval]", "n (blocks)", "Effect", "Smallest visible")
    first = 1 if len({row[0] for row in rows}) == 1 else 0  # one workload needs no column
    return page.table(
        headings[first:], [row[first:] for row in rows],
        numbers=[place - first for place in (3, 4, 5, 6, 8)],
        note=(f"Each interval covers {covered}, so that all of them hold together. Smallest "
              "visible: the least change that these blocks would have shown in 9 of 10 cases.",))


def _median(found: Mapping | None) -> str:
    return NOTHING if found is None else words.rate(found["median"])


def effect_sections(document: Mapping) -> list[Section]:
    """The effects and interactions that have no section of their own."""
    found = []
    shown = [each for each in document["effects"] if each["kind"] not in DRAWN_KINDS]
    if shown:
        found.append(Section("Effects", tables=(effects(document, shown),)))
    if document["interactions"]:
        rows = [(each["workload"], " with ".join(each["terms"]), factor_text(each),
                 str(each["n"]), verdict(each), smallest_visible(each))
                for each in document["interactions"]]
        found.append(Section("Interactions", (
            ("What two changes bring together beyond the product of what each brings alone.",),),
            tables=(page.table(("Workload", "Changes", "Factor [interval]", "n (blocks)", "Effect",
                                "Smallest visible change"), rows, numbers=(2, 3, 5)),)))
    return found


def confirmation(document: Mapping) -> tuple[Table, ...]:
    """The candidates on blocks that did not choose them."""
    confirmed = document["confirmation"]
    if confirmed is None or not confirmed["candidates"]:
        return ()
    rows = [(each["pragmas"], each["durability"] + (" (weaker)" if each["weaker"] else ""),
             factor_text(each), str(each["n"]),
             "confirmed" if each["confirmed"] else "not confirmed" if each["comparable"]
             else NOT_COMPARABLE)
            for each in confirmed["candidates"]]
    return (page.table(
        ("Candidate", "Durability", "Factor over the base [interval]", "n (blocks)",
         "On fresh runs"), rows, numbers=(2, 3),
        note=(f"{words.plural(confirmed['blocks'], 'fresh block')} that chose nothing.",)),)


def front_section(document: Mapping) -> list[Section]:
    """Throughput, p99, memory and durability class of all, the front first."""
    if not document["front"]:
        return []
    rows = []
    for each in sorted(document["front"], key=lambda each: not each["on_front"]):
        role = [name for name in ("base", "recommended") if each[name]]
        rows.append((
            each["workload"], each["label"], "yes" if each["on_front"] else "no",
            words.rate(each["throughput_per_second"]), words.number(each["p99_us"]),
            words.bytes_text(each["memory_bytes"]), each["durability"], ", ".join(role) or NOTHING,
        ))
    return [Section("Throughput, latency, memory and durability", (
        ("On the front: no other is at least as good in all four and better in one. Memory is the "
         "page caches at most, cache size times connections.",),),
        tables=(page.table(("Workload", "Configuration", "On the front", "Requests/s", "p99, us",
                            "Page caches", "Durability", "Role"), rows, numbers=(3, 4, 5)),))]


def configurations(document: Mapping) -> Section:
    """All that was measured, with its own interval."""
    rows = []
    for each in document["configurations"]:
        start = (each["label"], each["pragmas"], _served(each), each["durability"])
        if each["error"]:
            rows.append((*start, f"error: {each['error']}", *[NOTHING] * 6))
        for some in each["measured"]:
            rate, tail = some["throughput_per_second"], some["p99_us"]
            rows.append((*start, some["workload"], words.rate(rate["median"]),
                         summary(rate["low"], rate["high"]), words.number(tail["median"]),
                         summary(tail["low"], tail["high"]), str(rate["n"]),
                         words.percent(100 * some["failed_share"])))
    return Section("All configurations", tables=(page.table(
        ("Configuration", "PRAGMA set", "Served by", "Durability", "Workload", "Requests/s",
         "95% interval", "p99, us", "95% interval", "n", "Refused"), rows,
        numbers=(5, 6, 7, 8, 9, 10),
        note=("Medians over the blocks with their own 95% intervals, not corrected; two of them "
              "do not tell an effect, the factors do.",)),))


def _served(each: Mapping) -> str:
    parts = [each["strategy"], words.plural(each["threads"], "thread")]
    if each["in_flight"] > 1:
        parts.append(f"{each['in_flight']} requests in flight")
    if each["schema"] != "standard":
        parts.append(f"schema {each['schema']}")
    if each["memory_statistics"] == "off":
        parts.append("memory statistics off")
    if each["statement_logging"] not in ("off", ""):
        parts.append(f"statement logging {each['statement_logging']}")
    if each["program"] != "pragmark-bench":
        parts.append(each["program"])
    return ", ".join(parts)
