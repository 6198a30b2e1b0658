"""The theoretical limit of a disk, in requests per second; each number has its formula beside it.

The measurements write what a request writes, without SQLite: into a file of the length that the WAL
had, from its beginning again when it is full, as a WAL is. The loops run in Python; what a call
costs here without any bytes is measured too and shown.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS = 1.0  # of each loop
CHUNK_BYTES = 64 * 1024 * 1024
CHUNKS = 4
FEWEST_SYNCS = 20
NO_TIME_S = 1e-9


@dataclass(frozen=True)
class Bytes:
    """What one write costs, counted by the counting VFS."""

    wal_per_write: float
    main_per_write: float
    wal_max: int


@dataclass(frozen=True)
class Disk:
    """One measurement of the disk."""

    append_us: float  # pwrite of the WAL bytes of one request into the page cache
    empty_call_us: float  # the same call with no bytes
    bandwidth_bytes_per_s: float
    synced_append_us: float  # median of pwrite and fdatasync


@dataclass(frozen=True)
class Limit:
    """A bound and how it comes about."""

    name: str
    formula: str
    requests_per_s: tuple[float, ...]  # one for each measurement


def measure(directory: Path, size: Bytes) -> Disk:
    """Measures in a scratch file of its own, which is gone afterwards."""
    length = max(1, round(size.wal_per_write))
    with tempfile.TemporaryFile(dir=directory, prefix="pragmark-profile-") as file:
        descriptor = file.fileno()
        data = os.urandom(length)
        slots = max(1, size.wal_max // length)
        for slot in range(slots):  # the blocks are allocated before the clock, as the WAL's are
            os.pwrite(descriptor, data, slot * length)
        append = per_call_s(descriptor, data, slots)
        empty = per_call_s(descriptor, b"", slots)
        os.fdatasync(descriptor)
        synced = synced_s(descriptor, data, slots)
        bandwidth = bandwidth_bytes_per_s(descriptor)
    return Disk(append * 1e6, empty * 1e6, bandwidth, synced * 1e6)


def per_call_s(descriptor: int, data: bytes, slots: int) -> float:
    """Seconds that a pwrite takes; the mean, since the kernel's bursts of work belong to it."""
    length, calls, slot = len(data), 0, 0
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < SECONDS:
        for _ in range(256):
            os.pwrite(descriptor, data, slot * length)
            slot = slot + 1 if slot + 1 < slots else 0
        calls += 256
    return elapsed / calls


def synced_s(descriptor: int, data: bytes, slots: int) -> float:
    """The median of a pwrite with its fdatasync."""
    taken = []
    end = time.perf_counter() + SECONDS
    while len(taken) < FEWEST_SYNCS or time.perf_counter() < end:
        start = time.perf_counter()
        os.pwrite(descriptor, data, len(taken) % slots * len(data))
        os.fdatasync(descriptor)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def bandwidth_bytes_per_s(descriptor: int) -> float:
    """The median over chunks, each written and synced, over blocks that are allocated."""
    chunk = os.urandom(CHUNK_BYTES)
    rates = []
    for index in range(2 * CHUNKS):
        start = time.perf_counter()
        written = 0
        while written < CHUNK_BYTES:
            written += os.pwrite(descriptor, memoryview(chunk)[written:],
                                 index % CHUNKS * CHUNK_BYTES + written)
        os.fdatasync(descriptor)
        rates.append(CHUNK_BYTES / (time.perf_counter() - start))
    return statistics.median(rates[CHUNKS:])


def limits(size: Bytes, measured: tuple[Disk, ...]) -> tuple[Limit, ...]:
    """The bounds for requests that write so many bytes. Pure."""
    bytes_per_write = size.wal_per_write + size.main_per_write
    return (
        Limit("page cache", f"1 / time of pwrite({size.wal_per_write:.0f} bytes), not synced",
              tuple(1e6 / max(disk.append_us, NO_TIME_S) for disk in measured)),
        Limit("bandwidth of the disk",
              f"bandwidth with fdatasync / ({size.wal_per_write:.0f} bytes to the WAL + "
              f"{size.main_per_write:.0f} bytes to the database by checkpoints)",
              tuple(disk.bandwidth_bytes_per_s / bytes_per_write for disk in measured)),
        Limit("one sync per request (power-safe)",
              f"1 / median time of pwrite({size.wal_per_write:.0f} bytes) and fdatasync",
              tuple(1e6 / max(disk.synced_append_us, NO_TIME_S) for disk in measured)),
    )
