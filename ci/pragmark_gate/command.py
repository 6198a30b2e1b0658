"""A command as a user gives it, and what the gate starts for it.

No shell reads it. `{out}` stands for the file that the program shall write; pragmark's own bench
needs none, because it serves slices over a pipe.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from dataclasses import dataclass

from pragmark_report.errors import InputError

from .model import Pairing

OUT = "{out}"
OUT_OPTION = "--out"
SLICES_OPTION = "--slices"
BENCH = "pragmark-bench"
FRONT_DOOR = ("pragmark", "bench")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
SHELL_WORDS = frozenset({"|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "2>&1"})


@dataclass(frozen=True)
class Command:
    """The words of a command. `option` is where it came from, for messages."""

    option: str
    given: str
    words: tuple[str, ...]
    is_bench: bool  # pragmark's bench, which has slices

    def slice_words(self) -> tuple[str, ...]:
        """What serves slices: the same benchmarks, without the file. REQUIRES: is_bench."""
        words = _without_out(self.words)
        if any(OUT in word for word in words):
            raise InputError(self.option, f"slices write no file, but {OUT} is used beside --out",
                             f"drop it, or take --pairing {Pairing.PROCESSES.value}")
        return words if SLICES_OPTION in words else (*words, SLICES_OPTION)

    def file_words(self, path: str) -> tuple[str, ...]:
        """What writes its results to the file."""
        words = self.words
        if self.is_bench and not any(OUT in word for word in words):
            words = (*words, OUT_OPTION, OUT)
        return tuple(word.replace(OUT, path) for word in words)


def parse(given: str, option: str) -> Command:
    """Refuses what cannot be started, or could not tell the gate anything."""
    words = _split(given, option)
    program = _program(words)
    for place in (0, program):
        if place == len(words) or shutil.which(words[place]) is None:
            missing = words[min(place, len(words) - 1)]
            raise InputError(option, f"{missing}: no such program",
                             "check the path or build it first")
    is_bench = _is_bench(words[program:])
    if not is_bench and not any(OUT in word for word in words):
        raise InputError(
            option, f"the command has no {OUT}, so the gate cannot read what it measured",
            f"add the option that names its JSON file, as in --benchmark_out={OUT}")
    return Command(option, given, words, is_bench)


def pairing_of(baseline: Command, candidate: Command, asked: Pairing | None) -> Pairing:
    """Slices where both sides can: their launches see the most in the same time."""
    both = baseline.is_bench and candidate.is_bench
    if asked is Pairing.SLICES and not both:
        other = candidate if baseline.is_bench else baseline
        raise InputError(other.option, "only pragmark bench serves slices",
                         f"take --pairing {Pairing.PROCESSES.value}")
    return asked or (Pairing.SLICES if both else Pairing.PROCESSES)


def _split(given: str, option: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(given))
    except ValueError as error:
        raise InputError(option, f"{str(error).lower()} in: {given}",
                         "balance the quotes") from None
    if not words:
        raise InputError(option, "the command is empty",
                         "give the command that runs the benchmarks")
    if ASSIGNMENT.match(words[0]):
        raise InputError(option, f"{words[0]}: no shell reads the command",
                         "write env before the assignment")
    if shell := next((word for word in words if word in SHELL_WORDS), None):
        raise InputError(option, f"{shell}: no shell reads the command",
                         "wrap it, as in sh -c 'COMMAND'")
    return words


def _program(words: tuple[str, ...]) -> int:
    """Where the program stands: after `env NAME=VALUE..`, which chooses a library, or first."""
    place = 0
    if os.path.basename(words[0]) == "env":
        place = 1
        while place < len(words) and ASSIGNMENT.match(words[place]):
            place += 1
        if place < len(words) and words[place].startswith("-"):
            return 0  # env's own options: the program is not ours to find
    return place


def _is_bench(words: tuple[str, ...]) -> bool:
    name = os.path.basename(words[0])
    return name == BENCH or (name, *words[1:2]) == FRONT_DOOR


def _without_out(words: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    for word in words:
        if word == OUT and kept and kept[-1] == OUT_OPTION:
            kept.pop()
        elif word != f"{OUT_OPTION}={OUT}":
            kept.append(word)
    return tuple(kept)
