"""One process of an arm that serves slices: started, asked, and ended, whatever happens.

Everything that it does wrong becomes an InputError that names the arm and, where the program wrote
one, the last line of its stderr. Only processes that were started here are ever ended here.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from pragmark_report.errors import EnvironmentRefusal, InputError

from . import protocol
from .start import END_GRACE_SECONDS, end_process, start_process, stop_process

LONGEST_ANSWER_BYTES = 4 << 20  # `ready` lists every benchmark of a large matrix
STDERR_TAIL_BYTES = 4096
CHUNK_BYTES = 65536
UNASKED = "wrote an answer that nobody asked for"

T = TypeVar("T")


class Arm:
    """A live process that answers one request at a time."""

    def __init__(
        self, label: str, words: Sequence[str], *, cpu: int | None, padding_bytes: int,
        timeout_seconds: float,
    ) -> None:
        self.label = label
        self._timeout_seconds = timeout_seconds
        self._received = b""
        self._complaints = b""
        self._process = start_process(
            words, cpu=cpu, padding_bytes=padding_bytes, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._streams = select.poll()
        for stream in (self._process.stdout, self._process.stderr):
            self._streams.register(stream, select.POLLIN)

    def ready(self) -> protocol.Ready:
        return self._checked(protocol.ready, self._answer("ready"))

    def open(self, benchmark: str, *, operations: int, threads: int, slices: int,
             busy_loop_ns: float = 0.0) -> int:
        """Returns the operations of a slice, rounded up to a multiple of the threads."""
        self._send({"say": "open", "benchmark": benchmark, "operations": operations,
                    "slices": slices, "busy_loop_ns": busy_loop_ns})
        return self._checked(protocol.opened, self._answer("opened"), operations, threads)

    def slice(self, operations: int) -> protocol.Slice:
        self._send({"say": "slice"})
        return self._checked(protocol.slice_answer, self._answer("slice"), operations)

    def close(self) -> protocol.Closed:
        """Ends a benchmark, not the process."""
        self._send({"say": "close"})
        return self._checked(protocol.closed, self._answer("closed"))

    def finish(self) -> None:
        """The end of a process that did all it was asked: status 0, and nothing more to say."""
        self._process.stdin.close()
        deadline = time.monotonic() + END_GRACE_SECONDS
        try:
            while self._read_some(deadline):
                pass
        except TimeoutError:
            self._give_up()
            self._fail("did not end after its work", "see what it waits for")
        status = end_process(self._process)
        self._read_last_complaints()
        if self._received:
            self._fail(UNASKED, "see its slice mode")
        self._close_pipes()
        if status != 0:
            self._fail(f"{_how_it_ended(status)} after its work", "run the command by hand")

    def abort(self, grace_seconds: float | None = None) -> None:
        """Ends the process in whatever state it is. It may be called twice.

        The end of its input lets it remove its scratch; what does not listen is forced.
        """
        if not self._process.stdin.closed:
            self._process.stdin.close()
        end_process(self._process, grace_seconds)
        self._close_pipes()

    def _give_up(self) -> None:
        """It hangs: waiting for it to see the end of its input would be in vain."""
        stop_process(self._process)
        self.abort()

    def _send(self, request: Mapping[str, Any]) -> None:
        """A line that came since the last answer would be taken for the answer to this request."""
        if any(self._process.stdout.fileno() == descriptor and event & select.POLLIN
               for descriptor, event in self._streams.poll(0)):
            self._fail(UNASKED, "see its slice mode")
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        except BrokenPipeError:
            return  # it ended: reading its last words says how

    def _answer(self, expected: str) -> dict[str, Any]:
        """The next line. A second one behind it was not asked for."""
        deadline = time.monotonic() + self._timeout_seconds
        while b"\n" not in self._received:
            try:
                alive = self._read_some(deadline)
            except TimeoutError:
                self._give_up()
                self._fail(f"gave no answer within {self._timeout_seconds:g} s",
                           "see what it waits for")
            if not alive:
                status = end_process(self._process)
                self._read_last_complaints()
                self._fail(f"{_how_it_ended(status)} without an answer", "run the command by hand")
            if len(self._received) > LONGEST_ANSWER_BYTES:
                self._fail("gave an answer without an end", "see its slice mode")
        line, _, self._received = self._received.partition(b"\n")
        if self._received:
            self._fail(UNASKED, "see its slice mode")
        return self._checked(protocol.decode, line, expected)

    def _checked(self, check: Callable[..., T], *arguments: object) -> T:
        try:
            return check(*arguments)
        except protocol.ErrorAnswer as error:
            if error.environment:
                self._fail(f"failed: {error}", "the machine refused it", EnvironmentRefusal)
            self._fail(f"failed: {error}", "run the command by hand")
        except protocol.ProtocolError as error:
            self._fail(str(error), "use programs of one build")

    def _read_some(self, deadline: float) -> bool:
        """Waits for either stream and keeps what came. False: stdout has ended."""
        wait_seconds = deadline - time.monotonic()
        ready = self._streams.poll(max(0.0, wait_seconds) * 1000.0)
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

    def _read_last_complaints(self) -> None:
        """What is in the pipe now; a grandchild may hold its other end open for ever."""
        os.set_blocking(self._process.stderr.fileno(), False)
        try:
            while chunk := os.read(self._process.stderr.fileno(), CHUNK_BYTES):
                self._complaints = (self._complaints + chunk)[-STDERR_TAIL_BYTES:]
        except BlockingIOError:
            return

    def _close_pipes(self) -> None:
        for stream in (self._process.stdout, self._process.stderr):
            stream.close()

    def _fail(
        self, problem: str, next_step: str, kind: type[InputError] = InputError
    ) -> NoReturn:
        lines = self._complaints.decode(errors="replace").strip().splitlines()
        said = f' (its last words: "{lines[-1]}")' if lines else ""
        raise kind(f"the {self.label}", f"it {problem}{said}", next_step)


def _how_it_ended(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
