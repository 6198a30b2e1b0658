"""What a machine of another shape would do: a closed queueing network of one class. Pure.

The requests of N threads need CPU (m cores), the disk for syncs (one queue) and wait for locks
(Lazowska, Zahorjan, Graham, Sevcik, Quantitative System Performance, Prentice-Hall 1984: the
utilisation law and service demands in ch. 3, asymptotic bounds in ch. 5, mean value analysis in
ch. 6). The cores are one queue of m servers by Seidmann's approximation: a queue of demand D/m and a
delay of D(m-1)/m. Writers exclude each other, which is a bound of its own: no more writes than fit
into the time that each holds the lock.

The syncs of a checkpoint are no queue: one thread makes it, the others go on and write into a WAL that
grows, and no second checkpoint begins meanwhile. So however slow the disk, they cost at most one of
the threads.
"""

from __future__ import annotations

from dataclasses import dataclass

CPU, SYNCS, LOCK, THREADS, READS = "CPU", "syncs", "writer lock", "threads", "reads from disk"


@dataclass(frozen=True)
class Demands:
    """Of one request of the mix, in seconds."""

    cpu: float
    sync: float  # of the disk, for syncs of commits: they queue
    lock: float  # that it holds the writer lock, over all requests: readers hold none
    wait: float = 0.0  # asleep for a lock
    reads: float = 0.0  # waiting for pages from disk; reads overlap
    away: float = 0.0  # syncs of checkpoints, in which one thread is away


@dataclass(frozen=True)
class Prediction:
    throughput: float  # requests per second
    binding: str


def predict(demands: Demands, threads: int, cores: int) -> Prediction:
    """Throughput of a closed loop, and what limits it.

    REQUIRES: threads >= 1, cores >= 1, demands.cpu > 0.
    """
    queues = {CPU: demands.cpu / cores, SYNCS: demands.sync}
    delays = demands.cpu * (cores - 1) / cores + demands.wait + demands.reads
    found = _with_one_away(list(queues.values()), delays, threads, demands.away)
    limits = {resource: 1.0 / demand for resource, demand in queues.items() if demand > 0}
    if demands.lock > 0:
        limits[LOCK] = 1.0 / demands.lock
        found = min(found, limits[LOCK])
    # A request that meets nobody.
    alone = sum(queues.values()) + delays + (demands.away if threads == 1 else 0.0)
    limits[READS if demands.reads * 2 > alone else THREADS] = threads / alone
    return Prediction(found, min(limits, key=lambda resource: limits[resource]))


def _with_one_away(queues: list[float], delay: float, threads: int, away: float) -> float:
    """Throughput when one thread is in a checkpoint's sync for the share min(1, X away) of the
    time; alone it is a delay like any other."""
    if threads == 1:
        return _mean_values(queues, delay + away, 1)
    all_there, one_away = (_mean_values(queues, delay, n) for n in (threads, threads - 1))
    # X = all_there - (all_there - one_away) X away, as long as that share is below 1.
    found = all_there / (1.0 + (all_there - one_away) * away)
    return max(found, one_away)


def _mean_values(queues: list[float], delay: float, customers: int) -> float:
    """Throughput by exact mean value analysis: each arrival sees the queues of one customer fewer."""
    lengths = [0.0] * len(queues)
    throughput = 0.0
    for number in range(1, customers + 1):
        times = [demand * (1.0 + length) for demand, length in zip(queues, lengths)]
        throughput = number / (delay + sum(times))
        lengths = [throughput * time for time in times]
    return throughput
