"""Everything that a run found out, in one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .choose import Confirmed
from .front import Point, Reached
from .model import Block, Configuration, Effect, Experiment, Objective, Skipped
from .space import Factor

TUNE, LEVERS = "tune", "levers"


@dataclass(frozen=True)
class Parameters:
    """How it was measured."""

    base: str
    vary: tuple[Factor, ...]
    workloads: tuple[str, ...]
    strategy: str
    threads: int
    rows: int
    payload: str
    objective: Objective
    design: str
    state: str
    budget_seconds: float
    seconds: float
    slice_seconds: float
    floor: float
    family: int
    blocks: int
    confirmation_blocks: int
    fresh_processes: bool


@dataclass(frozen=True)
class Waterfall:
    """From the first rung to the last, in one workload."""

    workload: str
    start: Configuration
    end: Configuration
    steps: tuple[Effect, ...]
    total: Effect | None


@dataclass(frozen=True)
class Answer:
    status: str  # recommended, base stays, explained, skipped
    sentence: str
    recommended: Configuration | None
    sql: str
    weaker: Confirmed | None = None


@dataclass(frozen=True)
class Result:
    question: str
    command: str
    seed: int
    context: Mapping[str, str]
    parameters: Parameters
    experiment: Experiment
    errors: Mapping[str, str]  # configuration -> why it has no figures
    blocks: tuple[Block, ...]
    effects: tuple[Effect, ...]
    waterfalls: tuple[Waterfall, ...]
    reached: tuple[Reached, ...]
    front: tuple[Point, ...]
    confirmed: tuple[Confirmed, ...]
    sql_of: Mapping[str, str]  # of a candidate's configuration
    answer: Answer
    skipped: Sequence[Skipped] = ()
    notes: Sequence[str] = ()
