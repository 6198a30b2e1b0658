"""The job of --baseline-json and --candidate-json: files in, the same kind of result out."""

from __future__ import annotations

from . import recorded
from .model import ArmDescription, GateResult, Launch, Phase
from .options import Options
from .recorded_files import RecordedSides, load_sides

ORDER = "recorded"  # nobody alternated anything


def run_recorded(options: Options) -> GateResult:
    """Raises InputError for files that cannot be compared, or are too few to say anything."""
    sides = load_sides(options.baseline_json, options.candidate_json, options.metric,
                       options.benchmarks)
    judgements = recorded.judge_recorded(sides.baseline, sides.candidate, options.metric,
                                         options.rule, {})
    before, after = sides.contexts
    return GateResult(
        baseline=ArmDescription(" ".join(options.baseline_json), before),
        candidate=ArmDescription(" ".join(options.candidate_json), after),
        pairing=None, metric=options.metric, rule=options.rule, seed=options.seed,
        judgements=tuple(judgements.values()), counts=(), launches=_launches(sides),
        margins={name: each.margin for name, each in judgements.items()
                 if each.margin > options.rule.margin},
        budget_seconds=0.0, seconds=0.0, notes=(*sides.notes, recorded.CAVEAT),
    )


def _launches(sides: RecordedSides) -> tuple[Launch, ...]:
    """The raw values of each benchmark, one a run, oldest first; the sides differ in number."""
    return tuple(
        Launch(name, Phase.MAIN, index, ORDER, tuple(values), tuple(sides.candidate[name]))
        for index, (name, values) in enumerate(sides.baseline.items())
    )
