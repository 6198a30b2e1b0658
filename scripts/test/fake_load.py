"""A program that speaks pragmark-load/1 and measures nothing: its answers are computed.

usage: fake_load.py [--fault=NAME].. [--log=FILE] [options of pragmark load]

The machine that it plays has CAPACITY requests/s with all threads, latencies that grow as in a queue,
noise that is seeded by each step, and a stall in some. A fault breaks the protocol in one way.
In-process the class is a test double for engine.LoadProgram, with a clock of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import signal
import sys
import time

from pragmark_drive import steal

CAPACITY = 12_000.0  # requests/s at the best
SERIAL, COHERENCY = 0.12, 0.004  # of the law over threads
P50_US, P99_US = 60.0, 600.0  # with nobody waiting
NOISE = 0.10  # sigma of ln(latency), from step to step
STALLED_SHARE = 0.03  # of the steps
WRITE_CPU_US, READ_CPU_US = 120.0, 35.0
SYNC_US, SYNCS_PER_WRITE = 900.0, 0.02
HANG_SECONDS = 600
LONG_SECONDS = 5.0
MINUTE_SECONDS = 60.0


class Clock:
    """Moves only when a step moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class FakeLoad:
    """`behaviour` has: capacity, noise, stalled, floor_us (p99 never below), long (factor of p99
    in long steps), drift (share that a soak's p99 gains), steal, overrun (seconds that antagonists
    work longer than asked), silencing (the kind beside which nothing is answered), one_core,
    delayed and small (factors of the shapes that a forecast holds out),
    own_queue (the strategy does not tell waits for locks)."""

    def __init__(self, words: list[str], clock: Clock | None = None, **behaviour: object) -> None:
        self.options = load_options(words)
        self.clock = clock or Clock()
        self.behaviour = behaviour
        self.closed = False

    def of(self, name: str, default: float) -> float:
        return float(self.behaviour.get(name, default))

    def shares(self) -> dict[str, float]:
        given = dict(part.split("=") for part in self.options.mix.split(","))
        total = sum(float(share) for share in given.values())
        return {name: float(share) / total for name, share in given.items()}

    def write_share(self) -> float:
        return sum(share for name, share in self.shares().items()
                   if name in ("write", "update", "insert_document"))

    def capacity(self) -> float:
        n, cores = self.options.threads, self.options.cpus or 2
        top = self.of("capacity", CAPACITY)

        def law(threads: float) -> float:
            return threads / (1 + SERIAL * (threads - 1) + COHERENCY * threads * (threads - 1))

        delay_us = self.options.sync_delay_us * self.of("delayed", 1.0)
        slower = 1.0 + delay_us * self.write_share() * SYNCS_PER_WRITE / 300.0
        if "cache_size=-512" in self.options.pragmas:
            slower *= self.of("small", 1.0)
        cached = 1.15 if "cache_size=1" in self.options.pragmas else 1.0
        return top * law(n) / law(10) * (self.of("one_core", 0.55) if cores == 1 else 1.0) / slower / cached

    def ready_line(self) -> dict:
        options = self.options
        context = {
            "pragmark_version": "0.1.0", "pragmark_build_type": "Release",
            "sqlite_version": "3.40.1", "filesystem": "ext4", "filesystem_warning": "",
            "block_device": "vda1", "fdatasync_us_p50": "900", "cpu_model": "Fake CPU",
            "memory_bytes": "4104601600", "virtualization": "kvm", "kernel": "Linux 6.1",
            "steal_percent": "unknown", "environment_grade": "B",
            "environment_reasons": f"an invented machine; {steal.UNKNOWN_STEAL}", "pragmas": options.pragmas,
            "durability": "process-safe", "strategy": options.strategy,
            "threads": str(options.threads), "rows": str(options.rows), "payload": options.payload,
            "mix": options.mix, "keys": options.keys, "cpus": str(options.cpus or 2),
            "sync_delay_us": str(options.sync_delay_us),
            "database_bytes": str(60_000 + 300 * options.rows),
        }
        operations = [{"name": name, "share": share, "writes": name in ("write", "update")}
                      for name, share in self.shares().items()]
        return {"say": "ready", "protocol": "pragmark-load/1", "context": context,
                "operations": operations, "threads": options.threads}

    def step_line(self, asked: dict) -> dict:
        luck = random.Random(asked["seed"])
        seconds = asked["duration_s"]
        capacity = self.capacity() * luck.gauss(1.0, 0.02)
        self.clock.now += seconds + asked["warmup_s"] + 0.5
        rate = asked["rate"]
        offered = capacity if rate is None else rate
        load = offered / capacity
        stalled = (luck.random() < self.of("stalled", STALLED_SHARE)
                   and seconds < MINUTE_SECONDS)  # in a longer one it is less than 1% of the requests
        waiting = 1.0 / max(0.02, 1.0 - min(load, 0.98)) * math.exp(
            luck.gauss(0.0, self.of("noise", NOISE))) * (8.0 if stalled else 1.0)
        p99 = max(P99_US * waiting, self.of("floor_us", 0.0))
        if seconds >= LONG_SECONDS:
            p99 *= self.of("long", 1.0)
        intended = max(1, round(offered * seconds))
        late = 0
        if rate is not None and load > 1.0:
            late = round(intended * min(1.0, 3.0 * (load - 1.0)))
            p99 = asked["timeout_ms"] * 1000.0
        succeeded = intended - late
        latency = {"p50": P50_US * waiting, "p90": 0.4 * p99, "p99": p99, "p99_9": 1.8 * p99,
                   "max": 3.0 * p99}
        service = {key: min(value, 4.0 * base) for (key, value), base in zip(
            latency.items(), (P50_US, 3 * P50_US, P99_US, 2 * P99_US, 9 * P99_US))}
        writes = round(succeeded * self.write_share())
        syncs = round(writes * SYNCS_PER_WRITE)
        achieved = succeeded / seconds
        windows = self.windows(asked, succeeded, late, p99, luck)
        return {
            "say": "result", "rate": rate, "arrivals": asked["arrivals"], "seconds": seconds,
            "intended": intended, "sent": succeeded, "succeeded": succeeded,
            "failed": {"busy": 0, "error": 0, "timed_out": 0, "not_sent": late, "wrong_row": 0},
            "first_error": None, "offered_per_second": offered, "achieved_per_second": achieved,
            "answered_per_second": min(achieved + late / seconds, capacity),
            "latency_us": latency, "service_us": service,
            "scheduler_us": {key: 0.3 * value for key, value in service.items()},
            "operations": self.operations(succeeded, latency, service),
            "io": {"syncs": syncs, "wal_syncs": syncs // 2, "main_syncs": syncs - syncs // 2,
                   "wal_bytes": writes * 8192, "main_bytes": writes * 4096,
                   "read_bytes": succeeded * (12000 if "cache_size=1" in self.options.pragmas
                                              else 3000), "checkpoints": syncs // 2,
                   "wal_bytes_max": self.of("wal", 4_200_000),
                   "sync_seconds": syncs * (SYNC_US + self.options.sync_delay_us) * 1e-6},
            "cpu_seconds": succeeded / self.of("capacity", CAPACITY) * 1.9,
            "lock_wait_seconds": None if self.behaviour.get("own_queue") else succeeded * 20e-6, "peak_memory_bytes": 30_000_000,
            "steal_percent": self.of("steal", 0.2), "windows": windows,
            "checkpoint_stalls": [{"t_s": seconds * (i + 0.5) / 5, "ms": 8.0 + 6.0 * luck.random()}
                                  for i in range(5)],
            "wal_limit_exceeded": asked["wal_limit_bytes"] is not None
            and self.of("wal", 4_200_000) > asked["wal_limit_bytes"],
            "saturated": rate is not None and late > 0.01 * intended,
            "antagonist": None if asked["antagonist"] is None else
            {**asked["antagonist"], "begin_s": asked["antagonist"]["start_s"],
             "end_s": self.antagonist_end(asked), "rounds": 1, "busy_errors": 0, "topics": 0},
            "answers": {"rows_expected": 1, "rows_found": 1, "integrity": "ok"},
        }

    def operations(self, succeeded: int, latency: dict, service: dict) -> dict:
        writing = ("write", "update")
        return {name: {"succeeded": round(succeeded * share), "latency_us": latency,
                       "service_us": service, "cpu_samples": 100,
                       "cpu_us_mean": WRITE_CPU_US if name in writing else READ_CPU_US}
                for name, share in self.shares().items()}

    def windows(self, asked: dict, succeeded: int, late: int, p99: float, luck: random.Random
                ) -> list[dict]:
        length = asked["window_ms"] / 1000.0
        count = max(1, round(asked["duration_s"] / length))
        found = []
        for number in range(count):
            at = number * length
            factor = luck.uniform(0.9, 1.1) * (1.0 + self.of("drift", 0.0) * number / count)
            other = asked["antagonist"]
            silent = False
            if other and other["start_s"] <= at < self.antagonist_end(asked) + 0.6:
                factor *= 6.0
                silent = other["kind"] == self.behaviour.get("silencing")
            found.append({"t_s": at, "succeeded": 0 if silent else succeeded // count,
                          "failed": late // count,
                          "p50_us": None if silent else P50_US * factor,
                          "p99_us": None if silent else p99 * factor,
                          "max_us": None if silent else 3.0 * p99 * factor,
                          "wal_bytes": 4_000_000 + 100_000 * (number % 3), "checkpoints": 1,
                          "syncs": 2})
        return found

    def antagonist_end(self, asked: dict) -> float:
        other = asked["antagonist"]
        return other["start_s"] + other["duration_s"] + self.of("overrun", 0.0)

    # As engine.LoadProgram.

    def ready(self, rows: int) -> object:
        from pragmark_capacity import protocol

        return protocol.ready(self.ready_line())

    def step(self, request: object) -> dict:
        from pragmark_capacity import protocol

        if self.closed:
            raise AssertionError("a step of a closed program")
        return protocol.result(self.step_line(request.message()))

    def close(self) -> None:
        self.closed = True


