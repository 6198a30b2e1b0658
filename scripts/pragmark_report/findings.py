"""What the report says in sentences: the answer, what made the difference, how runs differ."""

from __future__ import annotations

from collections.abc import Sequence

from . import stats, words
from .compute import Answer, Row, RunSummary, Summary
from .levers import PRAGMA_SET, STRATEGY, Explanation, Lever
from .model import BASELINE_SET, BASELINE_STRATEGY, WHAT_A_CRASH_COSTS
from .words import Name, Sentence

ONE_WORKLOAD = {
    stats.REACHED: "The workload reaches {goal}.",
    stats.MISSED: "The workload does not reach {goal}.",
    stats.UNDECIDED: "Whether the workload reaches {goal} is undecided.",
    None: "The workload has no figure, so nothing is known about {goal}.",
}
KIND = {STRATEGY: "connection strategy", PRAGMA_SET: "PRAGMA set"}

def headline(run: RunSummary, target: float) -> Sentence:
    """One sentence: in how many workloads the target is reached, and how it stands in the rest."""
    states = [answer.attainment for answer in run.answers]
    reached, missed = states.count(stats.REACHED), states.count(stats.MISSED)
    total = len(states)
    goal = f"{words.rate(target)} requests/s"
    if total == 1:
        return (ONE_WORKLOAD[states[0]].format(goal=goal),)
    if reached == total:
        return (f"All {total} workloads reach {goal}.",)
    if missed == total:
        return (f"None of {total} workloads reaches {goal}.",)
    rest = [f"{missed} {'misses' if missed == 1 else 'miss'} it"] if missed else []
    for state, how in ((stats.UNDECIDED, "undecided"), (None, "without a figure")):
        if count := states.count(state):
            rest.append(f"{count} {'is' if count == 1 else 'are'} {how}")
    if reached == 0:
        return (f"No workload is shown to reach {goal}: {words.listed(rest)}.",)
    verb = "reaches" if reached == 1 else "reach"
    return (f"{reached} of {total} workloads {verb} {goal}; {words.listed(rest)}.",)


def larger_levers(explanations: Sequence[Explanation]) -> Sentence:
    """Which lever weighed more in which workload, where all four corners were measured."""
    cases = [each.best.configuration.case for each in explanations]
    titles = words.case_titles(cases)
    larger: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KIND}
    for explanation in explanations:
        steps = [len(lever.steps) for lever in explanation.levers]
        if steps == [2, 2]:
            lever = max(explanation.levers, key=lambda lever: lever.share.factor)
            title = titles[explanation.best.configuration.case]
            larger[lever.kind].append((title, f" ({words.factor(lever.share.factor)})"))
    parts: list[str] = []
    for kind, where in larger.items():
        if where:
            parts.append("; " if parts else "The larger lever: ")
            parts += [f"the {KIND[kind]} in ", *words.listed_names(*zip(*where))]
    if not parts:
        return ()
    costs = dict.fromkeys(
        cost for each in explanations if each.base for cost in _crash_costs(each.base, each.best)
    )
    return (*parts, ".", *(part for cost in costs for part in (" ", *cost)))


def missing(answer: Answer) -> Sentence:
    """What is lacking to the target in the best configuration; empty when it is reached."""
    if answer.best is None:
        return ("Every configuration erred, so there is no figure.",)
    if answer.best.throughput.interval is None:
        n = answer.best.n
        return (f"n={n} is too small for a 95% interval; repeat at least "
                f"{stats.MIN_REPETITIONS} times.",)
    if answer.attainment == stats.MISSED:
        return (f"Still missing: {words.ratio(answer.missing_factor)}.",)
    if answer.attainment == stats.UNDECIDED and answer.best.has_failures:
        return ("Requests failed, so the rate is that of another mix; give the set a busy_timeout.",)
    if answer.attainment == stats.UNDECIDED:
        return ("The interval contains the target; more repetitions would narrow it.",)
    return ()


def power_safe(answer: Answer) -> Sentence:
    """The best configuration that keeps commits when the power goes, if it is another one."""
    best, safe = answer.best, answer.best_power_safe
    if best is None or safe is None or safe is best:
        return ()
    throughput = safe.throughput
    return ("Best that is power-safe: ", *words.served_by(safe),
            f" {words.rate(throughput.median_per_second)}/s {words.interval(throughput.interval)}, "
            f"{safe.attainment}.")


def failures(row: Row) -> Sentence:
    """The failed requests of a row; empty when there are none."""
    if not row.has_failures:
        return ()
    count = f"{words.rate(row.failed_requests)} requests"
    share = "" if row.failed_percent is None else f" ({words.percent(row.failed_percent)})"
    return (f"{count}{share} failed and are not in the rate.",)


