"""profile.py: recorded call chains to categories, samples to shares, counts to tables.

samples/profile_named.txt and profile_stripped.txt were recorded from runs with a SQLite that is
built in and with the distribution's, and thinned out: their shares mean nothing.
"""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]
RECORDED = Path(__file__).resolve().parent / "samples"
sys.path.insert(0, str(SCRIPTS))
from pragmark_profile import (  # noqa: E402
    attribution, categories, disk, runs, samples, system_calls, tables, waiting)
from pragmark_profile.samples import Frame, Sample  # noqa: E402

KERNEL, PROGRAM = "[kernel.kallsyms]", "/opt/pragmark/bin/pragmark-bench"
C_LIBRARY, SQLITE = "/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/libsqlite3.so.0.8.6"
STRACE = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 61.85    0.092000           2     24000           fcntl
 30.10    0.040000           8      {writes}         pwrite64
  8.05    0.001000          10       100        20 newfstatat
------ ----------- ----------- --------- --------- ----------------
100.00    0.133000           3     28100        20 total
"""


@pytest.fixture(name="program", scope="module")
def program_fixture():
    """profile.py under another name: `profile` is a module of the standard library."""
    spec = importlib.util.spec_from_file_location("pragmark_profile_main", SCRIPTS / "profile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recorded(name):
    with open(RECORDED / f"profile_{name}.txt", encoding="utf-8") as lines:
        return list(samples.parse(lines))


def chain(*functions):
    """Frames from (symbol, file) pairs, the innermost first."""
    return tuple(Frame(symbol, dso) for symbol, dso in functions)


def client(time_s, *functions, tid=1):
    request = ("pragmark::BenchmarkCase::make_requests", PROGRAM)
    return Sample(tid, time_s, 1_000_000, chain(*functions, request))


def test_every_line_of_a_recording_is_read():
    found = recorded("named")
    text = (RECORDED / "profile_named.txt").read_text(encoding="utf-8")
    assert len(found) == len(text.strip().split("\n\n"))
    frames = [line for line in text.splitlines() if line.startswith("\t")]
    assert sum(len(each.frames) for each in found) == len(frames)
    assert {each.period_ns for each in found} == {1_003_009}  # one tick at 997 Hz


def test_a_frame_keeps_blanks_and_parentheses_of_its_symbol():
    line = "\t  16d09f pragmark::(anonymous namespace)::run_with_row<A, (B)0> (/opt/a (deleted))"
    assert samples.parse_frame(line) == Frame(
        "pragmark::(anonymous namespace)::run_with_row<A, (B)0>", "/opt/a (deleted)")
    assert samples.parse_frame("\t  b7c00 [unknown] ([unknown])") == Frame("", "[unknown]")


def test_a_sample_without_a_chain_is_a_sample():
    lines = [" 1/2 2.5:  1000 ", "", " 1/3 2.75:  2000 ", "\t  1 main (/a)"]
    assert list(samples.parse(lines)) == [
        Sample(2, 2.5, 1000, ()), Sample(3, 2.75, 2000, (Frame("main", "/a"),))]


@pytest.mark.parametrize("text", ["\t  1 main (/a)\n", " 1/1 2.5:  1003009 \n\nnonsense\n"])
def test_other_lines_are_refused(text):
    with pytest.raises(samples.BadSamples):
        list(samples.parse(text.splitlines()))


@pytest.mark.parametrize("wanted, functions", [
    (categories.WRITE, [("copy_folio", KERNEL), ("__x64_sys_pwrite64", KERNEL),
                        ("do_syscall_64", KERNEL), ("__libc_pwrite", C_LIBRARY)]),
    (categories.WRITE, [("do_syscall_64", KERNEL), ("__libc_pwrite", C_LIBRARY)]),
    (categories.WRITE, [("__libc_pwrite", C_LIBRARY), ("unixWrite", PROGRAM)]),
    (categories.READ, [("filemap_read", KERNEL), ("__x64_sys_pread64", KERNEL)]),
    (categories.LOCK, [("kfree", KERNEL), ("__x64_sys_fcntl", KERNEL)]),
    (categories.LOCK, [("__fcntl64_nocancel_adjusted", C_LIBRARY)]),
    (categories.SYNC, [("finish_task_switch.isra.0", KERNEL), ("schedule", KERNEL),
                       ("__x64_sys_fdatasync", KERNEL)]),
    (categories.FUTEX, [("futex_wake", KERNEL), ("__x64_sys_futex", KERNEL)]),
    (categories.FUTEX, [("finish_task_switch.isra.0", KERNEL), ("__schedule", KERNEL),
                        ("sqlite3VdbeExec", PROGRAM)]),
    (categories.KERNEL, [("handle_mm_fault", KERNEL), ("asm_exc_page_fault", KERNEL),
                         ("_int_malloc", C_LIBRARY)]),
    (categories.KERNEL, [("evict", KERNEL), ("__x64_sys_unlinkat", KERNEL)]),
    (categories.CHECKSUM, [("walChecksumBytes", PROGRAM), ("sqlite3WalFrames", PROGRAM)]),
    (categories.COPY, [("__memmove_avx_unaligned_erms", C_LIBRARY), ("insertCell", PROGRAM)]),
    (categories.COPY, [("memcpy@plt", PROGRAM), ("insertCell", PROGRAM)]),
    (categories.MACHINE, [("__memcmp_avx2_movbe", C_LIBRARY), ("sqlite3VdbeExec", PROGRAM)]),
    (categories.ALLOCATION, [("_int_free", C_LIBRARY), ("sqlite3VdbeHalt", PROGRAM)]),
    (categories.ALLOCATION, [("sqlite3DbMallocRawNN", PROGRAM)]),
    (categories.MUTEX, [("pthread_mutex_lock@@GLIBC_2.2.5", C_LIBRARY)]),
    (categories.BTREE, [("balance_nonroot", PROGRAM), ("sqlite3VdbeExec", PROGRAM)]),
    (categories.BTREE, [("sqlite3BtreeIndexMoveto", SQLITE)]),
    (categories.CACHE, [("pcache1TruncateUnsafe", PROGRAM), ("pager_end_transaction", PROGRAM)]),
    (categories.PAGER, [("walIndexAppend", PROGRAM), ("sqlite3WalFrames", PROGRAM)]),
    (categories.SQLITE, [("", SQLITE), ("sqlite3WalFrames", SQLITE)]),
    (categories.LIBRARY, [("pragmark::internal::(anonymous namespace)::GroupCommit::write",
                           PROGRAM)]),
    (categories.HARNESS, [("clock_gettime", "[vdso]"), ("pragmark::make_requests", PROGRAM)]),
    (categories.UNKNOWN, [("dl_main", "/lib64/ld-linux-x86-64.so.2")]),
    (categories.UNKNOWN, []),
])
def test_a_chain_belongs_to_one_category(wanted, functions):
    assert categories.category(chain(*functions)) == wanted


def test_a_recording_with_symbols_is_told_apart_in_full():
    found = attribution.attribute(recorded("named"))
    shares = {role.role: {one.category for one in role.shares} for role in found.roles}
    assert {categories.CHECKSUM, categories.COPY, categories.BTREE, categories.CACHE,
            categories.WRITE, categories.LOCK} <= shares[attribution.CLIENT]
    assert categories.SYNC in shares[attribution.CHECKPOINTER]
    assert all(categories.SQLITE not in seen and categories.UNKNOWN not in seen
               for seen in shares.values())


def test_unnamed_functions_of_a_stripped_library_are_not_guessed_at():
    found = attribution.attribute(recorded("stripped"))
    by_role = {role.role: role for role in found.roles}
    assert set(by_role) == {attribution.CLIENT, attribution.COMMITTER, attribution.CHECKPOINTER}
    committer = {one.category for one in by_role[attribution.COMMITTER].shares}
    assert categories.SQLITE in committer and categories.CHECKSUM not in committer


def test_only_what_ran_between_first_and_last_request_counts():
    before = Sample(1, 0.5, 1_000_000, chain(("pragmark::check", PROGRAM)))
    after = Sample(1, 9.5, 1_000_000, chain(("pragmark::check", PROGRAM)))
    own = [client(1.0 + i / 10, ("insertCell", PROGRAM)) for i in range(50)]
    beside = Sample(2, 2.0, 1_000_000, chain(("x", PROGRAM), ("a::WalKeeper::run", PROGRAM)))
    found = attribution.attribute([before, *own, beside, after])
    assert [(role.role, role.samples) for role in found.roles] == [
        (attribution.CLIENT, 50), (attribution.CHECKPOINTER, 1)]
    assert found.roles[0].cpu_s == pytest.approx(0.05)
    assert found.clock_s == pytest.approx(4.9)


def test_a_recording_without_requests_is_refused():
    with pytest.raises(attribution.NoRequests):
        attribution.attribute([Sample(1, 0.5, 1, chain(("main", PROGRAM)))])


def test_shares_add_up_and_lie_within_their_intervals():
    for role in attribution.attribute(recorded("named")).roles:
        assert sum(one.samples for one in role.shares) == role.samples
        assert sum(one.share for one in role.shares) == pytest.approx(1)
        assert all(0 <= one.low <= one.share <= one.high <= 1 for one in role.shares)


def test_samples_in_phases_widen_the_interval():
    """The same 300 of 3000 samples: spread evenly, or all in three blocks of thirty."""
    totals = [100] * 30
    even = attribution.share("x", [10] * 30, totals)
    phases = attribution.share("x", [100] * 3 + [0] * 27, totals)
    assert (even.low, even.high) == pytest.approx(attribution.wilson(300, 3000))
    # Student's t(29) at 97.5% times the standard error of a mean of thirty: 2.0452 * 0.3051 / 5.477
    assert phases.high - phases.share == pytest.approx(0.1139, abs=1e-4)
    half = attribution.share("x", [100] * 15 + [0] * 15, totals)
    assert (half.low, half.high) == pytest.approx((0.3101, 0.6899), abs=1e-4)


def test_wilsons_interval_is_that_of_the_textbook():
    assert attribution.wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)


def test_system_calls_are_those_of_the_added_requests():
    few = system_calls.parse(STRACE.format(writes=4000))
    many = {**few, "fcntl": 48000, "pwrite64": 8500, "brk": 12}
    assert few == {"fcntl": 24000, "pwrite64": 4000, "newfstatat": 100}
    assert system_calls.per_request(few, many, 4000) == {"fcntl": 6.0, "pwrite64": 1.125}
    assert system_calls.kind("pwrite64") == categories.WRITE
    assert system_calls.kind("brk") == categories.KERNEL


def test_limits_follow_their_formulas():
    size = disk.Bytes(wal_per_write=6000, main_per_write=2000, wal_max=1 << 20)
    measured = disk.Disk(append_us=4, empty_call_us=0.4, bandwidth_bytes_per_s=8e8,
                         synced_append_us=1000)
    page_cache, bandwidth, synced = disk.limits(size, (measured,))
    assert page_cache.requests_per_s == pytest.approx((250_000,))
    assert bandwidth.requests_per_s == pytest.approx((100_000,))
    assert synced.requests_per_s == pytest.approx((1000,))


def test_waiting_for_a_cpu_is_interpolated_between_looks():
    looks = [(0.0, 1.0), (1.0, 1.0), (2.0, 1.5), (3.0, 1.5)]
    assert waiting.delay_s(looks, 0.5, 2.5) == pytest.approx(0.5)
    assert waiting.delay_s(looks, 1.5, 2.5) == pytest.approx(0.25)
    assert waiting.delay_s(looks[:1], 0.0, 1.0) is None


@pytest.fixture(name="profile")
def profile_fixture():
    """Fifty samples of one ms in 100 requests of 1 ms: half of the time on a CPU."""
    own = [client(1 + i / 500, ("insertCell", PROGRAM) if i % 5 else ("walIndexAppend", PROGRAM))
           for i in range(50)]
    measured = disk.Disk(4, 0.4, 8e8, 1000)
    return tables.Profile(
        name="sequential_write/production/raw", context={
            "sqlite_version": "3.40.1", "filesystem": "ext4", "cpu_model": "a CPU",
            "kernel": "Linux"},
        requests=100, requests_per_s=1000, plain_requests_per_s=1010,
        attribution=attribution.attribute(own), ready_s={attribution.CLIENT: 0.02}, lost=0,
        calls={"pwrite64": 1.5}, bytes_written=disk.Bytes(6000, 2000, 1 << 20),
        disks=(measured, measured))


def test_rows_of_a_thread_add_up_to_its_wall_time(profile):
    rows = {row[0]: row for row in tables.thread_table(profile, profile.attribution.roles[0]).rows}
    assert rows[categories.BTREE][1].startswith("80.0% [")
    assert rows[categories.BTREE][2].startswith("400.00 [")
    assert rows[categories.PAGER][2].startswith("100.00 [")
    assert rows["on a CPU, all of the above"][2] == "500.00"
    assert rows["ready, but other work had the CPU"][2] == "200.00"
    assert rows["off the CPU: waiting for the disk or another thread"][2] == "300.00"
    assert rows["wall time"][2] == "1000.00"


def test_all_formats_tell_the_same(profile):
    text, markdown = tables.text(profile), tables.markdown(profile)
    for said in ("80.0%", "pwrite64", "250,000", "100,000", "1,000", "1,010"):
        assert said in text and said in markdown
    document = json.loads(json.dumps(tables.document(profile)))
    assert document["schema"] == "pragmark.profile/1"
    assert document["threads"][0]["shares"][0]["samples"] == 40
    assert tables.SYMBOLS_WANTED not in text


def test_missing_tools_are_said(profile, program, monkeypatch, capsys, tmp_path):
    untraced = tables.Profile(**{**vars(profile), "calls": None})
    assert "strace is missing" in tables.text(untraced)
    monkeypatch.setattr(runs.shutil, "which", lambda _: None)
    bench = tmp_path / "pragmark-bench"
    bench.touch()
    assert program.main(["--program", str(bench), "--dir", str(tmp_path)]) == 3
    assert "apt-get install linux-perf" in capsys.readouterr().err


def test_a_perf_that_may_not_record_is_told_how_to(program, monkeypatch, capsys, tmp_path):
    for name in ("perf", "pragmark-bench"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'Access is limited' >&2\nexit 255\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    bench = str(tmp_path / "pragmark-bench")
    assert program.main(["--program", bench, "--dir", str(tmp_path)]) == 3
    error = capsys.readouterr().err
    assert "perf_event_paranoid" in error and error.count("\n") == 1


def test_the_block_of_a_document_is_replaced_and_nothing_else(program, tmp_path, capsys):
    document = tmp_path / "A.md"
    document.write_text(f"before\n{program.BEGIN}\nold \\1\n{program.END}\nafter\n")
    assert program.replace_block(document, "new \\1\n") == (
        f"before\n{program.BEGIN}\nnew \\1\n{program.END}\nafter\n")
    document.write_text("no block\n")
    assert program.main(["--document", str(document), "--dir", str(tmp_path)]) == 2
    assert "has no block" in capsys.readouterr().err
