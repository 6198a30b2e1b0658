"""Which runner a plan needs."""

from __future__ import annotations

from pragmark_report.errors import InputError

from .command import parse, pairing_of
from .model import Pairing
from .runner import Plan, Runner
from .slices import SliceRunner


def runner_for(plan: Plan) -> Runner:
    """Reads the commands; starts nothing yet."""
    baseline, candidate = parse(plan.baseline, "--baseline"), parse(plan.candidate, "--candidate")
    if pairing_of(baseline, candidate, plan.pairing) is Pairing.SLICES:
        return SliceRunner(plan, baseline, candidate)
    if plan.planted:
        raise InputError("--plant", "only slices of pragmark bench can be slowed down on purpose",
                         "give both sides pragmark bench, or drop it")
    if plan.rounds != Plan.rounds:
        raise InputError("--rounds", "only slices of pragmark bench have rounds", "leave it out")
    from .processes import ProcessRunner  # only now: a run in slices needs none of it

    return ProcessRunner(plan)
