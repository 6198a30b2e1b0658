"""Starting a process of an arm: on one core, with a random size of environment, in its own group.

The size of the environment moves the stack, and with it what shares a cache line: the same
program differs by a percent or two from that alone. A new size for each process turns this bias
into noise that the launches average out. A group of its own lets Ctrl-C reach the gate alone,
which then ends what it started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pragmark_report.errors import InputError

PADDING_VARIABLE = "PRAGMARK_PADDING"
REST_POLL_SECONDS = 0.005
END_GRACE_SECONDS = 5.0  # from one way of ending a process to the next, rougher one


def default_cpu() -> int:
    """The last core that we may use: the first ones serve more interrupts."""
    return max(os.sched_getaffinity(0))


def check_cpu(cpu: int | None) -> None:
    """Refuses a core that we may not use before anything is started on it."""
    allowed = os.sched_getaffinity(0)
    if cpu is not None and cpu not in allowed:
        cores = ", ".join(str(core) for core in sorted(allowed))
        raise InputError(f"--cpu {cpu}", "this process may not use that core",
                         f"take one of {cores}")


@contextmanager
def pinned(cpu: int | None) -> Iterator[None]:
    """What is started inside inherits the core. No code runs in the child: threads do no harm."""
    if cpu is None:
        yield
        return
    check_cpu(cpu)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def padded_environment(padding_bytes: int) -> dict[str, str]:
    return {**os.environ, PADDING_VARIABLE: "x" * padding_bytes}


def start_process(
    words: Sequence[str], *, cpu: int | None, padding_bytes: int, **streams: int
) -> subprocess.Popen:
    """`streams` are stdin, stdout and stderr as subprocess takes them.

    REQUIRES: the caller ends the process with end_process() or stop_process().
    """
    try:
        with pinned(cpu):
            return subprocess.Popen(
                list(words), env=padded_environment(padding_bytes), start_new_session=True,
                bufsize=0, **streams
            )
    except OSError as error:
        raise InputError(words[0], f"it cannot be started: {error.strerror}",
                         "check the path and that it is executable") from None


def end_process(process: subprocess.Popen, grace_seconds: float | None = None) -> int:
    """Waits, then asks its whole group, then forces it. Returns the exit status.

    ENSURES: nothing of its group is at work any more.
    """
    grace = END_GRACE_SECONDS if grace_seconds is None else grace_seconds
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            _signal_group(process, number)
        try:
            process.wait(grace if number is not signal.SIGKILL else None)
            break
        except subprocess.TimeoutExpired:
            continue
    end_rest(process)
    return process.wait()


def end_rest(process: subprocess.Popen) -> None:
    """Ends what the process started and left in its group: a shell dies before what it runs.

    They may be removing their scratch, so they have time first. A number stays the group's as long
    as the group has a member. REQUIRES: the process was waited for.
    """
    for number in (0, signal.SIGTERM, signal.SIGKILL):  # 0 only asks whether there is one
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + END_GRACE_SECONDS
        while _is_at_work(process.pid) and time.monotonic() < deadline:
            time.sleep(REST_POLL_SECONDS)


def _is_at_work(group: int) -> bool:
    """Whether it has a member that does not only wait for its parent to read its status."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, owner = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:  # it has just ended
            continue
        if int(owner) == group and state not in "ZX":
            return True
    return False


def stop_process(process: subprocess.Popen) -> int:
    """Asks its group to end, so that it can remove its own scratch, and forces what will not."""
    _signal_group(process, signal.SIGTERM)
    return end_process(process)


def _signal_group(process: subprocess.Popen, number: int) -> None:
    """The group is ours as long as its leader was not waited for: its id cannot be another's."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
