"""Finding the programs that an experiment drives."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pragmark_drive.arm import Arm
from pragmark_report.errors import InputError

BENCH, SETS = "pragmark-bench", "pragmark-sets"
DISTRIBUTIONS_PYTHON = "/usr/bin/python3"  # that pragmark bench takes first
TIMEOUT_SECONDS = 30


def find_bench(given: str) -> Path:
    """The one named; else the one that lies where this package was built or installed."""
    if given:
        found = shutil.which(given)
        if found is None:
            raise InputError(f"--bench {given}", "no such program", "check the path or build it")
        return Path(found)
    here = Path(__file__).absolute()
    # share/pragmark/scripts/pragmark_tune/ beside bin/; or scripts/pragmark_tune/ of the source.
    for place in (here.parents[4] / "bin", here.parents[2] / "build" / "bin"):
        if (place / BENCH).is_file():
            return place / BENCH
    found = shutil.which(BENCH)
    if found is None:
        raise InputError(BENCH, "it is not found", "build it with scripts/run.sh, or name it with "
                                                   "--bench")
    return Path(found)


def sets_beside(bench: Path) -> Path:
    program = bench.with_name(SETS)
    if not program.is_file():
        raise InputError(str(program), "it is not there", "build it, or name another --bench")
    return program


def has_option(bench: Path, option: str) -> bool:
    """Whether the program's help knows it."""
    try:
        done = subprocess.run([str(bench), "--help"], capture_output=True, text=True,
                              timeout=TIMEOUT_SECONDS, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(bench, f"it cannot be run ({error})", "build it first") from None
    return option in done.stdout


def has_python() -> bool:
    return Path(DISTRIBUTIONS_PYTHON).is_file() or shutil.which("python3") is not None


def other_build(given: str) -> tuple[str, Path]:
    """`SQLite 3.53.0` and the program that has it."""
    found = shutil.which(given)
    if found is None:
        raise InputError(f"--sqlite-bench {given}", "no such program",
                         "build one with -DPRAGMARK_SQLITE_AMALGAMATION=DIR")
    arm = Arm(f"program of --sqlite-bench, {found},",
              [found, "--slices", "--workload", "sequential_read", "--strategy", "per-thread",
               "--counting-vfs", "off"], cpu=None, padding_bytes=0,
              timeout_seconds=TIMEOUT_SECONDS)
    try:
        context = arm.ready().context
        arm.finish()
    except BaseException:
        arm.abort()
        raise
    return f"SQLite {context.get('sqlite_version', 'of an unknown version')}", Path(found)
