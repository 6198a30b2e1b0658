"""The course of an experiment: pilot, main blocks, choice, confirmation. Joins the parts, and asks
hosts and clock for everything that is not pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pragmark_drive.progress import Progress
from pragmark_report.errors import InputError

from . import answer, choose, effects, front, levers, plan, space
from .measure import Host, Measure, Pilot
from .model import (
    ALL_WORKLOADS,
    MOST_FAILED,
    Block,
    Cell,
    Configuration,
    Effect,
    Experiment,
    Phase,
    PragmaSet,
    Skipped,
)
from .options import Options
from .result import LEVERS, TUNE, Parameters, Result, Waterfall

START_SECONDS = 0.15  # of a process, with its first templates
FRESH_ROWS = 20_000  # at most, that processes of each block's own may load again


class Sets(Protocol):
    def read(self, name: str) -> PragmaSet: ...

    def sql(self, name: str) -> str: ...


class Processes(Host, Protocol):
    contexts: Mapping[str, Mapping[str, str]]

    def add(self, configurations: Sequence[Configuration]) -> None: ...


@dataclass(frozen=True)
class Tools:
    """What tests replace."""

    sets: Sets
    processes: Processes
    clock: Callable[[], float]
    progress: Progress


@dataclass(frozen=True)
class Asked:
    """The experiment that the options ask for, before anything is measured."""

    experiment: Experiment
    factors: tuple[space.Factor, ...] = ()
    way: levers.Way | None = None


def asked_tune(options: Options, sets: Sets) -> Asked:
    base = sets.read(options.base)
    found = space.factors(options.vary, base, sets)
    workloads = list(options.workloads)
    if len(workloads) > 1:
        workloads.append(ALL_WORKLOADS)
    make = space.factorial if options.design == space.FACTORIAL else space.one_at_a_time
    return Asked(make(base, found, options.strategy, workloads, sets), found)


def tune(options: Options, rows: int, asked: Asked, tools: Tools) -> Result:
    measure = _measure(options, rows, tools)
    experiment = asked.experiment
    cells = experiment.cells(options.workloads)
    pilot = measure.pilot(cells, errors_stop=True)
    made_plan = _plan(options, measure, pilot, cells, len(experiment.comparisons), rows,
                      confirms=True)
    blocks = measure.blocks(cells, pilot.costs, made_plan, Phase.MAIN, 0, made_plan.least_blocks)
    answers = effects.effects(experiment.comparisons, blocks, options.objective, options.floor)
    proposed = choose.candidates(
        experiment, answers, blocks, options.objective,
        choose.deciding_workload(options.workloads), options.floor, tools.sets)
    experiment = choose.with_candidates(experiment, proposed)
    if proposed:
        blocks += _confirm(options, measure, pilot, made_plan, experiment, proposed, tools,
                           len(blocks))
    confirmed = choose.confirm(experiment.configurations[0], proposed, blocks, options.objective,
                               options.workloads, options.floor)
    answers, notes = choose.refuted(answers, confirmed)
    experiment = replace(experiment, notes=(*experiment.notes, *notes))
    return _result(
        TUNE, options, rows, measure, made_plan, Asked(experiment, asked.factors), blocks, answers,
        tools, len(asked.experiment.comparisons), confirmed=confirmed)


def _confirm(
    options: Options, measure: Measure, pilot: Pilot, made_plan: plan.Plan,
    experiment: Experiment, proposed: Sequence[choose.Candidate], tools: Tools, first: int,
) -> list[Block]:
    """Base and candidates in fresh blocks, as many as the rest of the budget holds."""
    chosen = (experiment.configurations[0], *(each.configuration for each in proposed))
    cells = tuple(Cell(one, workload) for workload in options.workloads for one in chosen)
    tools.processes.add([one for one in chosen])
    unknown = [cell for cell in cells if cell.key not in pilot.costs]
    more = measure.pilot(unknown, errors_stop=True, shown="pilot of the candidates")
    costs = {**pilot.costs, **more.costs}
    block_seconds = sum(
        costs[cell.key].visit_seconds(made_plan.sizes.operations(
            cell, costs[cell.key], made_plan.slice_seconds, measure.clients(cell)))
        for cell in cells)
    left = options.budget_seconds - measure.elapsed_seconds()
    time_plan = replace(made_plan, main_seconds=max(left, 0.0), block_seconds=block_seconds)
    asked = choose.family(len(proposed), options.workloads)
    least = max(plan.CONFIRMATION_BLOCKS, plan.least_blocks(asked))
    return measure.blocks(cells, costs, time_plan, Phase.CONFIRMATION, first, least,
                          plan.MOST_CONFIRMATION_BLOCKS)


def trace_levers(options: Options, rows: int, asked: Asked, tools: Tools) -> Result:
    measure = _measure(options, rows, tools)
    cells = asked.way.experiment.cells(options.workloads)
    pilot = measure.pilot(cells, errors_stop=False)
    kept = tuple(cell for cell in cells if cell.configuration.id not in pilot.errors)
    comparisons = levers.comparisons(asked.way, options.workloads, tuple(pilot.errors))
    if not comparisons:
        raise InputError("--levers", "no two configurations could be measured: "
                         + next(iter(pilot.errors.values()), ""), "see what the message says")
    made_plan = _plan(options, measure, pilot, kept, len(comparisons), rows, confirms=False)
    blocks = measure.blocks(kept, pilot.costs, made_plan, Phase.MAIN, 0, made_plan.least_blocks)
    answers = effects.effects(comparisons, blocks, options.objective, options.floor)
    falls = tuple(_waterfall(asked.way, workload, tuple(pilot.errors), answers)
                  for workload in options.workloads)
    return _result(LEVERS, options, rows, measure, made_plan, asked, blocks, answers, tools,
                   len(comparisons), errors=pilot.errors, waterfalls=falls)


def _waterfall(
    way: levers.Way, workload: str, left_out: Sequence[str], answers: Sequence[Effect]
) -> Waterfall:
    rungs = way.of(workload, left_out)
    mine = [each for each in answers if each.comparison.workload == workload]
    total = next((each for each in mine if each.comparison.kind == "total"), None)
    return Waterfall(workload, rungs[0].configuration, rungs[-1].configuration,
                     tuple(each for each in mine if each.comparison.kind == "step"), total)


def _measure(options: Options, rows: int, tools: Tools) -> Measure:
    return Measure(
        tools.processes, seed=options.seed, threads=options.threads, objective=options.objective,
        fresh=rows <= FRESH_ROWS, clock=tools.clock, progress=tools.progress)


def _plan(
    options: Options, measure: Measure, pilot: Pilot, cells: Sequence[Cell], family: int,
    rows: int, *, confirms: bool,
) -> plan.Plan:
    kinds = 1 if confirms else 8  # processes that a block starts
    overhead = START_SECONDS * kinds if rows <= FRESH_ROWS else 0.0
    return plan.make_plan(
        cells, pilot.costs, measure.clients, family=family,
        seconds_left=options.budget_seconds - measure.elapsed_seconds(),
        budget_seconds=options.budget_seconds, block_overhead_seconds=overhead,
        confirms=confirms)


def _result(
    question: str, options: Options, rows: int, measure: Measure, made_plan: plan.Plan,
    asked: Asked, blocks: Sequence[Block], answers: Sequence[Effect], tools: Tools, family: int,
    *, confirmed: Sequence[choose.Confirmed] = (), errors: Mapping[str, str] | None = None,
    waterfalls: Sequence[Waterfall] = (),
) -> Result:
    experiment = asked.experiment
    reached = front.reached(experiment.configurations, options.workloads, blocks)
    mains = sum(block.phase is Phase.MAIN for block in blocks)
    parameters = Parameters(
        base=experiment.configurations[0].pragmas.name, vary=asked.factors,
        workloads=options.workloads, strategy=experiment.configurations[0].strategy,
        threads=options.threads, rows=rows, payload=options.payload, objective=options.objective,
        design=LEVERS if question == LEVERS else options.design, state=options.state,
        budget_seconds=options.budget_seconds, seconds=measure.elapsed_seconds(),
        slice_seconds=made_plan.slice_seconds, floor=options.floor, family=family, blocks=mains,
        confirmation_blocks=len(blocks) - mains, fresh_processes=rows <= FRESH_ROWS)
    sql_of = {each.candidate.configuration.id: tools.sets.sql(
        each.candidate.configuration.pragmas.name) for each in confirmed}
    unanswered = Result(
        question=question, command=options.command, seed=options.seed,
        context=next(iter(tools.processes.contexts.values()), {}), parameters=parameters,
        experiment=experiment, errors=errors or {}, blocks=tuple(blocks), effects=tuple(answers),
        waterfalls=tuple(waterfalls), reached=tuple(reached),
        front=tuple(front.points(reached, options.threads)), confirmed=tuple(confirmed),
        sql_of=sql_of, answer=answer.NONE,
        skipped=[*experiment.skipped, *_left_out(experiment, errors or {})],
        notes=[*experiment.notes, *_failing(reached)])
    return replace(unanswered, answer=answer.of(unanswered, tools.sets))


def _left_out(experiment: Experiment, errors: Mapping[str, str]) -> list[Skipped]:
    known = experiment.by_id()
    return [Skipped(known[one].label, why) for one, why in errors.items()]


def _failing(rows: Sequence[front.Reached]) -> list[str]:
    """A rate of requests of which many failed is that of another mix."""
    found = [row for row in rows if row.failed_share > MOST_FAILED]
    return [f"{row.configuration.label}, {row.workload}: {row.failed_share:.1%} of the requests "
            "failed with SQLITE_BUSY and are not in its rate." for row in found]
