#!/usr/bin/env python3
"""How often does `pragmark tune` say of a setting without effect that it has one? By real runs.

usage: tune_study.py --program build/bin/pragmark --dir DIR --out RESULT.json [--runs 20]
                     [--seed 1] [--budget 25s] [--workload mixed] [TUNE OPTION..]

Each run is a whole `pragmark tune` with a seed of its own, on a space that holds application_id, a
number in the file's header that SQLite never looks at, beside settings that do something. The
result is kept after each run, so that an interrupted study goes on where it stopped, with the same options
(only --runs may grow). Exit codes: 0 no run
called it an effect, 1 one did, 2 bad usage or a run failed, 3 interrupted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from pragmark_drive.outputs import check_writable, write_files  # noqa: E402
from pragmark_report.arguments import whole_number  # noqa: E402
from pragmark_report.errors import InputError  # noqa: E402
from pragmark_report.exact_tests import binomial_interval  # noqa: E402

SETTING = "application_id"
SPACE = ("--vary", f"{SETTING}=0,1", "--vary", "mmap_size=0,268435456")
SCHEMA = "pragmark.tune_study/1"
MOST_RUNS, LARGEST_SEED = 10_000, 1 << 32
EXIT_HOLDS, EXIT_DOES_NOT, EXIT_BAD, EXIT_INTERRUPTED = 0, 1, 2, 3
KEPT = ("what", "factor", "low", "high", "n", "confidence", "verdict", "smallest_visible")


def main(arguments: list[str]) -> int:
    options, passed_on = _parse(arguments)
    try:
        return _study(options, passed_on)
    except InputError as error:
        print(f"tune_study.py: {error}", file=sys.stderr)
        return EXIT_BAD


def _study(options: argparse.Namespace, passed_on: list[str]) -> int:
    check_writable({"--out": options.out})
    asked = {"seed": options.seed, "budget": options.budget, "passed_on": passed_on}
    runs = _begun(Path(options.out), asked)
    while len(runs) < options.runs:
        seed = options.seed + len(runs)
        made = _one(options, passed_on, seed)
        if made is None:
            return EXIT_BAD
        runs.append(made)
        study = {"schema": SCHEMA, "options": asked, "runs": runs}
        write_files({options.out: json.dumps(study, indent=1) + "\n"})
        print(_line(made), file=sys.stderr, flush=True)
    wrong = sum(each["verdict"] != "none" for one in runs for each in one["effects"]
                if each["what"].startswith(SETTING))
    wrong_runs = sum(_is_wrong(one) for one in runs)
    low, high = binomial_interval(wrong_runs, len(runs))
    print(f"{len(runs) - wrong_runs} of {len(runs)} runs report no measurable effect of {SETTING} "
          f"({wrong} wrong effects; the rate of wrong runs lies in [{low:.1%}, {high:.1%}]).")
    return EXIT_HOLDS if wrong_runs == 0 else EXIT_DOES_NOT


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="tune_study.py", allow_abbrev=False)
    parser.add_argument("--program", required=True, help="the front door, build/bin/pragmark")
    parser.add_argument("--out", required=True)
    parser.add_argument("--dir", default=".")
    parser.add_argument("--runs", type=whole_number(1, MOST_RUNS), default=20)
    parser.add_argument("--seed", type=whole_number(0, LARGEST_SEED), default=1)
    parser.add_argument("--budget", default="25s")
    return parser.parse_known_args(arguments)


def _begun(out: Path, asked: dict) -> list[dict]:
    """The runs of a study that was interrupted."""
    if not out.exists():
        return []
    try:
        study = json.loads(out.read_text(encoding="utf-8"))
        if study["schema"] != SCHEMA:
            raise ValueError("unknown schema")
        options, runs = study["options"], study["runs"]
        for each in runs:
            _line(each)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(out, f"it is no study to go on with ({type(error).__name__}: {error})",
                         "name another --out") from None
    if options != asked:
        raise InputError(out, f"its runs had other options ({json.dumps(options)})",
                         "give the same, or name another --out")
    return runs


def _one(options: argparse.Namespace, passed_on: list[str], seed: int) -> dict | None:
    """What a run says; None when it failed, after telling how."""
    command = [options.program, "tune", *SPACE, "--dir", options.dir, "--budget", options.budget,
               "--seed", str(seed), "--format", "json", *passed_on]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        print(f"tune_study.py: {' '.join(command)}: exit status {done.returncode}: {said}",
              file=sys.stderr)
        return None
    document = json.loads(done.stdout)
    parameters = document["parameters"]
    return {
        "seed": seed, "command": document["command"], "blocks": parameters["blocks"],
        "slice_seconds": parameters["slice_seconds"], "seconds": parameters["seconds"],
        "steal_percent": document["context"]["steal_percent"],
        "effects": [{key: each[key] for key in KEPT} for each in document["effects"]],
        "answer": document["answer"]["sentence"],
    }


def _is_wrong(one: dict) -> bool:
    return any(each["verdict"] != "none" for each in one["effects"]
               if each["what"].startswith(SETTING))


def _line(one: dict) -> str:
    told = ", ".join(f"{each['what']} {each['factor']:.3f} {each['verdict']}"
                     for each in one["effects"])
    return f"seed {one['seed']}, {one['blocks']} blocks: {told}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
