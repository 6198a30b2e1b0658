"""One process of pragmark load: started, asked for steps, and ended, whatever happens.

Everything that it does wrong becomes an InputError with the last line of its stderr. A refusal of
the machine (a full disk) is an EnvironmentRefusal, a wrong answer of the database a WrongAnswer.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pragmark_drive.start import end_process, start_process
from pragmark_report.errors import EnvironmentRefusal, InputError

from . import protocol
from .model import Request

LOAD = "pragmark-load"
READY_SECONDS = 600.0  # rows are loaded before it is ready
SPARE_SECONDS = 120.0  # of a step: a fresh copy before it, the checks after it
FILL_SECONDS_PER_ROW, CHECK_SECONDS_PER_ROW = 1e-3, 1e-4  # at the slowest; they come on top
LONGEST_ANSWER_BYTES = 64 << 20
STDERR_TAIL_BYTES = 4096
CHUNK_BYTES = 65536
REMOVAL_SECONDS = 300.0  # for gigabytes of scratch on a slow disk, before the program is killed
BAD_USAGE, ENVIRONMENT = 2, 3  # exit statuses of the program

T = TypeVar("T")


class WrongAnswer(InputError):
    """The database or an answer was wrong. There is no figure, and it is nobody's input."""


def find_load(given: str) -> Path:
    """The program named; else the one that lies where this package was built or installed."""
    if given:
        found = shutil.which(given)
        if found is None:
            raise InputError(f"--load {given}", "no such program", "check the path or build it")
        return Path(found)
    here = Path(__file__).absolute()
    # share/pragmark/scripts/pragmark_capacity/ beside bin/; or scripts/ of the source tree.
    places = [above / "bin" for above in here.parents[4:5]] + [here.parents[2] / "build" / "bin"]
    for place in places:
        if (place / LOAD).is_file():
            return place / LOAD
    found = shutil.which(LOAD)
    if found is None:
        raise InputError(LOAD, "it is not found", "build it with scripts/run.sh, or name it with "
                                                  "--load")
    return Path(found)


class LoadProgram:
    """A live process that runs one step at a time."""

    def __init__(self, words: Sequence[str]) -> None:
        self._received = b""
        self._complaints = b""
        self._at_work = True  # until it has answered
        self._spare_seconds = SPARE_SECONDS
        self._process = start_process(words, cpu=None, padding_bytes=0, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._streams = select.poll()
        for stream in (self._process.stdout, self._process.stderr):
            self._streams.register(stream, select.POLLIN)

    def ready(self, rows: int) -> protocol.Ready:
        """`rows`: those that it fills a database with first."""
        ready = self._checked(protocol.ready,
                              self._answer(READY_SECONDS + rows * FILL_SECONDS_PER_ROW))
        self._spare_seconds = SPARE_SECONDS + rows * CHECK_SECONDS_PER_ROW
        self._at_work = False
        return ready

    def step(self, request: Request) -> dict[str, Any]:
        limit = (request.seconds + request.warmup_seconds + request.timeout_ms / 1000.0
                 + self._spare_seconds)
        try:
            self._process.stdin.write(json.dumps(request.message()).encode() + b"\n")
        except BrokenPipeError:
            pass  # it ended: its last words say how
        self._at_work = True
        while (answer := self._answer(limit)).get("say") == "progress":
            pass
        self._at_work = False
        return self._checked(protocol.result, answer)

    def close(self) -> None:
        """The end of its input is its end; one in the middle of a step is asked to stop. Asked once:
        it does not catch a second signal, and would leave its scratch. It may be called twice."""
        if not self._process.stdin.closed:
            self._process.stdin.close()
        if self._at_work and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(REMOVAL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        end_process(self._process)
        for stream in (self._process.stdout, self._process.stderr):
            stream.close()

    def _answer(self, limit_seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + limit_seconds
        while b"\n" not in self._received:
            try:
                alive = self._read_some(deadline)
            except TimeoutError:
                self._fail(f"gave no answer within {limit_seconds:g} s", "see what it waits for")
            if not alive:
                self._ended(end_process(self._process))
            if len(self._received) > LONGEST_ANSWER_BYTES:
                self._fail("gave an answer without an end", "see `pragmark load`")
        line, _, self._received = self._received.partition(b"\n")
        return self._checked(protocol.decode, line)

    def _checked(self, check: Callable[..., T], *arguments: object) -> T:
        try:
            return check(*arguments)
        except protocol.ErrorAnswer as error:
            if error.environment:
                raise EnvironmentRefusal("pragmark load", str(error),
                                         "nothing was written; make room, or give another --dir"
                                         ) from None
            raise WrongAnswer("pragmark load", str(error), "no figure of this run counts") from None
        except protocol.ProtocolError as error:
            self._fail(str(error), "see whether it is of the same version of pragmark")

    def _read_some(self, deadline: float) -> bool:
        """Waits for either stream and keeps what came. False: stdout has ended."""
        ready = self._streams.poll(max(0.0, deadline - time.monotonic()) * 1000.0)
        if not ready:
            raise TimeoutError
        for descriptor, _ in ready:
            chunk = os.read(descriptor, CHUNK_BYTES)
            if descriptor == self._process.stderr.fileno():
                self._complaints = (self._complaints + chunk)[-STDERR_TAIL_BYTES:]
                if not chunk:
                    self._streams.unregister(descriptor)
            elif chunk:
                self._received += chunk
            else:
                return False
        return True

    def _ended(self, status: int) -> NoReturn:
        os.set_blocking(self._process.stderr.fileno(), False)
        try:
            while chunk := os.read(self._process.stderr.fileno(), CHUNK_BYTES):
                self._complaints = (self._complaints + chunk)[-STDERR_TAIL_BYTES:]
        except BlockingIOError:
            pass
        said = self._last_words()
        if status == BAD_USAGE and said:  # its own line names the option and the next step
            raise InputError("pragmark load refuses", said.removeprefix("pragmark load: "),
                             "put the option right")
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        if status == ENVIRONMENT:
            raise EnvironmentRefusal("pragmark load", said or how, "nothing was written")
        self._fail(f"{how} without an answer", "run `pragmark load` by hand")

    def _last_words(self) -> str:
        lines = self._complaints.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _fail(self, problem: str, next_step: str) -> NoReturn:
        said = self._last_words()
        words = f' (its last words: "{said}")' if said else ""
        raise EnvironmentRefusal("pragmark load", f"it {problem}{words}", next_step)
