"""What a reader should know before believing the figures of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import findings, stats, words
from .compute import RunSummary, Summary
from .model import OFF, Verification
from .strategy import PYTHON_ORIGINAL
from .words import Name, Sentence

# fuseblk is a disk with a file system that a program serves; as environment_caps.cc has it.
NOT_A_DISK = re.compile(
    r"(tmpfs|ramfs|overlay|nfs|cifs|smb|9p|fuse(?!blk)|vboxsf|virtiofs|ceph|gluster)")
MAX_STEAL_PERCENT = 1.0
MIN_FDATASYNC_US = 10.0  # no device makes data durable faster; as environment_caps.cc has it
NOISY_PERCENT = 10.0
MAX_HARNESS_NS = 50.0  # of a request; above it the harness has a defect
NOT_PROVED = ("fail", "ineffective", "misread", "unknown")
WHAT_A_GRADE_MEANS = {  # of `pragmark env`; nothing takes away from A
    "B": "so figures hold with a reservation",
    "C": "so figures compare only within one interleaved run",
    "D": "so figures of durable writes mean nothing here",
    "F": "so no figure can be trusted",
}
BUILT_OFF = "DEFAULT_MEMSTATUS=0"  # among the compile options


def of_summary(summary: Summary) -> list[Sentence]:
    """Caveats that concern several files."""
    said: list[Sentence] = []
    seen: dict[str, str] = {}
    for run in (each.run for each in summary.runs):
        if run.digest in seen:
            said.append((f"Runs {seen[run.digest]} and {run.letter} are the same bytes: one "
                         "measurement given twice.",))
        seen.setdefault(run.digest, run.letter)
    for verification in summary.verifications:
        said.extend(_of_verification(verification, summary))
    return said


def of_run(run: RunSummary) -> list[Sentence]:
    """Caveats of one run, those that void a figure first."""
    return [*_errors(run), *of_environment(run.run.context), *_repetitions(run), *_noise(run),
            *_harness(run), *_python(run), *_variants(run), *_memory_statistics(run),
            *_classes(run)]


def _of_verification(verification: Verification, summary: Summary) -> list[Sentence]:
    name = Name(verification.pragma_set)
    said: list[Sentence] = []
    if verification.verdict != "pass":
        said.append(("The PRAGMA set ", name, f" was not proved: its verdict is "
                     f"{verification.verdict}."))
    elif any(check.verdict in NOT_PROVED for check in verification.checks):
        said.append(("The verdict of ", Name(verification.source), " is pass although one of its "
                     "checks is not."))
    said.extend(("The verifier of ", name, " warns: ", Name(check.setting), ", claimed ",
                 Name(check.claimed), ", found ", Name(check.observed or check.read_back), ".")
                for check in verification.checks if check.verdict == "warning")
    measured = {run.run.context["sqlite_version"] for run in summary.runs}
    version = verification.sqlite_version
    if version and version not in measured:
        said.append(("The PRAGMA set ", name, " was proved with SQLite ", Name(version),
                     ", and measured with ", *words.listed_names(sorted(measured)), "."))
    return said


def _errors(run: RunSummary) -> list[Sentence]:
    said: list[Sentence] = []
    erred = sum(row.error is not None for row in run.rows)
    if erred:
        verb = "stands" if erred == 1 else "stand"
        said.append((f"{words.plural(erred, 'configuration')} erred and {verb} in the table "
                     "without a figure.",))
    failing = [row for row in run.rows if row.has_failures]
    if failing:
        share = [row.failed_percent for row in failing if row.failed_percent is not None]
        most = f", up to {words.percent(max(share))} of them" if share else ""
        said.append((f"Requests failed in {words.plural(len(failing), 'configuration')}{most}; "
                     "their rates count only requests that succeeded.",))
    return said


def of_environment(context: Mapping[str, str]) -> list[Sentence]:
    """What the machine takes away from any figure that was measured on it."""
    said: list[Sentence] = [_grade(context)] if context.get("environment_grade", "A") != "A" else []
    warning = context.get("filesystem_warning", "")
    filesystem = context.get("filesystem", "")
    if warning:
        said.append((f"File system: {warning}.",))
    elif NOT_A_DISK.search(filesystem.lower()):
        said.append(("The databases lay on ", Name(filesystem), ", which is not a local disk: "
                     "rates of writes say nothing about durable storage."))
    fdatasync = _float(context.get("fdatasync_us_p50", ""))
    if fdatasync is None:
        said.append(("The result does not say how long fdatasync takes, so whether its disk "
                     "makes anything durable is unknown.",))
    elif fdatasync < MIN_FDATASYNC_US and not warning:
        said.append((f"fdatasync took {words.significant(fdatasync)} us, faster than storage "
                     "makes data durable: a cache acknowledged it, and power-safe is a claim "
                     "here.",))
    steal = _float(context.get("steal_percent", ""))
    if steal is None:
        said.append(("How much CPU time other guests took (steal) is not known.",))
    elif steal > MAX_STEAL_PERCENT:
        said.append((f"Other guests took {words.significant(steal)}% of the CPU time (steal).",))
    if context.get("cpu_scaling_enabled") == "true":
        said.append(("CPU frequency scaling was on, so rates vary with heat and load.",))
    if context.get("counting_vfs") == "on":
        said.append((_counting_cost(context),))
    return said


def _grade(context: Mapping[str, str]) -> Sentence:
    grade = context["environment_grade"]
    meaning = WHAT_A_GRADE_MEANS.get(grade, "a grade that this report does not know")
    reasons = context.get("environment_reasons", "")
    because = (": ", Name(reasons)) if reasons else ()
    return ("The machine has grade ", Name(grade), f", {meaning}", *because, ".")


def _counting_cost(context: Mapping[str, str]) -> str:
    costs = [
        f"{what} {cost}"
        for what, cost in (
            ("writes", context.get("counting_vfs_cost_percent")),
            ("reads", context.get("counting_vfs_read_cost_percent")),
        )
        if cost and cost != "not measured"
    ]
    if not costs:
        return "Syncs were counted by a VFS whose cost was not measured."
    return f"Syncs were counted by a VFS; time that it adds, in percent: {', '.join(costs)}."


def _repetitions(run: RunSummary) -> list[Sentence]:
    said: list[Sentence] = []
    few = [row.n for row in run.rows if row.throughput and row.throughput.interval is None]
    if few:
        said.append((f"{words.plural(len(few), 'configuration')} with n={min(few)}"
                     f"{'' if min(few) == max(few) else f' to {max(few)}'}: n too small for a 95% "
                     f"interval (it takes {stats.MIN_REPETITIONS}), so attainment is undecided.",))
    short = sum(row.n < row.repetitions_planned for row in run.rows)
    if short:
        said.append((f"{words.plural(short, 'configuration')} lost repetitions: the run was "
                     "cut short or its file edited.",))
    return said


def _noise(run: RunSummary) -> list[Sentence]:
    noisy = [row for row in run.rows
             if row.throughput and row.throughput.noise_percent > NOISY_PERCENT]
    if not noisy:
        return []
    worst = max(noisy, key=lambda row: row.throughput.noise_percent)
    return [(f"Repetitions of {words.plural(len(noisy), 'configuration')} spread by more than "
             f"{words.significant(NOISY_PERCENT)}%; most in ",
             Name(worst.configuration.case.workload), " ", *words.served_by(worst),
             f" ({words.percent(worst.throughput.noise_percent)}).")]


def _harness(run: RunSummary) -> list[Sentence]:
    costly = [row for row in run.rows
              if row.counters.get(findings.HARNESS_NS, 0.0) > MAX_HARNESS_NS]
    if not costly:
        return []
    worst = max(costly, key=lambda row: (findings.harness_percent(row) or 0.0,
                                         row.counters[findings.HARNESS_NS]))
    share = findings.harness_percent(worst)
    of_p50 = "" if share is None else f", {words.percent(share)} of its p50"
    return [(f"The harness took more than {words.significant(MAX_HARNESS_NS)} ns of a request in "
             f"{words.plural(len(costly), 'configuration')}; most in ",
             Name(worst.configuration.case.workload), " ", *words.served_by(worst),
             f" ({words.significant(worst.counters[findings.HARNESS_NS])} ns{of_p50}).")]


def _python(run: RunSummary) -> list[Sentence]:
    """Python brings a SQLite of its own, which is not always the one that the rest ran with."""
    context = run.run.context
    theirs, ours = context.get("python_sqlite_version", ""), context["sqlite_version"]
    if theirs in ("", ours) or not any(
        row.configuration.served.name == PYTHON_ORIGINAL for row in run.rows
    ):
        return []
    return [(Name(PYTHON_ORIGINAL), " ran with SQLite ", Name(theirs), ", everything else with ",
             Name(ours), ".")]


def _variants(run: RunSummary) -> list[Sentence]:
    found = sorted({row.configuration.schema for row in run.rows if row.configuration.is_variant})
    if not found:
        return []
    return [("Experiments with the schema stand in the tables: ", *words.listed_names(found),
             ". One may lack an index that reads need, so none is the answer of a workload.")]


def _memory_statistics(run: RunSummary) -> list[Sentence]:
    """https://sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus lists what
    does not work without."""
    if not any(row.configuration.memory_statistics == OFF for row in run.rows):
        return []
    said: list[Sentence] = [(
        "Memory statistics off is a setting of the whole process (sqlite3_config before SQLite is "
        "initialised); sqlite3_memory_used, sqlite3_status and the heap limits do not work then.",)]
    if BUILT_OFF in run.run.context["sqlite_compile_options"].split():
        said.append(("This SQLite was built with memory statistics off, so as built is off too.",))
    return said


def _classes(run: RunSummary) -> list[Sentence]:
    sets: dict[str, set[str]] = {}
    for row in run.rows:
        if row.throughput:
            sets.setdefault(row.durability, set()).add(row.configuration.pragma_set)
    if len(sets) < 2:
        return []
    parts: list[str] = ["Configurations of unequal durability stand in one table: "]
    for place, durability in enumerate(sorted(sets)):
        parts += ["; " if place else "", *words.listed_names(sorted(sets[durability]))]
        parts.append(f" {'is' if len(sets[durability]) == 1 else 'are'} {durability}")
    return [(*parts, ".")]


def _float(text: str) -> float | None:
    """The number a context string holds, None for anything else (context is text)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
