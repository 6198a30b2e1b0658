"""Plants one bug at a time and demands that the tests notice.

usage: mutants.py [--only NAME]... [--budget SECONDS] [--build DIR]

Each ci/mutants/NAME.patch is a bug, with the test program that has to go red in its second line
("Killed by: lib_test"), and, where that takes long, which of its tests ("lib_threads_test
GroupCommit.*", a filter of GoogleTest). With --budget the bugs are tried in an order that the
commit decides, until the time is over; which were left out is said. The bugs are planted in a copy
of the tree, never in the tree itself. To add one: break a line, `git diff` it into ci/mutants/,
write the two lines above it, restore the line.

Exit codes: 0 every bug was noticed, 1 one was not, 2 a patch does not apply or does not build.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST_TIMEOUT_S = 120  # a bug may make a test hang, which counts as noticed


@dataclass(frozen=True)
class Mutant:
    name: str
    bug: str
    killer: str  # name of the test program
    tests: str  # of it, as GoogleTest's filter
    patch: Path


class BrokenMutant(Exception):
    """A patch that cannot be tried; the message says why."""


def load(patch: Path) -> Mutant:
    lines = patch.read_text(encoding="utf-8").splitlines()
    if len(lines) < 2 or not lines[0].startswith("Bug: ") or not lines[1].startswith("Killed by: "):
        raise BrokenMutant(f"{patch.name}: begins with 'Bug: ..' and 'Killed by: ..'")
    killer, _, tests = lines[1].removeprefix("Killed by: ").partition(" ")
    return Mutant(patch.stem, lines[0].removeprefix("Bug: "), killer, tests or "*", patch)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # The copy lies inside a git checkout, in whose subfolders `git apply` passes patches over.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(cwd.parent)}
    return subprocess.run([str(part) for part in command], cwd=cwd, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def copy_tree(target: Path) -> None:
    """Copies what git tracks or would track; a file that has not changed keeps its time stamp, so
    that a second run builds only what it must. The copy's build folder stays."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    names = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    for old in [path for path in target.rglob("*") if path.is_file()]:
        place = old.relative_to(target)
        if place.parts[0] != "build" and str(place) not in names:
            old.unlink()
    for name in names:
        source, copy = ROOT / name, target / name
        if copy.exists() and copy.read_bytes() == source.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def build(tree: Path, target: str) -> None:
    built = run("cmake", "--build", "build", "--target", target, cwd=tree)
    if built.returncode != 0:
        raise BrokenMutant(f"{target} does not build:\n{built.stdout[-2000:]}")


def passes(tree: Path, mutant: Mutant) -> bool:
    folder = tree / "build"
    command = [folder / "test" / mutant.killer, "--gtest_brief=1", f"--gtest_filter={mutant.tests}",
               "--gtest_output=json:" + str(folder / "tests.json")]
    try:
        done = subprocess.run(command, cwd=tree, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=TEST_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode == 0 and json.loads((folder / "tests.json").read_text())["tests"] == 0:
        raise BrokenMutant(f"{mutant.name}: {mutant.killer} has no test {mutant.tests}")
    return done.returncode == 0


def noticed(mutant: Mutant, tree: Path) -> bool:
    applied = run("git", "apply", mutant.patch, cwd=tree)
    if applied.returncode != 0:
        raise BrokenMutant(f"{mutant.name} does not apply: {applied.stdout.strip()}")
    try:
        build(tree, mutant.killer)
        return not passes(tree, mutant)
    finally:
        run("git", "apply", "--reverse", mutant.patch, cwd=tree)


def in_order_of_commit(mutants: list[Mutant]) -> list[Mutant]:
    """Another order for each commit, so that over time each bug has its turn within a budget."""
    commit = run("git", "rev-parse", "HEAD", cwd=ROOT).stdout.strip()
    return sorted(mutants, key=lambda one: hashlib.sha256(f"{commit} {one.name}".encode()).digest())


def require_green(mutant: Mutant, tree: Path) -> None:
    build(tree, mutant.killer)
    if not passes(tree, mutant):
        raise BrokenMutant(f"{mutant.killer} {mutant.tests} is red without any bug")


def try_all(mutants: list[Mutant], folder: Path, budget_s: float) -> int:
    began = time.monotonic()
    tree = folder / "tree"
    tree.mkdir(parents=True, exist_ok=True)
    copy_tree(tree)
    # Configured like the checkout itself, so that ccache has what that has compiled.
    os.environ["CCACHE_BASEDIR"] = str(tree)
    werror = f"-DPRAGMARK_WERROR={'ON' if os.environ.get('CI') else 'OFF'}"
    configured = run("cmake", "--preset", "release", werror, cwd=tree)
    if configured.returncode != 0:
        raise BrokenMutant(f"the tree does not configure:\n{configured.stdout[-2000:]}")
    green: set[tuple[str, str]] = set()
    survivors = 0
    for tried, mutant in enumerate(mutants):
        if tried > 0 and time.monotonic() - began > budget_s:
            left = [one.name for one in mutants[tried:]]
            print(f"mutants: out of time, {len(left)} not tried: {', '.join(sorted(left))}")
            mutants = mutants[:tried]
            break
        if (mutant.killer, mutant.tests) not in green:
            require_green(mutant, tree)
            green.add((mutant.killer, mutant.tests))
        killed = noticed(mutant, tree)
        survivors += not killed
        print(f"{'noticed ' if killed else 'SURVIVED'} {mutant.name}: {mutant.bug}", flush=True)
    print(f"mutants: {len(mutants) - survivors} of {len(mutants)} bugs noticed")
    return 1 if survivors else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Plants one bug at a time and demands that the "
                                     "tests notice.", epilog="example: mutants.py --only unfair-lock")
    parser.add_argument("--only", action="append", metavar="NAME", help="this bug; may be repeated")
    parser.add_argument("--budget", type=float, default=math.inf, metavar="SECONDS",
                        help="begin no bug after this time; at least one is tried")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "mutants", metavar="DIR",
                        help="where the copy is built (build/mutants)")
    options = parser.parse_args(arguments)
    try:
        mutants = [load(patch) for patch in sorted((ROOT / "ci" / "mutants").glob("*.patch"))]
        wanted = set(options.only or [mutant.name for mutant in mutants])
        if unknown := wanted - {mutant.name for mutant in mutants}:
            raise BrokenMutant(f"no such bug: {', '.join(sorted(unknown))}; see ci/mutants/")
        chosen = [mutant for mutant in mutants if mutant.name in wanted]
        if options.budget < math.inf:
            chosen = in_order_of_commit(chosen)
        return try_all(chosen, options.build.resolve(), options.budget)
    except BrokenMutant as error:
        print(f"mutants.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
