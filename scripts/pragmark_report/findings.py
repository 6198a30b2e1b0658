"""What the report says in sentences: the answer, what made the difference, how runs differ."""

from __future__ import annotations

from collections.abc import Sequence

from . import stats, words, yardsticks
from .compute import Answer, Row, RunSummary, Summary, can_answer
from .levers import CONNECTION, MEMORY_STATISTICS, SETTINGS, Change, Ladder, Step
from .model import AS_BUILT, BASELINE_SET, BASELINE_STRATEGY, WHAT_A_CRASH_COSTS
from .words import Name, Sentence

ONE_WORKLOAD = {
    stats.REACHED: "The workload reaches {goal}.",
    stats.MISSED: "The workload does not reach {goal}.",
    stats.UNDECIDED: "Whether the workload reaches {goal} is undecided.",
    None: "The workload has no figure, so nothing is known about {goal}.",
}
HARNESS_NS = "harness_ns_per_op"


def headline(run: RunSummary, target: float) -> Sentence:
    """One sentence: in how many workloads the target is reached, and how it stands in the rest."""
    states = [answer.attainment for answer in run.answers]
    reached, missed = states.count(stats.REACHED), states.count(stats.MISSED)
    total = len(states)
    goal = f"{words.rate(target)} requests/s"
    if total == 1:
        (answer,) = run.answers
        if reached and answer.in_flight:
            goal += f" with {words.in_flight_text(answer.best.configuration.load)} a client"
        return (ONE_WORKLOAD[states[0]].format(goal=goal),)
    if reached == total:
        return (f"All {total} workloads reach {goal}{_in_flight_share(run)}.",)
    if missed == total:
        return (f"None of {total} workloads reaches {goal}.",)
    rest = [f"{missed} {'misses' if missed == 1 else 'miss'} it"] if missed else []
    for state, how in ((stats.UNDECIDED, "undecided"), (None, "without a figure")):
        if count := states.count(state):
            rest.append(f"{count} {'is' if count == 1 else 'are'} {how}")
    if reached == 0:
        return (f"No workload is shown to reach {goal}: {words.listed(rest)}.",)
    verb = "reaches" if reached == 1 else "reach"
    return (f"{reached} of {total} workloads {verb} {goal}{_in_flight_share(run)}; "
            f"{words.listed(rest)}.",)


def _in_flight_share(run: RunSummary) -> str:
    """How many of the workloads that reach the target take several requests in flight to."""
    count = sum(answer.in_flight and answer.attainment == stats.REACHED for answer in run.answers)
    return f", {count} of them with several requests in flight a client" if count else ""


def largest_steps(ladders: Sequence[Ladder]) -> Sentence:
    """Which step of the ladder brought most in which workload, where there is a choice."""
    titles = words.case_titles([each.top.configuration.case for each in ladders])
    largest: dict[str, list[tuple[str, str]]] = {}
    for ladder in ladders:
        if len(ladder.steps) > 1:
            step = max(ladder.steps, key=lambda step: step.gain.factor)
            title = titles[ladder.top.configuration.case]
            place = (title, f" ({words.factor(step.gain.factor)})")
            largest.setdefault(_levers_of(step), []).append(place)
    parts: list[str] = []
    for lever, where in largest.items():
        parts.append("; " if parts else "What brought most: ")
        parts += [f"{lever} in ", *words.listed_names(*zip(*where))]
    if not parts:
        return ()
    costs = dict.fromkeys(cost for each in ladders for cost in _crash_costs(each.base, each.top))
    return (*parts, ".", *(part for cost in costs for part in (" ", *cost)))


def _levers_of(step: Step) -> str:
    """`the connection strategy`, `group commit and checkpointing together`."""
    names = [_lever_of(change) for change in step.changes]
    return words.listed(names) + (" together" if len(names) > 1 else "")


def _lever_of(change: Change) -> str:
    if change.lever == MEMORY_STATISTICS:  # by themselves they brought nothing
        return words.change_text(change)
    return f"the {change.lever}" if change.lever in (CONNECTION, SETTINGS) else change.lever


def no_figure(answer: Answer) -> str:
    """Why a case has no best configuration."""
    ours = [row for row in answer.rows if can_answer(row)]
    variants = any(row.configuration.is_variant for row in answer.rows)
    if not ours:
        return f"only yardsticks{' and variants of the schema' if variants else ''} were measured"
    if all(row.error is not None for row in answer.rows):
        return f"every configuration erred: {ours[0].error}"
    where = " on the standard schema" if variants else ""
    return f"every configuration of the library{where} erred: {ours[0].error}"


def serial(answer: Answer) -> Sentence:
    """What is reached with one request at a time, when the answer takes several."""
    if not answer.in_flight:
        return ()
    best = answer.best.configuration.load
    start = f"This takes {words.in_flight_text(best)} a client; one request at a time, "
    one = answer.best_serial
    if one is None:
        return (f"{start}there is no figure.",)
    return (start, *words.served_by(one), f", {words.clients_text(one)}, reaches "
            f"{words.rate(one.throughput.median_per_second)}/s "
            f"{words.interval(one.throughput.interval)}, {one.attainment}.")