def difference(explanation: Explanation) -> list[Sentence]:
    """Sentences on what made the difference in one case."""
    best, base = explanation.best, explanation.base
    said: list[Sentence] = []
    if base is best:
        said.append(("The baseline ", *words.served_by(best), " is itself the best."))
    elif base is not None:
        said.append(_way(explanation))
        if any(lever.depends for lever in explanation.levers):
            said.append(_dependence(explanation.levers))
    else:
        said.append(("What made the difference cannot be said without a baseline.",))
    said.extend(_unknown(explanation))
    if base is not None:
        said.extend(_crash_costs(base, best))
    if best.has_failures:
        said.append((*words.served_by(best), ": ", *failures(best)))
    return said


def _at(row: Row) -> str:
    return f" ({words.rate(row.throughput.median_per_second)}/s, n={row.n})"


def _way(explanation: Explanation) -> Sentence:
    base, best = explanation.base, explanation.best
    parts: list[str] = ["From ", *words.served_by(base), _at(base), " to "]
    parts += [*words.served_by(best), _at(best), f": {words.ratio(explanation.total)}"]
    levers = explanation.levers
    if not levers:
        return (*parts, ".")
    if len(levers) == 1:
        return (*parts, f", all of it from the {KIND[levers[0].kind]}.")
    order = ""
    if len(levers[0].steps) == 1:  # the first lever was pulled where the second stood at
        first = levers[0].steps[0].held == levers[1].before
        order = f" (measured in one order only, {KIND[levers[0 if first else 1].kind]} first)"
    return (*parts, f". The {_effect(levers[0])}, the {_effect(levers[1])}{order}.")


def _effect(lever: Lever) -> str:
    ends = lever.share.interval
    text = words.ratio(lever.share)
    if ends is not None and ends.low <= 1.0 <= ends.high:
        return f"{KIND[lever.kind]} made no difference that stands out of the noise ({text})"
    verb = "brought" if lever.share.factor >= 1.0 else "slowed it down:"
    return f"{KIND[lever.kind]} {verb} {text}"


def _dependence(levers: tuple[Lever, ...]) -> Sentence:
    """The same for both levers, as their steps differ by the same factor; so one sentence."""
    parts: list[str] = ["They depend on each other: "]
    for place, lever in enumerate(levers):
        held = "with" if lever.kind == PRAGMA_SET else "under"
        first, second = lever.steps
        parts.append(f"{'; ' if place else ''}the {KIND[lever.kind]} alone is worth ")
        parts += [words.factor(first.ratio.factor), f" {held} ", Name(first.held), " and "]
        parts += [words.factor(second.ratio.factor), f" {held} ", Name(second.held)]
    return (*parts, ".")


def _unknown(explanation: Explanation) -> list[Sentence]:
    said: list[Sentence] = []
    configuration = explanation.best.configuration
    at = f" at {words.threads_text(explanation.best)}"
    options = {
        PRAGMA_SET: ("--pragmas", BASELINE_SET, configuration.pragma_set),
        STRATEGY: ("--strategy", BASELINE_STRATEGY, configuration.strategy),
    }
    for kind in explanation.unknown:
        option, baseline, word = options[kind]
        said.append((f"What the {KIND[kind]} ", Name(word), " brought over ", Name(baseline),
                     " is not known: ", Name(baseline), f" was not measured{at}. Add ",
                     Name(f"{option} {baseline},{word}"), "."))
    failed = {(row.configuration.pragma_set, row.configuration.strategy)
              for row in explanation.erred}
    lacking = [f"{pair[0]}/{pair[1]}" for pair in explanation.lacking if pair not in failed]
    if lacking:
        said.append(("Not measured: ", *words.listed_names(lacking), "."))
    for row in explanation.erred:
        said.append((*words.served_by(row), " erred, so it tells nothing."))
    return said


def _crash_costs(base: Row, best: Row) -> list[Sentence]:
    """Says what each side loses in a crash whenever the classes differ."""
    if base.durability == best.durability:
        return []
    return [(*_class(best), "; ", *_class(base), ".")]


def _class(row: Row) -> Sentence:
    name = Name(row.configuration.pragma_set)
    cost = WHAT_A_CRASH_COSTS.get(row.durability)
    return (name, f" is {row.durability}", f": {cost}" if cost else "")


def unlike(summary: Summary) -> Sentence:
    """How the runs relate; empty for one run."""
    letters = [run.run.letter for run in summary.runs]
    if len(letters) == 1:
        return ()
    start = f"Runs {words.listed(letters)} are shown side by side and never pooled: "
    if not summary.differing_keys:
        return (f"{start}their environments are alike, so what differs between them is noise "
                "between runs, or something the results do not record.",)
    count = words.plural(len(summary.differing_keys), "key")
    return (f"{start}their environments differ in {count}, ",
            *words.listed_names(summary.differing_keys),
            ", and no difference between them can be laid to one of these alone.")
