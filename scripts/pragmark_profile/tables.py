"""Draws a profile: text, Markdown, JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pragmark_profile import attribution, categories, disk, system_calls
from pragmark_profile.attribution import Attribution, ThreadTime

SCHEMA = "pragmark.profile/1"
ROLE_TITLES = {
    attribution.CLIENT: "The thread that makes the requests",
    attribution.COMMITTER: "The thread that commits what was queued",
    attribution.CHECKPOINTER: "The background checkpointer, beside the requests",
    attribution.OTHER: "Other threads of the process",
}
SYMBOLS_WANTED = (
    "This SQLite has symbols for what it exports only; its other functions, the WAL's checksums "
    "among them, are one row. To split it: "
    "scripts/fetch-sqlite.sh build/sqlite && cmake --preset release -B build/amalgamation-release "
    "-DPRAGMARK_SQLITE_AMALGAMATION=$PWD/build/sqlite && cmake --build build/amalgamation-release, "
    "then --program build/amalgamation-release/bin/pragmark-bench.")
METHOD = (
    "Every sample is one tick of the thread's time on a CPU (perf, cpu-clock), counted once: in "
    "the kernel for the system call it serves, in user space for the innermost function that is "
    "known. Intervals are 95%: the time is cut into {blocks} blocks, since samples follow each "
    "other in phases, and a share's interval comes from how it varies between them (jackknife, "
    "Student's t), never narrower than that of independent samples (Wilson's). Inlined functions "
    "count with their callers.")


@dataclass(frozen=True)
class Profile:
    """All that is drawn."""

    name: str
    context: dict[str, str]
    requests: int
    requests_per_s: float
    plain_requests_per_s: float  # of the run without perf
    attribution: Attribution
    ready_s: dict[str, float | None]  # by role: ready, but without a CPU
    lost: int
    calls: dict[str, float] | None
    bytes_written: disk.Bytes
    disks: tuple[disk.Disk, ...]

    @property
    def wall_us(self) -> float:
        return 1e6 / self.requests_per_s


@dataclass(frozen=True)
class Table:
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def us(value: float) -> str:
    return f"{value:.2f}"


def percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def thread_table(profile: Profile, role: ThreadTime) -> Table:
    """Rows of one kind of thread; they add up to its wall time."""
    cpu_us = 1e6 * role.cpu_s / profile.requests
    wall_us = profile.wall_us * role.threads
    rows = [(one.category, f"{percent(one.share)} [{percent(one.low)}, {percent(one.high)}]",
             f"{us(one.share * cpu_us)} [{us(one.low * cpu_us)}, {us(one.high * cpu_us)}]")
            for one in role.shares]
    rows.append(("on a CPU, all of the above", "100.0%", us(cpu_us)))
    waiting_us = max(0.0, wall_us - cpu_us)
    ready_s = profile.ready_s.get(role.role)
    if ready_s is None:
        rows.append(("off the CPU: waiting for the disk, a thread or a CPU", "", us(waiting_us)))
    else:
        ready_us = min(waiting_us, 1e6 * ready_s / profile.requests)
        rows.append(("ready, but other work had the CPU", "", us(ready_us)))
        rows.append(("off the CPU: waiting for the disk or another thread", "",
                     us(waiting_us - ready_us)))
    rows.append(("wall time" + (f" of {role.threads} threads" if role.threads > 1 else ""), "",
                 us(wall_us)))
    headings = ("Where the time goes", "Share of the time on a CPU [95%]",
                "Microseconds per request [95%]")
    return Table(f"{ROLE_TITLES[role.role]} ({role.samples} samples)", headings, tuple(rows))


def function_table(role: ThreadTime) -> Table:
    """The functions behind the categories; for each thread that works for the requests."""
    rows = tuple((one.name, one.category, percent(one.samples / role.samples))
                 for one in role.functions)
    return Table(f"{ROLE_TITLES[role.role]}: innermost functions with most samples",
                 ("Function", "Category", "Share of the time on a CPU"), rows)


def call_table(profile: Profile) -> Table:
    title = "System calls per request, all threads"
    if profile.calls is None:
        return Table(title, (), (), ("Not counted: strace is missing (apt-get install strace).",))
    rows = tuple((name, system_calls.kind(name), f"{rate:.2f}")
                 for name, rate in profile.calls.items())
    return Table(title, ("System call", "Its time is in the row", "Calls per request"), rows,
                 ("The difference of two runs that differ in the number of requests, under strace; "
                  "the reads of the final check, which grow with the rows, are in it.",))


def limit_table(profile: Profile) -> Table:
    found = disk.limits(profile.bytes_written, profile.disks)
    rows = [(one.name, one.formula, *(f"{rate:,.0f}" for rate in one.requests_per_s))
            for one in found]
    rows.append(("this profile", "requests / wall time, under perf and without it",
                 f"{profile.requests_per_s:,.0f}", f"{profile.plain_requests_per_s:,.0f}"))
    before, after = profile.disks
    note = (f"Measured before and after the profile: pwrite {us(before.append_us)} and "
            f"{us(after.append_us)} us (the call from Python with no bytes: "
            f"{us(before.empty_call_us)} and {us(after.empty_call_us)} us, so that this bound is "
            f"too low rather than too high), bandwidth with fdatasync every "
            f"{disk.CHUNK_BYTES >> 20} MiB {before.bandwidth_bytes_per_s / 1e6:.0f} and "
            f"{after.bandwidth_bytes_per_s / 1e6:.0f} MB/s, pwrite and fdatasync "
            f"{us(before.synced_append_us)} and {us(after.synced_append_us)} us. Bytes per request "
            f"are counted by the counting VFS.")
    headings = ("Limit of this disk", "Formula", "Requests/s, before", "Requests/s, after")
    return Table("The theoretical limit of this disk", headings, tuple(rows), (note,))


def notes(profile: Profile) -> tuple[str, ...]:
    context = profile.context
    said = [f"{profile.name}: {profile.requests:,} requests, SQLite {context['sqlite_version']}, "
            f"{context['filesystem']}, {context['cpu_model']}, {context['kernel']}.",
            METHOD.format(blocks=attribution.BLOCKS)]
    if any(one.category == categories.SQLITE
           for role in profile.attribution.roles for one in role.shares):
        said.append(SYMBOLS_WANTED)
    if profile.attribution.unnamed_c_library_share > 0.01:
        said.append(f"{percent(profile.attribution.unnamed_c_library_share)} of the samples are in "
                    "functions of the C library that have no name here, and count with their "
                    "callers: apt-get install libc6-dbg names them.")
    if profile.lost:
        said.append(f"perf lost {profile.lost} samples.")
    return tuple(said)


def tables(profile: Profile) -> tuple[Table, ...]:
    roles = profile.attribution.roles
    at_work = [role for role in roles if role.role in (attribution.CLIENT, attribution.COMMITTER)]
    return (*(thread_table(profile, role) for role in roles),
            *(function_table(role) for role in at_work),
            call_table(profile), limit_table(profile))


def markdown(profile: Profile) -> str:
    parts = ["\n\n".join(notes(profile))]
    for table in tables(profile):
        parts.append(f"**{table.title}**")
        if table.headings:
            parts.append("\n".join(markdown_lines(table)))
        parts.extend(table.notes)
    return "\n\n".join(parts) + "\n"


def markdown_lines(table: Table) -> list[str]:
    align = ["---:" if is_number(column) else "---" for column in zip(*table.rows)]
    return [f"| {' | '.join(cells)} |" for cells in (table.headings, align, *table.rows)]


def is_number(column: Sequence[str]) -> bool:
    return all(not cell or cell[0].isdigit() for cell in column)


def text(profile: Profile) -> str:
    lines = [*notes(profile)]
    for table in tables(profile):
        lines += ["", table.title]
        if table.headings:
            columns = list(zip(table.headings, *table.rows))
            widths = [max(map(len, column)) for column in columns]
            right = [is_number(column[1:]) for column in columns]
            for cells in (table.headings, *table.rows):
                padded = [cell.rjust(width) if flush else cell.ljust(width)
                          for cell, width, flush in zip(cells, widths, right)]
                lines.append("  " + "  ".join(padded).rstrip())
        lines += table.notes
    return "\n".join(lines) + "\n"


def document(profile: Profile) -> dict:
    """For JSON. Times in the units that the keys name."""
    return {
        "schema": SCHEMA, "name": profile.name, "context": profile.context,
        "requests": profile.requests, "requests_per_second": profile.requests_per_s,
        "requests_per_second_without_perf": profile.plain_requests_per_s,
        "wall_us_per_request": profile.wall_us, "lost_samples": profile.lost,
        "threads": [{**asdict(role), "ready_s": profile.ready_s.get(role.role)}
                    for role in profile.attribution.roles],
        "system_calls_per_request": profile.calls,
        "bytes": asdict(profile.bytes_written),
        "disk": [asdict(one) for one in profile.disks],
        "limits": [asdict(one) for one in disk.limits(profile.bytes_written, profile.disks)],
    }
