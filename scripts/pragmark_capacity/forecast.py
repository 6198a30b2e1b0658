"""The question `--forecast`: what would another machine take? Measured here: what one request needs.
Computed: what shapes of other cores, syncs and databases would do with it (queueing.py). Checked: on
shapes that can be made here and that nothing was fitted on.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pragmark_report.errors import InputError

from . import ceiling as ceilings
from . import scaling, words
from .demands import Measured, of_step
from .lab import Lab
from .model import Answer, Outcome, Recorded, Request, Shape
from .predictions import ASSUMPTIONS, Shapes, Target, held_out, others, predictions
from .slo import Plan

LEAST_ROUNDS, MOST_ROUNDS = 3, 7
MOST_ARMS = 10
ROWS_FACTOR, LEAST_MANY_ROWS, MOST_ROWS = 30, 30_000, 1_000_000_000
LEAST_FACTOR = 2  # of rows that are more
COPIES, SHARE_OF_FREE = 4, 0.5  # of the larger database at once: two filled, one worked on, its WAL
TINY_CACHE, SMALL_CACHE_KIB = "cache_size=1", 512  # a page; and that of the held-out shape
LEAST_DELAY_US = 2000


@dataclass(frozen=True)
class Arm:
    """A shape that is measured in every round."""

    name: str
    purpose: str
    shape: Shape


def answer_forecast(lab: Lab, plan: Plan, cores: int) -> Outcome:
    """`cores`: that the base shape runs on."""
    arms = plan_arms(lab.shape, cores, most_rows(lab))
    recorded: dict[str, list[Recorded]] = {arm.name: [] for arm in arms}
    order = random.Random(lab.shape.seed)
    for number in range(MOST_ROUNDS):
        left = lab.remaining_seconds() - len(arms) * lab.cost_seconds(plan.step_seconds)
        if number >= LEAST_ROUNDS and left < 0:
            break
        for arm in order.sample(arms, len(arms)):
            recorded[arm.name].append(lab.step(
                Request(None, plan.step_seconds), arm.purpose, None, shape=arm.shape,
                differs="" if arm.shape == lab.shape else arm.name))
    return conclude(lab, arms, recorded, cores)


def most_rows(lab: Lab) -> int:
    """That fit on the disk beside all that runs. Refuses when they are hardly more than the base's."""
    base = lab.shape
    told = lab.ready().context.get("database_bytes", "0")
    row_bytes = (float(told) if told.isdigit() else 0.0) / base.rows
    room = SHARE_OF_FREE * shutil.disk_usage(base.directory).free / COPIES
    most = MOST_ROWS if row_bytes == 0.0 else min(MOST_ROWS, int(room / row_bytes))
    if most < LEAST_FACTOR * base.rows:
        raise InputError("capacity --forecast",
                         f"it needs a database of {LEAST_FACTOR * base.rows:,} rows or more beside "
                         f"{base.rows:,}, and {base.directory} has room for {most:,}",
                         "give fewer --rows, or a --dir with more room")
    return most


