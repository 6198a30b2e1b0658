"""The question `--claim`: is a claimed rate reached here, missed, or undecided? And what the claim
leaves unsaid.

A rate is reached when most steps at it hold the objective. Each step is one draw, so the number that
hold is binomial, and the exact sign test decides: reached when it refuses "half or fewer hold",
missed when it refuses "half or more hold". The same in other words: the order-statistic interval of
the steps' median latency lies below the limit, or above it. There are two looks, so each spends half
of the error that is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from pragmark_report.exact_tests import tail

from . import ceiling as ceilings
from . import slo, words
from .lab import Lab
from .model import Answer, Outcome, Recorded, Shape

LOOKS = (7, 14)  # steps
ERROR = 0.025  # of each direction, over both looks
ALPHA = ERROR / len(LOOKS)
REACHED, MISSED, UNDECIDED = "reached", "missed", "undecided"
EXIT = {REACHED: 0, MISSED: 1, UNDECIDED: 3}


@dataclass(frozen=True)
class Verdict:
    word: str
    holding: int
    steps: int
    p_reached: float
    p_missed: float


def judge(holds: Sequence[bool]) -> Verdict:
    """What the steps at the claimed rate say so far."""
    steps, holding = len(holds), sum(holds)
    p_reached, p_missed = tail(steps, holding), tail(steps, steps - holding)
    word = REACHED if p_reached <= ALPHA else MISSED if p_missed <= ALPHA else UNDECIDED
    return Verdict(word, holding, steps, p_reached, p_missed)


def answer_claim(lab: Lab, plan: slo.Plan, rate: float, unsaid: Sequence[Mapping]) -> Outcome:
    steps: list[Recorded] = []
    for look in LOOKS:
        while len(steps) < look:
            steps.append(lab.step(plan.request(rate), "claim", plan.objective))
        verdict = judge([bool(each.holds) for each in steps])
        if verdict.word != UNDECIDED:
            break
    parts: dict[str, object] = {}
    held: float | None = None
    if verdict.word == MISSED:
        found = slo.find(lab, plan)
        held = found.confirmed
        parts = {"ceiling": asdict(found.ceiling), "search": found.part()}
    latency = ceilings.maybe_estimate([plan.objective.latency_ms(each.step) for each in steps])
    achieved = ceilings.estimate([each.step["achieved_per_second"] for each in steps])
    parts["claim"] = {
        "rate": rate, "holding": verdict.holding, "steps": verdict.steps,
        "p_reached": verdict.p_reached, "p_missed": verdict.p_missed, "alpha": ALPHA,
        "latency_ms": asdict(latency) if latency else None, "achieved": asdict(achieved),
        "unsaid": list(unsaid), "held_instead": held,
    }
    sentence = _sentence(verdict, plan, rate, steps, held, "search" in parts)
    silent = [each["what"] for each in unsaid if not each["said"]]
    caveats = (f"The claim leaves unsaid: {', '.join(silent)}. Each was assumed here, as listed.",
               ) if silent else ()
    return Outcome(Answer(sentence, verdict.word, EXIT[verdict.word], rate), parts, caveats)


def _sentence(verdict: Verdict, plan: slo.Plan, rate: float, steps: Sequence[Recorded],
              held: float | None, searched: bool) -> str:
    claimed = f"{words.number(rate)} requests/s with {plan.objective.text}"
    count = f"{verdict.holding} of {verdict.steps} steps held"
    if verdict.word == REACHED:
        return f"Reached: {claimed}; {count}."
    if verdict.word == UNDECIDED:
        return f"Undecided: {claimed}; {count}, which is too even to tell."
    why = next(each.reason for each in steps if not each.holds)
    instead = ""
    if held is not None and held >= rate:
        instead = f" A search right after found {words.rate(held)} to hold: it is close."
    elif held is not None:
        instead = f" What does hold here: {words.rate(held)}, {held / rate:.0%} of the claim."
    elif searched:
        instead = " No rate was found that does hold."
    return f"Missed: {claimed}; {count} ({why}).{instead}"


# what, option that says it (empty: no option does), why it matters
POINTS = (
    ("the mix of requests", "--mix", "a write costs many times a read"),
    ("the size of a row", "--payload", "a read costs bytes too"),
    ("the database against memory and cache", "--rows", "what is in memory needs no disk"),
    ("which rows are asked for", "--keys", "a few hot rows stay in the cache"),
    ("the durability class", "--pragmas", "a commit that a power cut may take costs no sync"),
    ("the latency", "--slo", "any machine takes any rate if its users may wait"),
    ("what counts as an error", "--errors", "a request that failed is quick"),
    ("how long it was held", "--step", "checkpoints and noisy neighbours come in minutes"),
    ("how requests arrive", "--arrivals", "a closed loop offers less the slower it is served"),
    ("connections and threads", "--threads", "each thread waits for one request at a time"),
    ("how connections are used", "--strategy", "opening one for each request costs more than it"),
    ("the machine", "", "cores, and the latency of a sync"),
)


def unsaid(given: frozenset[str], shape: Shape, plan: slo.Plan, context: Mapping[str, str]
           ) -> list[dict[str, object]]:
    """Each point that a claim of a rate needs, whether the command line said it, and what holds
    here."""
    mix = shape.mix.replace(",", ", ")
    assumed = {
        "--mix": mix, "--payload": shape.payload,
        "--rows": f"{shape.rows:,} rows, {_bytes(context.get('database_bytes'))} of database, "
                  f"{_bytes(context.get('memory_bytes'))} of memory",
        "--keys": shape.keys,
        "--pragmas": f"{shape.pragmas}: {context.get('durability', 'unknown')}",
        "--slo": plan.objective.text,
        "--errors": (f"busy, failed, late by more than {words.ms(plan.objective.timeout_ms)} or "
                     f"not sent; at most {plan.objective.errors} a step"),
        "--step": f"steps of {words.seconds(plan.step_seconds)}",
        "--arrivals": f"open loop, {plan.arrivals}",
        "--threads": f"{shape.threads} threads in one process, no network",
        "--strategy": shape.strategy,
        "": f"{context.get('cpu_model', 'unknown')}, {context.get('cpus', '?')} cores, "
            f"{context.get('filesystem', 'unknown')}, a sync takes "
            f"{context.get('fdatasync_us_p50', '?')} us",
    }
    return [{"what": what, "said": option in given, "assumed": assumed[option], "why": why}
            for what, option, why in POINTS]


def _bytes(text: str | None) -> str:
    if text is None or not text.isdigit():
        return "an unknown size"
    size = float(text)
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
