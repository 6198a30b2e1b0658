"""A program that serves pragmark-slices/1 and measures nothing: its seconds are computed.

usage: fake_slices.py [--fault=NAME[:WHERE]].. [--slower=FACTOR] [--names=A,B] [--noise=SD] [--seed=N]
       [--log=FILE] --slices

A fault breaks the protocol in one way; the tests say which answer the gate gives. `--log` collects
what each process was asked, its affinity and padding.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time

DEFAULT_NAMES = (
    "sequential_read/production/per-thread/rows:1000/payload:small/real_time/threads:1,"
    "mixed/production/per-thread/rows:1000/payload:small/reads:50/real_time/threads:4"
)
SECONDS_PER_OPERATION = 0.0001
HANG_SECONDS = 600


class Server:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.faults = dict(fault.partition(":")[::2] for fault in options.fault)
        self.noise = random.Random(f"{options.seed} {os.getpid()} {time.monotonic_ns()}"
                                   if options.seed is None else options.seed)
        self.level = 1.0  # of this process: layout luck
        self.opened: dict = {}
        self.slices = 0
        self.reads = self.writes = 0

    def say(self, answer: dict) -> None:
        print(json.dumps(answer), flush=True)

    def log(self, entry: dict) -> None:
        if self.options.log:
            with open(self.options.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")

    def ready(self) -> None:
        threads = [int(name.rpartition("threads:")[2]) for name in self.options.names.split(",")]
        self.log({"pid": os.getpid(), "tag": self.options.tag, "say": "start",
                  "cpus": sorted(os.sched_getaffinity(0)),
                  "padding": len(os.environ.get("PRAGMARK_GATE_PADDING", ""))})
        answer = {
            "say": "ready", "protocol": "pragmark-slices/1",
            "benchmarks": [{"name": name, "threads": count, "pragma_set": "p", "durability": "d"}
                           for name, count in zip(self.options.names.split(","), threads)],
            "context": {"pragmark_build_type": "Release", "pragmark_version": "0"},
        }
        if "protocol" in self.faults:
            answer["protocol"] = "pragmark-slices/2"
        if "debug" in self.faults:
            answer["context"]["pragmark_build_type"] = "Debug"
        if "nothing" in self.faults:
            answer["benchmarks"] = []
        self.say(answer)

    def open(self, request: dict) -> None:
        threads = int(request["benchmark"].rpartition("threads:")[2])
        operations = -(-request["operations"] // threads) * threads
        self.opened = {**request, "operations": operations}
        self.slices = self.reads = self.writes = 0
        self.level = self.noise.gauss(1.0, self.options.noise)
        if "open-operations" in self.faults:
            operations += threads
        self.say({"say": "opened", "operations": operations})

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
            "io": {"syncs": 0, "checkpoints": 0, "wal_bytes": writes * self.options.wal_bytes,
                   "main_bytes": 0},
        }
        if self.slices == int(self.faults.get("at", 1)):
            self.break_slice(answer)
        self.say(answer)

    def break_slice(self, answer: dict) -> None:
        if "crash" in self.faults:
            print("first line\nfake: it crashed here", file=sys.stderr, flush=True)
            os._exit(3)
        if "kill" in self.faults:
            os.kill(os.getpid(), 9)
        if "hang" in self.faults:
            time.sleep(HANG_SECONDS)
        if "slice-operations" in self.faults:
            answer["operations"] -= 1
        if "nan" in self.faults:
            answer["seconds"] = float("nan")
        if "infinite" in self.faults:
            print(json.dumps(answer).replace(f'"seconds": {answer["seconds"]}', '"seconds": 1e999'),
                  flush=True)
            sys.exit(0)
        if "negative" in self.faults:
            answer["seconds"] = -answer["seconds"]
        if "zero" in self.faults:
            answer["seconds"] = 0
        if "errors" in self.faults:
            answer["errors"] = 1
        if "busy" in self.faults:
            answer["busy_errors"] = 2
        if "say" in self.faults:
            answer["say"] = "piece"
        if "text" in self.faults:
            print("Segmentation fault", flush=True)
        if "twice" in self.faults:
            print(json.dumps(answer) * 1, flush=True)
        if "error" in self.faults:
            self.say({"say": "error", "message": "no space left", "environment": True})
            sys.exit(3)

    def close(self) -> None:
        rows = 1000 + self.writes
        checksum = "feed" if "checksum" in self.faults else f"{rows:x}"
        self.say({"say": "closed", "rows": rows, "reads": self.reads, "writes": self.writes,
                  "checksum": checksum})
        if "epilogue" in self.faults:
            self.say({"say": "by the way"})

    def serve(self) -> int:
        self.ready()
        for line in sys.stdin:
            request = json.loads(line)
            self.log({"pid": os.getpid(), "tag": self.options.tag, **request})
            if request["say"] == "open":
                self.open(request)
            elif request["say"] == "slice":
                self.slice()
            else:
                self.close()
        if "stay" in self.faults:
            time.sleep(HANG_SECONDS)
        return 4 if "status" in self.faults else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--slower", type=float, default=1.0)
    parser.add_argument("--names", default=DEFAULT_NAMES)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--wal-bytes", type=int, default=100)
    parser.add_argument("--log", default="")
    parser.add_argument("--tag", default="")
    parser.add_argument("--slices", action="store_true", required=True)
    return Server(parser.parse_args()).serve()


if __name__ == "__main__":
    sys.exit(main())
