"""Launches in slices: both processes live at once, and take turns at slices of fixed work.

A launch is a fresh process of each arm on the same core, each with its own database. Both open the
benchmark, do one slice that is discarded, then `rounds` slices each in ABBA order. Whatever the
machine does for longer than two slices does it to both.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pragmark_drive.arm import Arm
from pragmark_drive.protocol import Ready, Slice
from pragmark_drive.start import check_cpu
from pragmark_report.errors import InputError

from . import names
from .command import Command
from .design import LaunchDesign, launch_design, launch_seed
from .model import Launch, Pairing, Phase
from .runner import Plan
from .sizing import Sizing, find_sizing, shortened_note
from .transcript import Transcript, check_metric, check_same_work

BUILD_TYPE, RELEASE = "pragmark_build_type", "Release"
WARM_UP_SLICES = 1
ARMS = "AB"  # the baseline and the candidate, as in Launch.order


@dataclass(frozen=True)
class Side:
    """One arm of one launch before it is started."""

    label: str
    words: tuple[str, ...]
    benchmark: str  # as this side calls it
    busy_loop_ns: float
    padding_bytes: int


class SliceRunner:
    """Runs `pragmark bench --slices` on both sides. See runner.Runner for the contract."""

    pairing = Pairing.SLICES

    def __init__(self, plan: Plan, baseline: Command, candidate: Command) -> None:
        check_metric(plan.metric)
        check_cpu(plan.cpu)
        self._plan = plan
        self._words = (baseline.slice_words(), candidate.slice_words())
        self._pairs: dict[str, names.PairedName] = {}
        self._sizings: dict[str, Sizing] = {}
        self._ready: tuple[Ready, ...] = ()
        self._notes: dict[str, None] = {}  # in order, each once
        self._live: list[Arm] = []

    def benchmarks(self) -> tuple[str, ...]:
        """Asks both sides what they have, and finds how many operations make a slice."""
        if not self._ready:
            try:
                self._try_out()
            except BaseException:
                self.close()
                raise
        return tuple(self._pairs)

    def pairs(self) -> tuple[names.PairedName, ...]:
        return tuple(self._pairs.values())

    def contexts(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        baseline, candidate = self._ready
        return baseline.context, candidate.context

    def launch(
        self, benchmark_names: Sequence[str], phase: Phase, index: int, seed: int
    ) -> list[Launch]:
        return [
            self._launch(name, phase, index + place, launch_seed(seed, place))
            for place, name in enumerate(benchmark_names)
        ]

    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def close(self) -> None:
        while self._live:
            self._live.pop().abort()

    def _try_out(self) -> None:
        baseline = self._start("baseline", self._words[0], 0)
        ours = _release(baseline, baseline.ready())
        candidate = self._start("candidate", self._words[1], 0)
        theirs = _release(candidate, candidate.ready())
        pairs = names.pair(tuple(ours.threads), tuple(theirs.threads), self._plan.benchmarks)
        for pair in pairs:
            threads = ours.threads[pair.baseline]
            if theirs.threads[pair.candidate] != threads:
                raise InputError(pair.name, "the sides use different numbers of threads",
                                 "give both the same --threads")
            sizing = find_sizing((baseline, candidate), pair, threads, self._plan.slice_seconds)
            self._sizings[pair.name] = sizing
            if sizing.shortened:
                self._notes[shortened_note(pair.name, sizing)] = None
        self._finish(baseline)
        self._finish(candidate)
        self._pairs = {pair.name: pair for pair in pairs}
        self._ready = (ours, theirs)

    def _start(self, label: str, words: Sequence[str], padding_bytes: int) -> Arm:
        arm = Arm(label, words, cpu=self._plan.cpu, padding_bytes=padding_bytes,
                  timeout_seconds=self._plan.timeout_seconds)
        self._live.append(arm)
        return arm

    def _finish(self, arm: Arm) -> None:
        arm.finish()
        self._live.remove(arm)

    def _launch(self, name: str, phase: Phase, index: int, seed: int) -> Launch:
        started = time.monotonic()
        design = launch_design(seed, self._plan.rounds, fixed=self._plan.ab_fixed)
        try:
            ours, theirs = self._alternate(name, self._sides(name, phase, index, design), design)
        except BaseException:  # Ctrl-C too: nothing that was started may outlive the gate
            self.close()
            raise
        if note := check_same_work(name, ours, theirs):
            self._notes[note] = None
        our_counts, their_counts = ours.counts(), theirs.counts()
        return Launch(
            name, phase, index, design.order,
            ours.values(name, self._plan.metric), theirs.values(name, self._plan.metric),
            design.padding_bytes,
            {count: (our_counts[count], their_counts[count]) for count in our_counts},
            time.monotonic() - started,
        )

    def _sides(self, name: str, phase: Phase, index: int, design: LaunchDesign) -> dict[str, Side]:
        pair, where = self._pairs[name], f"on {name}, {_launch_word(index)}"
        ours = Side(f"baseline {where}", self._words[0], pair.baseline, 0.0,
                    design.padding_bytes[0])
        if phase is Phase.NULL:
            theirs = Side(f"baseline's copy {where}", self._words[0], pair.baseline, 0.0,
                          design.padding_bytes[1])
        else:
            theirs = Side(f"candidate {where}", self._words[1], pair.candidate,
                          self._sizings[name].busy_loop_ns(self._plan.planted),
                          design.padding_bytes[1])
        return dict(zip(ARMS, (ours, theirs)))

    def _alternate(
        self, name: str, sides: Mapping[str, Side], design: LaunchDesign
    ) -> tuple[Transcript, Transcript]:
        """Both arms start before either opens, so that no start-up falls into a slice."""
        sizing, starting = self._sizings[name], sorted(ARMS, key=lambda arm: arm != design.first)
        arms = {letter: self._start(sides[letter].label, sides[letter].words,
                                    sides[letter].padding_bytes) for letter in starting}
        for letter in starting:
            _check_still_there(arms[letter], arms[letter].ready(), sides[letter], sizing)
        for letter in starting:
            arms[letter].open(
                sides[letter].benchmark, operations=sizing.operations, threads=sizing.threads,
                slices=WARM_UP_SLICES + self._plan.rounds, busy_loop_ns=sides[letter].busy_loop_ns)
        warm_ups = {letter: arms[letter].slice(sizing.operations) for letter in starting}
        slices: dict[str, list[Slice]] = {letter: [] for letter in ARMS}
        for letter in design.order:
            slices[letter].append(arms[letter].slice(sizing.operations))
        closed = {letter: arms[letter].close() for letter in starting}
        for letter in starting:
            self._finish(arms[letter])
        ours, theirs = (Transcript(warm_ups[letter], tuple(slices[letter]), closed[letter])
                        for letter in ARMS)
        return ours, theirs


def _release(arm: Arm, ready: Ready) -> Ready:
    """A Debug build measures its assertions."""
    build = ready.context.get(BUILD_TYPE)
    if build != RELEASE:
        raise InputError(f"the {arm.label}",
                         f"its build type is {build or 'unknown'}, not {RELEASE}",
                         "build it with -DCMAKE_BUILD_TYPE=Release")
    return ready


def _check_still_there(arm: Arm, ready: Ready, side: Side, sizing: Sizing) -> None:
    """A program that changes while the gate runs (a build over it) is noticed here."""
    if ready.threads.get(side.benchmark) != sizing.threads:
        raise InputError(f"the {arm.label}",
                         "it no longer offers the benchmark that it had at first",
                         "leave the programs alone while the gate runs")


def _launch_word(index: int) -> str:
    """The warm-up has no index: no verdict sees it."""
    return f"launch {index}" if index >= 0 else "warm-up"
