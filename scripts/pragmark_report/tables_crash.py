"""The tables of a durability experiment. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from . import page, words
from .model import UNSAFE
from .page import Table
from .page_parts import summary
from .words import NOTHING

MAX_SETS_BY_WORKLOAD = 4
MAX_FINDINGS = 60  # in the table; the result file has all
PROMISE = {True: "holds", False: "breaks", None: "not determined"}


def exposure_text(each: Mapping) -> str:
    """`203 transactions, 9.1 ms`; `the database`; a dash where it was not measured."""
    found = each["exposure"]
    if each["measured"] == UNSAFE or (found and found["damages"]):
        return "the database"
    if found is None:
        return NOTHING
    count = words.plural(found["transactions"], "transaction")
    if not found["bounded"] and found["transactions"]:
        return f"all of the run ({count})"
    if each["exposure_ms"] is None or not found["transactions"]:
        return count
    return f"{count}, {words.significant(each['exposure_ms'])} ms"


def count_text(cases: int, trials: int, bound: float | None) -> str:
    """`12 of 3,000`, `0 of 3,000 (<=0.1%)`."""
    told = f"{cases:,} of {trials:,}"
    return told if cases or bound is None else f"{told} (<={words.significant(100 * bound)}%)"


def bound_of_zero(trials: int) -> float | None:
    """One-sided 95% upper bound of a share of which so many trials showed no case."""
    return 1 - 0.05 ** (1 / trials) if trials else None


def damaged(counts: Mapping) -> int:
    """Images that were not sound."""
    return counts["inconsistent"] + counts["corrupt"] + counts["unopenable"]


def _deciding(each: Mapping, power: bool) -> list[Mapping]:
    """The counts of each workload over the models that the documentation speaks of."""
    return [workload["power" if power else "kill"] for workload in each["workloads"]]


def _damaged(each: Mapping, power: bool) -> str:
    told = _deciding(each, power)
    trials = sum(counts["distinct"] for counts in told)
    if not trials:
        return NOTHING
    return count_text(sum(map(damaged, told)), trials, bound_of_zero(trials))


def _with_loss(each: Mapping, power: bool) -> str:
    told = _deciding(each, power)
    images = sum(counts["images"] for counts in told)
    if not images:
        return NOTHING
    cases = sum(counts["with_loss"] for counts in told)
    distinct = sum(counts["distinct"] for counts in told)
    return count_text(cases, images if cases else distinct, bound_of_zero(distinct))


def _found(each: Mapping) -> str:
    """The class that was found, with what was not tried."""
    untried = [what for what, key in (("a killed process", "kill_tried"),
                                      ("a power cut", "power_tried")) if not each[key]]
    return (each["measured"] or "not determined") + "".join(f", {what} not tried" for what in untried)


def _promise(each: Mapping) -> str:
    """Whether it is kept; a set that is unsafe as documented makes none."""
    return "none made" if each["promised"] == UNSAFE else PROMISE[each["holds"]]


def costs(document: Mapping, on_front: Iterable[str]) -> Table:
    """A row for each set."""
    front = set(on_front)
    rows = []
    for number, each in enumerate(document["sets"], start=1):
        rate = each["commits_per_second"]
        rows.append((
            str(number), each["set"], words.rate(rate["median"]) if rate else NOTHING,
            exposure_text(each), each["promised"], _found(each), _promise(each),
            f"{each['images']:,}",
            _damaged(each, False), _with_loss(each, False), _damaged(each, True),
            _with_loss(each, True),
            summary(rate["low"], rate["high"]) if rate else NOTHING,
            str(len(rate["slices"])) if rate else NOTHING,
            "yes" if str(number) in front else "no",
        ))
    return page.table(
        ("No.", "PRAGMA set", "Commits/s", "At risk", "Promised", "Found, at best", "Promise",
         "Crash states", "Killed: damaged", "Killed: lost", "Power: damaged", "Power: lost",
         "95% interval", "n", "On the front"), rows, numbers=(0, 2, 7, 12, 13),
        note=("Damaged and zero counts are of different images, those with loss of crash states. "
              "(<=x%): the one-sided 95% bound of such images. On the front, by medians: no other "
              "set commits as fast and risks no more.",))


def differences(document: Mapping) -> Table:
    """What SQLite documents, and where the outcome differs."""
    return page.table(("PRAGMA set", "SQLite documents", "Found otherwise"),
                      [(each["set"], each["documented"], each["difference"] or NOTHING)
                       for each in document["sets"]])


def rounds(document: Mapping, key: str) -> Table:
    """The rounds with real processes: `kills` or `power_cuts`."""
    rows = [(each["set"], told["strategy"], str(told["rounds"]), str(told["threads"]),
             f"{told['acknowledged']:,}",
             count_text(told["rounds_with_loss"], told["rounds"], told["loss_upper_bound_95"]),
             str(told["most_lost"]),
             count_text(told["damaged_rounds"], told["rounds"], told["damage_upper_bound_95"]),
             told["finding"] or NOTHING)
            for each in document["sets"] for told in each[key]]
    return page.table(("PRAGMA set", "Strategy", "Rounds", "Threads", "Acknowledged operations",
                       "Rounds with loss", "Most lost", "Rounds with damage", "First finding"),
                      rows, numbers=(2, 3, 4, 6))


def by_model(document: Mapping) -> Table:
    """All counts, a row for each set, workload and model; of many sets, workloads are summed."""
    several = len(document["sets"]) > MAX_SETS_BY_WORKLOAD
    rows = []
    for each in document["sets"]:
        groups: dict[tuple[str, str], list[Mapping]] = {}
        for workload in each["workloads"]:
            for counts in workload["models"]:
                key = ("all" if several else workload["name"], counts["model"])
                groups.setdefault(key, []).append(counts)
        rows += [(each["set"], workload, model, *_counted(some))
                 for (workload, model), some in groups.items()]
    rows += [(each["set"], skipped["workload"], f"skipped: {skipped['reason']}", *[NOTHING] * 6)
             for each in document["sets"] for skipped in each["skipped"]]
    return page.table(("PRAGMA set", "Workload", "Failure model", "Crash states",
                       "Exhaustive", "Damaged", "With loss", "Most lost", "Decides"), rows,
                      numbers=(3, 4, 6, 7),
                      note=("Exhaustive: at points of which every subset was made. Decides: the "
                            "model's assumptions are SQLite's own.",))


def _counted(some: Sequence[Mapping]) -> tuple[str, ...]:
    """The counts of one model, summed over workloads."""
    distinct = sum(counts["distinct"] for counts in some)
    return (f"{sum(counts['images'] for counts in some):,}",
            f"{sum(counts['exhaustive'] for counts in some):,}",
            count_text(sum(map(damaged, some)), distinct, bound_of_zero(distinct)),
            f"{sum(counts['with_loss'] for counts in some):,}",
            f"{max(counts['max_lost'] for counts in some):,}",
            "yes" if some[0]["promised"] else "no")


def findings(document: Mapping) -> Table:
    """The worst of each kind, set, workload and model."""
    rows = [(each["set"], finding["workload"], finding["model"], finding["kind"],
             finding["message"], finding["last_operation"] or NOTHING,
             "; ".join(finding["losses"][:3]) or "nothing")
            for each in document["sets"] for finding in each["findings"]]
    more = len(rows) - MAX_FINDINGS
    note = (f"{words.plural(more, 'more finding')} in the result file.",) if more > 0 else ()
    return page.table(("PRAGMA set", "Workload", "Failure model", "Kind", "Message", "Crash after",
                       "Lost"), rows[:MAX_FINDINGS], note=note)


def models(document: Mapping) -> Table:
    """The assumptions."""
    return page.table(("Failure model", "Assumption", "Decides"),
                      [(each["model"], each["assumption"], "yes" if each["promised"] else "no")
                       for each in document["models"]])
