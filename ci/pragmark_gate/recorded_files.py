"""Results that were recorded earlier, one file a run, as values in the order of their dates.

Runs are comparable when they are of one machine, one build and one PRAGMA set; the files say so.
What changes from boot to boot is never asked: clock speed, load, uptime, the speed of a sync.
Whoever keys a history on these starts a new one each day, and then has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import PurePath

from pragmark_report.errors import InputError
from pragmark_report.load_bench import context_text

from . import names
from .google_benchmark import Results, load_results, same_unit
from .model import Metric

# Of any program. The folder of the executable is no part of what it is.
MACHINE = ("num_cpus", "caches", "executable")
# Of pragmark bench, which says more; `pragma_set:NAME` besides. `executable` is known to be ours.
OURS = (
    "num_cpus", "caches", "cpu_model", "memory_bytes", "virtualization", "filesystem",
    "pragmark_build_type", "sqlite_version", "sqlite_source_id", "sqlite_compile_options",
    "counting_vfs", "seed", "python_version", "python_sqlite_version",
)
OURS_MARK = "pragmark_version"  # what only our files have
PRAGMA_SET = "pragma_set:"
MEMORY_TOLERANCE = 0.02  # a new kernel keeps some more or less of it for itself
ABSENT = "(not stated)"


@dataclass(frozen=True)
class RecordedSides:
    """Both sides, by the names that the pairs have."""

    baseline: Mapping[str, tuple[float, ...]]  # the metric of each run, oldest first
    candidate: Mapping[str, tuple[float, ...]]
    contexts: tuple[Mapping[str, str], Mapping[str, str]]  # of each side's newest run
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Run:
    path: str
    date: datetime
    results: Results


def load_sides(
    baseline: Sequence[str], candidate: Sequence[str], metric: Metric, benchmarks: str = ""
) -> RecordedSides:
    """Raises InputError for a file that cannot be used, or that is unlike the others.

    `benchmarks` is a regular expression that a name must contain.
    """
    history = [_load(path, metric, benchmarks) for path in baseline]
    fresh = [_load(path, metric, benchmarks) for path in candidate]
    for side, runs in (("--baseline-json", history), ("--candidate-json", fresh)):
        if not runs:
            raise InputError(side, "no files", "give one for each run")
    _refuse_copies([*history, *fresh])
    for run in [*history[1:], *fresh]:
        _refuse_unlike(history[0], run)
    for runs in (history, fresh):
        for run in runs[1:]:
            _refuse_other_benchmarks(runs[0], run)
    pairs = names.pair(tuple(history[0].results.values), tuple(fresh[0].results.values))
    for pair in pairs:
        same_unit(pair.name, history[0].results.units[pair.baseline],
                  fresh[0].results.units[pair.candidate])
    history.sort(key=lambda run: run.date)
    fresh.sort(key=lambda run: run.date)
    return RecordedSides(
        {pair.name: tuple(run.results.values[pair.baseline] for run in history) for pair in pairs},
        {pair.name: tuple(run.results.values[pair.candidate] for run in fresh) for pair in pairs},
        (_texts(history[-1]), _texts(fresh[-1])),
        _notes(history, fresh),
    )


def _load(path: str, metric: Metric, benchmarks: str) -> _Run:
    results = load_results(path, metric, benchmarks)
    written = results.context.get("date")
    try:
        date = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        problem = f"its `date` is {written or 'not stated'}, so its place in the history is unknown"
        raise InputError(path, problem, "record with Google Benchmark 1.5 or later") from None
    return _Run(path, date if date.tzinfo else date.replace(tzinfo=timezone.utc), results)


def _refuse_copies(runs: Sequence[_Run]) -> None:
    """One run that is counted twice makes noise look small, and on both sides a change look nil."""
    seen: dict[str, str] = {}
    for run in runs:
        if run.results.digest in seen:
            problem = f"the same run as {seen[run.results.digest]}"
            raise InputError(run.path, problem, "give each run once, on one side")
        seen[run.results.digest] = run.path


def _refuse_unlike(reference: _Run, run: _Run) -> None:
    there, here = reference.results.context, run.results.context
    for key in _keys(there, here):
        ours, theirs = _fingerprint(here, key), _fingerprint(there, key)
        if ours != theirs and not (key == "memory_bytes" and _about_equal(ours, theirs)):
            problem = f"unlike {reference.path}: `{key}` is {ours} here and {theirs} there"
            raise InputError(run.path, problem, "compare runs of one machine, build and PRAGMA set")


def _keys(one: Mapping[str, object], two: Mapping[str, object]) -> list[str]:
    if OURS_MARK not in one and OURS_MARK not in two:
        return list(MACHINE)
    sets = {key for key in (*one, *two) if key.startswith(PRAGMA_SET)}
    return [*OURS, *sorted(sets)]


def _fingerprint(context: Mapping[str, object], key: str) -> str:
    text = context_text(context.get(key, ABSENT))
    return PurePath(text).name if key == "executable" else text


def _about_equal(one: str, two: str) -> bool:
    if not (re.fullmatch("[0-9]{1,18}", one) and re.fullmatch("[0-9]{1,18}", two)):
        return False
    small, large = sorted((int(one), int(two)))
    return large - small <= MEMORY_TOLERANCE * large


def _refuse_other_benchmarks(reference: _Run, run: _Run) -> None:
    there, here = reference.results, run.results
    for having, lacking in ((reference, run), (run, reference)):
        missing = [name for name in having.results.values if name not in lacking.results.values]
        if missing:
            problem = f"it lacks {missing[0]}, which {having.path} has"
            raise InputError(lacking.path, problem, "record the same benchmarks in each run")
    for name, unit in here.units.items():
        if unit != there.units[name]:
            problem = f"{name} is measured in {unit}, in {reference.path} in {there.units[name]}"
            raise InputError(run.path, problem, "use one unit of time")


def _notes(history: Sequence[_Run], fresh: Sequence[_Run]) -> tuple[str, ...]:
    """REQUIRES: both are in the order of their dates."""
    notes = dict.fromkeys(note for run in [*history, *fresh] for note in run.results.notes)
    kernels = sorted({_fingerprint(run.results.context, "kernel") for run in [*history, *fresh]})
    if len(kernels) > 1:
        notes[f"The runs are of different kernels: {', '.join(kernels)}."] = None
    if fresh[0].date < history[-1].date:
        notes["Some run of the candidate is older than the newest of the history."] = None
    return tuple(notes)


def _texts(run: _Run) -> dict[str, str]:
    return {key: context_text(value) for key, value in run.results.context.items()}