def plan_arms(base: Shape, cores: int, most: int = MOST_ROWS) -> list[Arm]:
    """What is fitted on, and what is held out. The base runs with its own threads among them."""
    counts = sorted({1, 2, 4, max(1, base.threads // 2), base.threads})
    arms = [Arm(threads_name(n), "scaling", replace(base, threads=n)) for n in counts]
    many = min(max(ROWS_FACTOR * base.rows, LEAST_MANY_ROWS), most)
    small = f"{base.pragmas}+cache_size=-{SMALL_CACHE_KIB}"
    arms += [
        Arm("one page of cache", "calibration",
            replace(base, pragmas=f"{base.pragmas}+{TINY_CACHE}")),
        Arm("more rows", "calibration", replace(base, rows=many)),
        Arm("slow syncs", "held-out",
            replace(base, sync_delay_us=base.sync_delay_us + LEAST_DELAY_US)),
        Arm("small cache", "held-out", replace(base, rows=many, pragmas=small)),
    ]
    if cores > 1:
        arms.append(Arm("1 core", "held-out", replace(base, cpus=1)))
    return arms


def threads_name(threads: int) -> str:
    return f"{threads} thread{'s' if threads > 1 else ''}"


def conclude(lab: Lab, arms: Sequence[Arm], recorded: Mapping[str, list[Recorded]], cores: int
             ) -> Outcome:
    """What follows from the steps: pure but for the facts of the base program."""
    ready = lab.ready()
    steps = {name: [each.step for each in runs] for name, runs in recorded.items()}
    measured = {name: [of_step(step, ready) for step in runs] for name, runs in steps.items()}
    base = threads_name(lab.shape.threads)
    shapes = Shapes(
        measured[base], measured[threads_name(1)], measured["one page of cache"],
        measured["more rows"], threads=lab.shape.threads, cores=cores,
        many_pages=_pages(lab, arms, "more rows"), small_pages=SMALL_CACHE_KIB * 1024 / 4096,
        delay_s=LEAST_DELAY_US * 1e-6)
    targets = held_out(shapes, measured)
    told = [_told(target, shapes, lab.shape.seed, recorded.get(target.name)) for target in targets]
    errors = [abs(each["error_share"]) for each in told if each["error_share"] is not None]
    told += [_widened(_told(target, shapes, lab.shape.seed, None), errors)
             for target in others(shapes)]
    threads = {arm.shape.threads: [step["answered_per_second"] for step in steps[arm.name]]
               for arm in arms if arm.purpose == "scaling"}
    fitted = scaling.fit(threads, lab.shape.seed)
    waits_known = all(step.get("lock_wait_seconds") is not None for step in steps[base])
    part = {
        "demands": _demands(shapes, waits_known), "predictions": told,
        "scaling": _scaling(fitted, threads, recorded),
        "median_error_share": float(np.median(errors)) if errors else None,
        "assumptions": [*ASSUMPTIONS, _more_rows(arms, lab.shape)],
    }
    return Outcome(_answer(part, told), {"forecast": part}, _caveats(part))


def _more_rows(arms: Sequence[Arm], base: Shape) -> str:
    many = next(arm.shape.rows for arm in arms if arm.name == "more rows")
    return f"More rows: {many:,}, {many / base.rows:.3g} times those of the base."


def _pages(lab: Lab, arms: Sequence[Arm], name: str) -> float:
    shape = next(arm.shape for arm in arms if arm.name == name)
    size = lab.ready(shape).context.get("database_bytes", "0")
    return (float(size) if size.isdigit() else 0.0) / 4096


def _told(target: Target, shapes: Shapes, seed: int, runs: Sequence[Recorded] | None
          ) -> dict[str, Any]:
    predicted, binding = predictions(target, shapes, seed)
    measured = None
    if runs:
        measured = ceilings.estimate([each.step["answered_per_second"] for each in runs])
    return {
        "shape": target.name, "text": target.text, "predicted": asdict(predicted),
        "binding": binding, "measured": asdict(measured) if measured else None,
        "error_share": predicted.value / measured.value - 1.0
        if measured and measured.value else None,
        "runs": len(runs or ()), "steps": [each.index for each in runs or ()],
        "held_out": bool(runs),
    }


def _widened(told: dict[str, Any], errors: Sequence[float]) -> dict[str, Any]:
    """What cannot be checked here is not known better than what was: the largest error of a held-out
    shape comes on top of the interval."""
    extra = max(errors, default=0.0)
    predicted = told["predicted"]
    if predicted["low"] is not None:
        predicted["low"] = predicted["low"] / (1.0 + extra)
        predicted["high"] = predicted["high"] * (1.0 + extra)
    return told


def _demands(shapes: Shapes, waits_known: bool) -> list[dict[str, Any]]:
    """Without the waiting for locks where the strategy does not tell it."""
    rows: tuple[tuple[str, str, str, Callable[[Measured], float]], ...] = (
        ("CPU", "us", "of all cores together", lambda each: each.cpu_s * 1e6),
        ("syncs", "1/request", "of WAL and database", lambda each: each.syncs),
        ("sync time", "us", "that the disk took", lambda each: each.sync_s * 1e6),
        ("bytes written", "bytes", "to WAL and database", lambda each: each.written_bytes),
        ("bytes read", "bytes", "past SQLite's cache", lambda each: each.read_bytes),
        ("waiting for locks", "us", "asleep", lambda each: each.wait_s * 1e6),
    )[:None if waits_known else -1]
    told = [{"resource": name, "unit": unit, "text": text,
             "value": asdict(ceilings.estimate([get(each) for each in shapes.base]))}
            for name, unit, text, get in rows]
    held = ceilings.estimate([each.lock_s * 1e6 for each in shapes.alone])
    return [*told, {"resource": "writer lock", "unit": "us", "value": asdict(held),
                    "text": "held, a request on average, by one thread alone"}]


def _scaling(fitted: scaling.Scaling | None, threads: Mapping[int, Sequence[float]],
             recorded: Mapping[str, Sequence[Recorded]]) -> dict[str, Any] | None:
    if fitted is None:
        return None
    return {
        **{name: asdict(each) for name, each in fitted.parameters.items()},
        "best_threads": fitted.best_threads,
        "points": [{"threads": n, "throughput": asdict(ceilings.estimate(list(rates))),
                    "steps": [each.index for each in recorded[threads_name(n)]]}
                   for n, rates in threads.items()],
        "fit": [dict(each) for each in fitted.fit],
    }


def _answer(part: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> Answer:
    checked = [each for each in told if each["error_share"] is not None]
    twice = next((each for each in told if each["shape"].endswith("cores")), None)
    forward = "" if twice is None else (
        f" {twice['shape'].capitalize()} would take {words.rate(twice['predicted']['value'])}, "
        f"limited by {twice['binding']}.")
    if not checked:
        return Answer(f"No shape could be held out here; nothing is checked.{forward}",
                      "undecided", 3)
    shown = ", ".join(f"{each['shape']} {words.percent(each['error_share'])}" for each in checked)
    return Answer(f"On {len(checked)} held-out shapes the forecast errs by "
                  f"{part['median_error_share']:.0%} (median): {shown}.{forward}", "described", 0)


def _caveats(part: Mapping[str, Any]) -> tuple[str, ...]:
    return ("The forecast is of the highest throughput of a closed loop, not of the rate that holds "
            "an objective: that lies below it.", *part["assumptions"])
