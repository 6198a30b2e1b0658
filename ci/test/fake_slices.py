"""A program that serves pragmark-slices/1 and measures nothing: its seconds are computed.

usage: fake_slices.py [--fault=NAME[:NUMBER]].. [--slower=FACTOR] [--names=A,B|@FILE] [--noise=SD]
       [--wal-bytes=N] [--checkpoint-every=WRITES] [--log=FILE] [--tag=NAME] --slices

A fault breaks the protocol in one way; the tests say which answer the gate gives. `--log` collects
what each process was asked, its affinity and padding.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time

DEFAULT_NAMES = (
    "sequential_read/production/per-thread/rows:1000/payload:small/real_time/threads:1,"
    "mixed/production/per-thread/rows:1000/payload:small/reads:50/real_time/threads:4"
)
SECONDS_PER_OPERATION = 0.0001
HANG_SECONDS = 600
LATE_SECONDS = 0.2  # long after the answer before it was read
CHATTER_BYTES = 1 << 20  # more than a pipe holds


class Server:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.faults = dict(fault.partition(":")[::2] for fault in options.fault)
        self.noise = random.Random()  # seeded by the system: every process has luck of its own
        self.level = 1.0
        self.opened: dict = {}
        self.slices = self.reads = self.writes = 0
        self.names = options.names
        if self.names.startswith("@"):
            with open(self.names[1:], encoding="utf-8") as file:
                self.names = file.read()

    def has(self, fault: str) -> bool:
        """The faults are those of launches alone when `only` tells how many slices these have."""
        only = int(self.faults.get("only", 0))
        return fault in self.faults and only in (0, self.opened.get("slices"))

    def say(self, answer: object) -> None:
        print(json.dumps(answer), flush=True)

    def log(self, entry: dict) -> None:
        if self.options.log:
            with open(self.options.log, "a", encoding="utf-8") as log:
                log.write(json.dumps({"pid": os.getpid(), "tag": self.options.tag, **entry}) + "\n")

    def ready(self) -> None:
        self.log({"say": "start", "cpus": sorted(os.sched_getaffinity(0)),
                  "padding": len(os.environ.get("PRAGMARK_PADDING", ""))})
        if "chatter" in self.faults:
            print("x" * CHATTER_BYTES, file=sys.stderr, flush=True)
        self.say({
            "say": "ready",
            "protocol": "pragmark-slices/2" if "protocol" in self.faults else "pragmark-slices/1",
            "benchmarks": [] if "nothing" in self.faults else [
                {"name": name, "threads": threads_of(name), "pragma_set": "p", "durability": "d"}
                for name in self.names.split(",")],
            "context": {"pragmark_build_type": "Debug" if "debug" in self.faults else "Release"},
        })

    def open(self, request: dict) -> None:
        threads = threads_of(request["benchmark"])
        operations = -(-request["operations"] // threads) * threads
        self.opened = {**request, "operations": operations}
        self.slices = self.reads = self.writes = 0
        self.level = self.noise.gauss(1.0, self.options.noise)
        extra = threads if self.has("open-operations") else 0
        self.say({"say": "opened", "operations": operations + extra})
        if self.has("late-epilogue"):
            time.sleep(LATE_SECONDS)
            self.say({"say": "slice"})

    def slice(self) -> None:
        self.slices += 1
        operations = self.opened["operations"]
        busy_seconds = self.opened["busy_loop_ns"] * 1e-9
        seconds = operations * (SECONDS_PER_OPERATION * self.options.slower * self.level
                                + busy_seconds)
        writes = operations // 2 if self.opened["benchmark"].startswith("mixed") else 0
        self.reads += operations - writes
        self.writes += writes
        answer = {
            "say": "slice", "operations": operations, "seconds": seconds,
            "reads": operations - writes, "writes": writes, "busy_errors": 0, "errors": 0,
            "latency_us_p50": 100.0, "latency_us_p99": 200.0,
            "io": {"syncs": 0, "checkpoints": self.checkpoints(writes),
                   "wal_bytes": writes * self.options.wal_bytes, "main_bytes": 0},
        }
        if self.has("no-io"):
            del answer["io"]
        if self.slices == int(self.faults.get("at", 1)):
            self.end_badly()
            self.lie(answer)
        self.say([answer] if self.has("list") else answer)

    def checkpoints(self, writes: int) -> int:
        """One after each so many writes since the database was opened."""
        every = self.options.checkpoint_every
        return self.writes // every - (self.writes - writes) // every if every else 0

    def end_badly(self) -> None:
        if self.has("crash"):
            print("first line\nfake: it crashed here", file=sys.stderr, flush=True)
            os._exit(3)
        if self.has("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.has("deaf"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.log({"say": "deaf"})
        if self.has("scratch"):
            signal.signal(signal.SIGTERM, self.clean)
        if self.has("hang"):
            time.sleep(HANG_SECONDS)
        if self.has("error"):
            self.say({"say": "error", "message": "no space left", "environment": True})
            sys.exit(3)
        if self.has("infinite"):
            print('{"say": "slice", "operations": %d, "errors": 0, "seconds": 1e999}'
                  % self.opened["operations"], flush=True)
            sys.exit(0)
        if self.has("text"):
            print("Segmentation fault", flush=True)
            sys.exit(0)

    def clean(self, *_: object) -> None:
        """As a program that removes its scratch before it ends."""
        time.sleep(0.2)
        self.log({"say": "cleaned"})
        os._exit(3)

    def lie(self, answer: dict) -> None:
        lies = {
            "slice-operations": {"operations": answer["operations"] - 1},
            "nan": {"seconds": float("nan")}, "negative": {"seconds": -answer["seconds"]},
            "zero": {"seconds": 0}, "missing": {"seconds": None}, "errors": {"errors": 1},
            "busy": {"busy_errors": 2}, "bool": {"reads": True}, "say": {"say": "piece"},
        }
        for fault, lie in lies.items():
            if self.has(fault):
                answer.update(lie)

    def close(self) -> None:
        rows = 1000 + self.writes - self.has("rows")
        checksum = "feed" if self.has("checksum") else f"{rows:x}"
        self.say({"say": "closed", "rows": rows, "reads": self.reads, "writes": self.writes,
                  "checksum": "" if self.has("no-checksum") else checksum})
        if self.has("epilogue"):
            self.say({"say": "by the way"})

    def serve(self) -> int:
        self.ready()
        for line in sys.stdin:
            request = json.loads(line)
            self.log(request)
            if request["say"] == "open":
                self.open(request)
            elif request["say"] == "slice":
                self.slice()
            else:
                self.close()
        if self.has("stay"):
            time.sleep(HANG_SECONDS)
        return 4 if self.has("status") else 0


def threads_of(name: str) -> int:
    return int(name.rpartition("threads:")[2])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--slower", type=float, default=1.0)
    parser.add_argument("--names", default=DEFAULT_NAMES)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--wal-bytes", type=int, default=100)
    parser.add_argument("--checkpoint-every", type=int, default=0)
    parser.add_argument("--log", default="")
    parser.add_argument("--tag", default="")
    parser.add_argument("--slices", action="store_true", required=True)
    return Server(parser.parse_args()).serve()


if __name__ == "__main__":
    sys.exit(main())