def missing(answer: Answer) -> Sentence:
    """What is lacking to the target in the best configuration; empty when it is reached."""
    if answer.best is None:
        return (f"There is no figure: {no_figure(answer)}.",)
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


def difference(ladder: Ladder) -> list[Sentence]:
    """Sentences on what made the difference in one case; the table has the steps."""
    base, top = ladder.base, ladder.top
    said: list[Sentence] = []
    if base is not top:
        said.append(_way(ladder))
    elif (base.configuration.pragma_set, base.configuration.strategy) == (
        BASELINE_SET, BASELINE_STRATEGY
    ):
        said.append(("The baseline ", *words.served_by(top), " is itself the best."))
    else:
        said.append(("What made the difference cannot be said without a baseline.",))
    if top is not ladder.best:
        best = ladder.best
        said.append(("The best, ", *words.served_by(best), f" with {words.clients_text(best)}, "
                     "stands on no ladder: no baseline was measured with as many clients.",))
    said.extend(_unknown(ladder))
    said.extend((*words.served_by(row), " erred, so it is no rung.") for row in ladder.erred)
    said.extend((*words.served_by(row), " is no rung: ", *failures(row)) for row in ladder.failing)
    said.extend(_not_interleaved(step) for step in ladder.steps if not step.interleaved)
    said.extend(_crash_costs(base, top))
    said.extend((*words.served_by(row), ": ", *failures(row))
                for row in ([top] if base is top else [base, top]) if row.has_failures)
    return said


def _at(row: Row) -> str:
    return f" ({words.rate(row.throughput.median_per_second)}/s, n={row.n})"


def _way(ladder: Ladder) -> Sentence:
    base, top = ladder.base, ladder.top
    parts: list[str] = ["From ", *words.served_by(base), _at(base), " to "]
    parts += [*words.served_by(top), _at(top)]
    steps = [step for step in ladder.steps if step.interleaved]
    only = f", all of it from {_levers_of(steps[0])}" if len(steps) == 1 else ""
    return (*parts, f", {words.clients_text(top)}: {words.ratio(ladder.total)}{only}.")


def _not_interleaved(step: Step) -> Sentence:
    return (f"The step to {words.step_text(step)} compares two runs that did not interleave: "
            "whatever else changed between them is in it.",)


def _unknown(ladder: Ladder) -> list[Sentence]:
    said: list[Sentence] = []
    base = ladder.base.configuration
    at = f" with {words.clients_text(ladder.base)}"
    options = {
        SETTINGS: ("--pragmas", BASELINE_SET, base.pragma_set),
        CONNECTION: ("--strategy", BASELINE_STRATEGY, base.strategy),
        MEMORY_STATISTICS: ("--memory-statistics", AS_BUILT, base.memory_statistics),
    }
    for lever in ladder.unknown:
        option, baseline, word = options[lever]
        said.append((f"What {_bare(lever)} ", Name(word), " brought over ", Name(baseline),
                     " is not known: ", Name(baseline), f" was not measured{at}. Add ",
                     Name(f"{option} {baseline},{word}"), "."))
    return said


def _bare(lever: str) -> str:
    if lever == MEMORY_STATISTICS:
        return lever
    return "the PRAGMA set" if lever == SETTINGS else f"the {lever}"


def _crash_costs(base: Row, best: Row) -> list[Sentence]:
    """Says what each side loses in a crash whenever the classes differ."""
    if base.durability == best.durability:
        return []
    return [(*_class(best), "; ", *_class(base), ".")]


def _class(row: Row) -> Sentence:
    name = Name(row.configuration.pragma_set)
    cost = WHAT_A_CRASH_COSTS.get(row.durability)
    return (name, f" is {row.durability}", f": {cost}" if cost else "")


def memory_statistics(answers: Sequence[Answer]) -> Sentence:
    """How to read comparisons with memory statistics off on a side; empty when there are none."""
    if not any(each.statistics_off for answer in answers for each in yardsticks.all_of(answer)):
        return ()
    return ("Memory statistics are as built where nothing is said of them, as in an application "
            "that does nothing about them. A ratio of ours with them off over what has them as "
            "built includes what turning them off brings; one over what has them off as well does "
            "not.",)


def harness(run: RunSummary) -> Sentence:
    """What the harness itself costs; empty when the result does not say."""
    rows = [row for row in run.rows if HARNESS_NS in row.counters]
    if not rows:
        return ()
    costs = [row.counters[HARNESS_NS] for row in rows]
    shares = [share for share in map(harness_percent, rows) if share is not None]
    most = f", at most {words.percent(max(shares))} of a p50" if shares else ""
    low, high = words.significant(min(costs)), words.significant(max(costs))
    spread = low if low == high else f"{low} to {high}"
    return (f"The harness itself took {spread} ns of a request{most}.",)


def harness_percent(row: Row) -> float | None:
    """The harness's share of the p50 of a request."""
    p50_us = row.counters.get("latency_us_p50", 0.0)
    return row.counters[HARNESS_NS] / (10.0 * p50_us) if p50_us else None


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
