"""The question `--slo`: ceiling, lowest rate, search, confirmation. And `--rate`: does this one hold?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from pragmark_report.errors import InputError

from . import ceiling as ceilings
from . import words
from .lab import Lab
from .model import Answer, Estimate, Objective, Outcome, Recorded, Request, too_few
from .search import Edge, Quantiles, confirmation_rates, lowest_rate

LEAST_PROBES = 12
MOST_PROBES = 80
NARROW_ENOUGH = 0.03  # width of the interval, from end to end, at which more steps are not worth it
CONFIRMING_STEPS = 5  # a confirmation is as long as so many steps
LONGEST_CONFIRMATION_SECONDS = 30.0
CONFIRMING_TRIES = 3  # of them at a rate, of which most must hold
LOWEST_TRIES = 3  # the lowest rate is refused when more than half of so many steps fail
MANY_LAPSES = 0.10
IDLE_SHARE = 0.05  # of the ceiling: so little is offered that hardly anybody waits
RATE_STEPS = 3  # of --rate
ROUNDING = 0.999


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

    def require_requests(self, rate: float) -> None:
        """Refuses steps in which the percentile would rest on too few requests."""
        if rate * self.step_seconds < self.objective.enough_requests * ROUNDING:
            raise InputError("capacity", too_few("--step", self.step_seconds, rate, self.objective),
                             "or another percentile")

    def judged(self, seconds: float) -> Objective:
        """The objective of a step so long: --errors are those of a step of the usual length."""
        return replace(self.objective, errors=int(self.objective.errors * seconds
                                                  / self.step_seconds))

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
    lowest = lowest_rate(ceiling.value, plan.objective.enough_requests, plan.step_seconds)
    plan.require_requests(lowest)
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
            step = lab.step(plan.request(rate, plan.confirm_seconds), "confirm",
                            plan.judged(plan.confirm_seconds))
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
        return Outcome(_refusal(found, plan), parts)
    edge = found.edge.edge()
    caveats = _caveats(found, lab)
    if found.confirmed is None:
        sentence = (f"Undecided: the search ends at {words.rate(edge.middle)} for "
                    f"{plan.objective.text}, but most of {len(found.confirmations)} longer steps "
                    "there and below did not hold it.")
        return Outcome(Answer(sentence, "undecided", 3, None, edge.low, edge.high), parts, caveats)
    held = f"{words.rate(found.confirmed)} hold {plan.objective.text}"
    interval = words.interval(edge.low, edge.high)
    if not edge.low <= found.confirmed <= edge.high:
        sentence = f"{held}; the search's edge, {interval} (95%), was not confirmed."
        return Outcome(Answer(sentence, "holds", 0, found.confirmed), parts, caveats)
    sentence = f"{held} (edge {interval}, 95%)."
    return Outcome(Answer(sentence, "holds", 0, found.confirmed, edge.low, edge.high), parts,
                   caveats)


def _refusal(found: Found, plan: Plan) -> Answer:
    """Where the lowest rate is no small part of the ceiling, a lower one may still hold."""
    if found.lowest <= IDLE_SHARE * found.ceiling.value:
        sentence = (f"{plan.objective.text} cannot be held: even at "
                    f"{words.rate(found.lowest)}, {found.impossible.reason}.")
        return Answer(sentence, "cannot be held", 1)
    sentence = (f"Undecided: no rate from {words.rate(found.lowest)} up was seen to hold "
                f"{plan.objective.text} ({found.impossible.reason}); lower ones need a longer --step "
                f"to have {plan.objective.enough_requests} requests.")
    return Answer(sentence, "undecided", 3)


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


def beyond(lab: Lab, plan: Plan, rate: float, purpose: str, verb: str) -> Answer | None:
    """One plain step before much time is spent at a rate: the answer when it is too much."""
    first = lab.step(plan.request(rate), purpose, plan.objective)
    if not first.step["saturated"]:
        return None
    sentence = (f"Saturated: {words.rate(rate)} are beyond this machine "
                f"({first.step['answered_per_second']:,.0f} were answered a second); there is "
                f"nothing to {verb}.")
    return Answer(sentence, "saturated", 1, rate)


def answer_rate(lab: Lab, plan: Plan, rate: float) -> Outcome:
    """`--rate` alone: three steps there, the median decides. Ends and says saturated."""
    steps = [lab.step(plan.request(rate), "claim", plan.objective) for _ in range(RATE_STEPS)]
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
