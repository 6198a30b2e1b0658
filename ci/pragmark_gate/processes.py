"""Launches of whole processes, for any program that writes Google Benchmark JSON to {out}.

One launch is a process of the baseline and one of the candidate, never at once, on the same core.
Whatever keeps a process from telling its numbers makes the whole run unusable: an exit status
other than 0, no file, an empty one, a benchmark that erred, no end within the time.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from pragmark_drive.start import check_cpu, end_rest, start_process, stop_process
from pragmark_report.errors import InputError
from pragmark_report.load_bench import context_text

from .command import OUT, Command, parse
from .design import MAX_PADDING_BYTES
from .google_benchmark import Results, load_results, same_unit
from .model import Launch, Pairing, Phase
from .names import PairedName, pair
from .runner import Plan

STDERR_TAIL_BYTES = 4096
OTHER_ORDER = {"AB": "BA", "BA": "AB"}
BASELINE, CANDIDATE = "the baseline", "the candidate"


class ProcessRunner:
    """Implements Runner. Its scratch files live no longer than the process that writes them."""

    pairing = Pairing.PROCESSES

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._baseline = parse(plan.baseline, "--baseline")
        self._candidate = parse(plan.candidate, "--candidate")
        if plan.planted:
            raise InputError("--plant", "only pragmark bench can be slowed down, in slices",
                             "plant the slowdown in the program itself")
        check_cpu(plan.cpu)
        self._pairs: dict[str, PairedName] = {}
        self._contexts: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
        self._notes: dict[str, None] = {}  # in the order in which they came up
        self._due: dict[Phase, str] = {}  # the order that balances the last launch of a phase

    def benchmarks(self) -> tuple[str, ...]:
        ours = self._measure(BASELINE, self._baseline, padding_bytes=0)
        theirs = self._measure(CANDIDATE, self._candidate, padding_bytes=0)
        pairs = pair(tuple(ours.values), tuple(theirs.values))
        for paired in pairs:
            same_unit(paired.name, ours.units[paired.baseline], theirs.units[paired.candidate])
        self._pairs = {paired.name: paired for paired in pairs}
        self._contexts = (_texts(ours), _texts(theirs))
        return tuple(self._pairs)

    def pairs(self) -> tuple[PairedName, ...]:
        return tuple(self._pairs.values())

    def contexts(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return self._contexts

    def launch(
        self, names: Sequence[str], phase: Phase, index: int, seed: int
    ) -> list[Launch]:
        """The seconds of the pair are shared out, so that those of all launches add up."""
        source = random.Random(seed)
        order = self._order(phase, source, warm_up=index < 0)
        padding = (source.randint(0, MAX_PADDING_BYTES), source.randint(0, MAX_PADDING_BYTES))
        null = phase is Phase.NULL
        arms = {
            "A": (BASELINE, self._baseline, padding[0]),
            "B": (f"{BASELINE}'s copy", self._baseline, padding[1]) if null
            else (CANDIDATE, self._candidate, padding[1]),
        }
        start = time.monotonic()
        results = {letter: self._measure(*arms[letter]) for letter in order}
        seconds = time.monotonic() - start
        launches = []
        for place, name in enumerate(names):
            paired = self._pairs[name]
            theirs = paired.baseline if null else paired.candidate
            baseline = _value(arms["A"][0], results["A"], paired.baseline)
            candidate = _value(arms["B"][0], results["B"], theirs)
            same_unit(name, results["A"].units[paired.baseline], results["B"].units[theirs])
            launches.append(Launch(
                name, phase, index + place, order, (baseline,), (candidate,), padding,
                seconds=seconds / len(names)))
        return launches

    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def close(self) -> None:
        """Nothing outlives a launch: its processes and files end with it, whatever happens."""

    def _order(self, phase: Phase, source: random.Random, *, warm_up: bool) -> str:
        """Of each two launches of a phase the first has a random order, the second the other. The
        warm-up is none of them: no verdict sees it."""
        if self._plan.ab_fixed:
            return "AB"
        drawn = source.choice(("AB", "BA"))  # always drawn: the padding follows from the seed
        if warm_up:
            return drawn
        order = self._due.pop(phase, None)
        if order is None:
            order = drawn
            self._due[phase] = OTHER_ORDER[order]
        return order

    def _measure(self, label: str, command: Command, padding_bytes: int) -> Results:
        """One process from its start to its numbers."""
        with tempfile.TemporaryDirectory(prefix="pragmark-gate-") as scratch:
            out, complaints = Path(scratch, "out.json"), Path(scratch, "stderr")
            self._run(label, command.file_words(str(out)), complaints, padding_bytes)
            if not out.is_file():
                _fail(label, f"wrote no file in place of {OUT}", complaints,
                      "give it the option that names its JSON file")
            if out.stat().st_size == 0:
                _fail(label, f"wrote an empty file in place of {OUT}", complaints,
                      "let its filter match a benchmark")
            results = load_results(
                str(out), self._plan.metric, self._plan.benchmarks, subject=label)
        self._notes.update(dict.fromkeys(results.notes))
        return results

    def _run(
        self, label: str, words: Sequence[str], complaints: Path, padding_bytes: int
    ) -> None:
        """Returns when the process ended well. stderr is a file: no pipe can fill up or be held."""
        with complaints.open("wb") as stderr:
            process = start_process(
                words, cpu=self._plan.cpu, padding_bytes=padding_bytes,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr.fileno())
            try:
                status = process.wait(self._plan.timeout_seconds)
                end_rest(process)
            except subprocess.TimeoutExpired:
                stop_process(process)
                _fail(label, f"did not end within {self._plan.timeout_seconds:g} s", complaints,
                      "measure for less time, or raise --timeout")
            except BaseException:  # Ctrl-C: the process is not left behind
                stop_process(process)
                raise
        if status < 0:
            _fail(label, f"was killed by signal {-status}", complaints, "run the command by hand")
        if status > 0:
            _fail(label, f"ended with exit status {status}", complaints, "run the command by hand")


def _value(label: str, results: Results, benchmark: str) -> float:
    if benchmark not in results.values:
        raise InputError(label, f"it has no benchmark {benchmark} any more, which it had at first",
                         "see why its benchmarks change from run to run")
    return results.values[benchmark]


def _texts(results: Results) -> dict[str, str]:
    return {key: context_text(value) for key, value in results.context.items()}


def _fail(label: str, problem: str, complaints: Path, next_step: str) -> NoReturn:
    """Raises InputError with the last line that the program wrote to stderr."""
    with complaints.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - STDERR_TAIL_BYTES))
        lines = file.read().decode(errors="replace").strip().splitlines()
    said = f' (its last words: "{lines[-1]}")' if lines else ""
    raise InputError(label, f"it {problem}{said}", next_step)
