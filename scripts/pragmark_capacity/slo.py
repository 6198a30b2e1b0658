"""The question `--slo`: ceiling, lowest rate, search, confirmation. And `--rate`: does this one hold?"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from . import ceiling as ceilings
from . import words
from .lab import Lab
from .model import Answer, Estimate, Objective, Outcome, Recorded, Request
from .search import Edge, Quantiles, confirmation_rates, lowest_rate

LEAST_PROBES = 12
MOST_PROBES = 80
NARROW_ENOUGH = 0.03  # width of the interval, from end to end, at which more steps are not worth it
CONFIRMING_STEPS = 5  # a confirmation is as long as so many steps
LONGEST_CONFIRMATION_SECONDS = 30.0
CONFIRMING_TRIES = 3  # of them at a rate, of which most must hold
LOWEST_TRIES = 3  # the lowest rate is refused when more than half of so many steps fail
MANY_LAPSES = 0.10


@dataclass(frozen=True)
class Plan:
    """What the steps of a question have in common."""

    objective: Objective
    arrivals: str
    step_seconds: float

    def request(self, rate: float, seconds: float | None = None) -> Request:
        return Request(rate, seconds or self.step_seconds, self.arrivals,
                       timeout_ms=self.objective.timeout_ms,
                       wal_limit_bytes=self.objective.wal_limit_bytes)

    @property
    def confirm_seconds(self) -> float:
        return max(self.step_seconds,
                   min(CONFIRMING_STEPS * self.step_seconds, LONGEST_CONFIRMATION_SECONDS))


@dataclass(frozen=True)
class Found:
    """What the search says; `confirmed` None: no longer step held."""

    ceiling: Estimate
    lowest: float
    impossible: Recorded | None  # a step at the lowest rate that did not hold, of most that did not
    edge: Edge | None
    confirmed: float | None
    confirmations: tuple[int, ...]

    def part(self) -> dict[str, object]:
        """The member `search` of the document."""
        n = self.edge.steps if self.edge else 0
        return {
            "lowest_rate": self.lowest,
            "edge": asdict(self.edge.edge().estimate(n)) if self.edge else None,
            "half": asdict(self.edge.half().estimate(n)) if self.edge else None,
            "spread": self.edge.spread() if self.edge else None,
            "fit": self.edge.fit() if self.edge else [],
            "confirmed": self.confirmed, "confirmations": list(self.confirmations),
        }


def find(lab: Lab, plan: Plan) -> Found:
    """Runs until the edge is known well enough or the budget is spent, then confirms."""
    ceiling = ceilings.measure(lab, plan.step_seconds)
    lowest = lowest_rate(ceiling.value, plan.objective.least_requests, plan.step_seconds)
    impossible = _refused(lab, plan, lowest)
    if impossible:
        return Found(ceiling, lowest, impossible, None, None, ())
    edge = Edge(lowest, ceiling.value)
    reserve = 2.0 * lab.cost_seconds(plan.confirm_seconds)
    while edge.steps < MOST_PROBES and not _known(edge):
        left = lab.remaining_seconds() - lab.cost_seconds(plan.step_seconds)
        if edge.steps >= LEAST_PROBES and left < reserve:
            break
        rate = edge.next_rate()
        step = lab.step(plan.request(rate), "search", plan.objective)
        edge.saw(rate, step.holds)
    confirmed, places = _confirm(lab, plan, edge.edge())
    return Found(ceiling, lowest, None, edge, confirmed, places)


def _known(edge: Edge) -> bool:
    return edge.steps >= LEAST_PROBES and edge.relative_width() <= NARROW_ENOUGH


def _refused(lab: Lab, plan: Plan, lowest: float) -> Recorded | None:
    failed = []
    for tries in range(1, LOWEST_TRIES + 1):
        step = lab.step(plan.request(lowest), "lowest", plan.objective)
        if not step.holds:
            failed.append(step)
        if tries - len(failed) > LOWEST_TRIES // 2 or (tries == 1 and not failed):
            return None
    return failed[-1] if len(failed) > LOWEST_TRIES // 2 else None


def _confirm(lab: Lab, plan: Plan, edge: Quantiles) -> tuple[float | None, tuple[int, ...]]:
    """The first rate at which most longer steps hold: a stall may hit any one of them."""
    places: list[int] = []
    for rate in confirmation_rates(edge):
        holding = failing = 0
        while max(holding, failing) <= CONFIRMING_TRIES // 2:
            step = lab.step(plan.request(rate, plan.confirm_seconds), "confirm", plan.objective)
            places.append(step.index)
            holding += bool(step.holds)
            failing += not step.holds
        if holding > failing:
            return rate, tuple(places)
    return None, tuple(places)


def answer_slo(lab: Lab, plan: Plan) -> Outcome:
    found = find(lab, plan)
    parts = {"ceiling": asdict(found.ceiling), "search": found.part()}
    if found.impossible:
        sentence = (f"{plan.objective.text} cannot be held: even at "
                    f"{words.rate(found.lowest)}, {found.impossible.reason}.")
        return Outcome(Answer(sentence, "cannot be held", 1), parts)
    edge = found.edge.edge()
    caveats = _caveats(found, lab)
    if found.confirmed is None:
        sentence = (f"Undecided: the search ends at {words.rate(edge.middle)} for "
                    f"{plan.objective.text}, but most of {len(found.confirmations)} longer steps "
                    "there and below did not hold it.")
        return Outcome(Answer(sentence, "undecided", 3, None, edge.low, edge.high), parts, caveats)
    sentence = (f"{words.rate(found.confirmed)} hold {plan.objective.text} "
                f"(edge {words.interval(edge.low, edge.high)}, 95%).")
    return Outcome(Answer(sentence, "holds", 0, found.confirmed, edge.low, edge.high), parts,
                   caveats)


def _caveats(found: Found, lab: Lab) -> tuple[str, ...]:
    said = []
    if found.edge.lapse() > MANY_LAPSES:
        said.append(f"About {found.edge.lapse():.0%} of the steps fail whatever the rate: the "
                    "machine stalls now and then, and the edge is that of the other steps.")
    if found.edge.relative_width() > 0.10:
        said.append("The edge is known to no better than "
                    f"{found.edge.relative_width():.0%} from end to end: give more --budget.")
    failed = sum(not lab.steps[place].holds for place in found.confirmations)
    if failed > 0 and found.confirmed is not None:
        said.append(f"{failed} of {len(found.confirmations)} longer steps, at the rate and above it, "
                    "did not hold.")
    said.append("The interval knows of no drift: what the machine did for minutes, all steps of "
                "this run have in common. Run it again at another hour.")
    return tuple(said)


def answer_rate(lab: Lab, plan: Plan, rate: float) -> Outcome:
    """`--rate` alone: three steps there, the median decides. Ends and says saturated."""
    steps = [lab.step(plan.request(rate), "claim", plan.objective) for _ in range(3)]
    holding = sum(bool(each.holds) for each in steps)
    if sum(each.step["saturated"] for each in steps) * 2 > len(steps):
        best = max(each.step["answered_per_second"] for each in steps)
        sentence = (f"Saturated: of {words.rate(rate)} offered, at most {best:,.0f} were answered "
                    f"a second.")
        return Outcome(Answer(sentence, "saturated", 1, rate))
    if holding * 2 > len(steps):
        sentence = (f"{words.rate(rate)} hold {plan.objective.text} in {holding} of {len(steps)} "
                    "steps.")
        return Outcome(Answer(sentence, "holds", 0, rate))
    worst = next(each.reason for each in steps if not each.holds)
    sentence = (f"{words.rate(rate)} do not hold {plan.objective.text} in {len(steps) - holding} "
                f"of {len(steps)} steps: {worst}.")
    return Outcome(Answer(sentence, "missed", 1, rate))
