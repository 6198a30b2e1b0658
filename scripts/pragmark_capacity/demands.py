"""What one request needed in a step: the operational quantities, by division. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Step
from .protocol import Ready


@dataclass(frozen=True)
class Measured:
    """Of one step in a closed loop, each a mean over its requests."""

    throughput: float
    cpu_s: float
    syncs: float
    sync_s: float
    written_bytes: float
    read_bytes: float
    wait_s: float  # asleep for a lock
    lock_s: float  # holding the writer lock
    syncs_per_write: float


def of_step(step: Step, ready: Ready) -> Measured:
    """REQUIRES: something was answered."""
    requests = step["succeeded"] + step["failed"]["timed_out"]
    if requests <= 0:
        raise ValueError("a step without an answer has no demands")
    io = step["io"]
    writing = {each.name for each in ready.operations if each.writes}
    writes = sum(each["succeeded"] for name, each in step["operations"].items() if name in writing)
    write_cpu_s = sum(
        each["succeeded"] * (each.get("cpu_us_mean") or 0.0) * 1e-6
        for name, each in step["operations"].items() if name in writing)
    syncs_per_write = io["syncs"] / writes if writes else 0.0
    # A sync of a commit is inside the lock, that of a checkpoint is not.
    inside = io["sync_seconds"] if syncs_per_write >= 0.5 else 0.0
    return Measured(
        step["answered_per_second"], step["cpu_seconds"] / requests, io["syncs"] / requests,
        io["sync_seconds"] / requests, (io["wal_bytes"] + io["main_bytes"]) / requests,
        io["read_bytes"] / requests, (step.get("lock_wait_seconds") or 0.0) / requests,
        (write_cpu_s + inside) / requests, syncs_per_write)