def load_options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name, default in (("pragmas", "production"), ("strategy", "per-thread"),
                          ("payload", "small"), ("mix", "read=90,write=10"), ("keys", "uniform"),
                          ("dir", "."), ("log", "")):
        parser.add_argument(f"--{name}", default=default)
    for name, default in (("threads", 10), ("rows", 1000), ("seed", 0), ("cpus", None),
                          ("sync-delay-us", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--fault", action="append", default=[])
    return parser.parse_args(words)


def break_answer(answer: dict, fault: str) -> None:
    """What a program could get wrong in a result."""
    if fault == "nan":
        answer["seconds"] = float("nan")
    elif fault == "lost":
        answer["sent"] += 1
    elif fault == "bare":
        del answer["latency_us"]["p99"]
    elif fault == "word":
        answer["say"] = "outcome"


def serve(words: list[str]) -> int:
    fake = FakeLoad(words)
    faults = fake.options.fault
    if "usage" in faults:
        print("pragmark load: --mix: no operation `nope`: see --list-operations", file=sys.stderr)
        return 2
    print(json.dumps({**fake.ready_line(), **(
        {"protocol": "pragmark-load/9"} if "protocol" in faults else {})}), flush=True)
    for number, line in enumerate(sys.stdin, start=1):
        if fake.options.log:
            with open(fake.options.log, "a", encoding="utf-8") as log:
                log.write(json.dumps({"pid": os.getpid(), **json.loads(line)}) + "\n")
        answer = fake.step_line(json.loads(line))
        print(json.dumps({"say": "progress", "elapsed_s": 0.5, "completed": 1}), flush=True)
        if number >= 3 and faults:
            if "full" in faults:
                print(json.dumps({"say": "error", "message": "database or disk is full",
                                  "environment": True}), flush=True)
                return 3
            if "wrong" in faults:
                print(json.dumps({"say": "error", "message": "5 rows are missing",
                                  "environment": False}), flush=True)
                return 1
            if "kill" in faults:
                os.kill(os.getpid(), signal.SIGKILL)
            if "hang" in faults:
                time.sleep(HANG_SECONDS)
            for fault in faults:
                break_answer(answer, fault)
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:]))
