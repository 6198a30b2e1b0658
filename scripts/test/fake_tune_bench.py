"""Stands for pragmark-bench and pragmark-sets, by the name that it is called by: invented rates, by
tune_fakes.py, over the real protocol.

PRAGMARK_FAKE_FAULT=WHAT[:LABEL]: `refuse` a benchmark as a wrong setting, `full` disk, `hang` in a
slice, `die` in one, `debug` build; where the name holds LABEL. PRAGMARK_FAKE_LOG: a file for
the ids of the processes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]
from pragmark_drive.steal import UNKNOWN_STEAL  # noqa: E402
from pragmark_report.errors import InputError  # noqa: E402
from pragmark_tune.hosts import Conditions, full_name  # noqa: E402
from pragmark_tune.model import Cell, Configuration  # noqa: E402
from tune_fakes import CONTEXT, FakeProcesses, FakeSets  # noqa: E402

HANG_SECONDS = 600


def main(program: str, arguments: list[str]) -> int:
    if program == "pragmark-sets":
        return tell_set(arguments[0], arguments[arguments.index("--format") + 1])
    if "--slices" not in arguments:
        print("pragmark bench, invented")
        return 0
    return serve(arguments)


def tell_set(name: str, form: str) -> int:
    try:
        one = FakeSets().read(name)
    except InputError as error:
        print(f"pragmark sets: {error}", file=sys.stderr)
        return 2
    if form == "sql":
        print(FakeSets().sql(name), end="")
        return 0
    settings = [{"name": key, "value": value} for key, value in one.settings.items()]
    print(json.dumps({"schema": "pragmark.sets/1", "sets": [
        {"name": one.name, "durability": one.durability, "settings": settings}]}))
    return 0


def serve(arguments: list[str]) -> int:
    given = dict(zip(arguments[1::2], arguments[2::2]))
    fault, _, label = os.environ.get("PRAGMARK_FAKE_FAULT", "").partition(":")
    if log := os.environ.get("PRAGMARK_FAKE_LOG"):
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
    threads = int(given["--threads"])
    conditions = Conditions({}, threads, int(given["--rows"]), given["--payload"], "", 0, 1.0)
    cells = {}
    for workload in given["--workload"].split(","):
        for name in given["--pragmas"].split(","):
            for strategy in given["--strategy"].split(","):
                cell = Cell(Configuration("c", name, FakeSets().read(name), strategy), workload)
                cells[full_name(cell, conditions)] = cell
    say({"say": "ready", "protocol": "pragmark-slices/1",
         "benchmarks": [{"name": name, "threads": int(name.rpartition(":")[2])} for name in cells],
         "context": {**CONTEXT, "pragmark_build_type": "Debug" if fault == "debug" else "Release",
                     "steal_percent": "unknown", "environment_reasons": UNKNOWN_STEAL}})
    processes = FakeProcesses(os.getpid(), noise=0.003)
    opened: dict = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["say"] == "open":
            opened = asked
        faulty = label in opened.get("benchmark", "")
        if faulty and asked["say"] == "open" and fault in ("refuse", "full"):
            message = "page_size: asked 512, found 4096" if fault == "refuse" else "No space left"
            say({"say": "error", "message": message, "environment": fault == "full"})
            return 1
        if faulty and asked["say"] == "slice" and fault == "hang":
            time.sleep(HANG_SECONDS)
        if faulty and asked["say"] == "slice" and fault == "die":
            os._exit(9)
        answer(asked["say"], opened, cells, processes)
    return 0


def answer(said: str, opened: dict, cells: dict, processes: FakeProcesses) -> None:
    if said == "open":
        say({"say": "opened", "operations": opened["operations"]})
    elif said == "slice":
        value = processes.visit(cells[opened["benchmark"]], opened["operations"])
        say({"say": "slice", "operations": value.operations, "seconds": value.seconds,
             "reads": value.operations, "writes": 0, "busy_errors": 0, "errors": 0,
             "latency_us_p50": value.p50_us, "latency_us_p99": value.p99_us})
    else:
        say({"say": "closed", "rows": 1, "reads": 1, "writes": 0, "checksum": "invented"})


def say(answered: dict) -> None:
    print(json.dumps(answered), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
