"""Commands: what is started for them, and what cannot be used."""

from __future__ import annotations

import pytest
from pragmark_gate.command import pairing_of, parse
from pragmark_gate.model import Pairing
from pragmark_report.errors import InputError


@pytest.fixture(autouse=True)
def programs(tmp_path, monkeypatch):
    """Programs that are found and never started."""
    for name in ("pragmark", "pragmark-bench", "theirs"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\nexit 9\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.parametrize(("given", "started"), [
    ("pragmark-bench --workload all", "pragmark-bench --workload all --slices"),
    ("pragmark bench --workload all", "pragmark bench --workload all --slices"),
    ("pragmark-bench --out {out}", "pragmark-bench --slices"),
    ("pragmark-bench --out={out} --rows 5", "pragmark-bench --rows 5 --slices"),
    ("pragmark-bench --rows 5 --out {out} --seed 1", "pragmark-bench --rows 5 --seed 1 --slices"),
    ("pragmark-bench --slices", "pragmark-bench --slices"),
    ("env LD_LIBRARY_PATH=/x pragmark-bench", "env LD_LIBRARY_PATH=/x pragmark-bench --slices"),
    ("env pragmark bench", "env pragmark bench --slices"),
])
def test_bench_is_recognised_and_asked_for_slices(given, started):
    command = parse(given, "--baseline")
    assert command.is_bench
    assert " ".join(command.slice_words()) == started


def test_a_path_to_bench_is_bench(programs):
    assert parse(f"{programs}/pragmark-bench", "--baseline").is_bench
    assert parse(f"{programs}/pragmark bench", "--baseline").is_bench


@pytest.mark.parametrize("given", [
    "theirs --benchmark_out={out}",
    "pragmark verify --out {out}",
    "theirs pragmark-bench {out}",
    "env -i pragmark-bench {out}",  # what env does with its options is not ours to know
    "sh -c 'pragmark-bench > {out}'",
])
def test_other_programs_are_not_bench(given):
    assert not parse(given, "--baseline").is_bench


def test_words_are_read_as_a_shell_would_without_one():
    command = parse("theirs 'a b' \"c\"d --out={out} $HOME *", "--candidate")
    assert command.file_words("/tmp/f") == ("theirs", "a b", "cd", "--out=/tmp/f", "$HOME", "*")


def test_bench_writes_its_file_without_being_told():
    assert parse("pragmark-bench", "--baseline").file_words("f") == ("pragmark-bench", "--out", "f")
    assert parse("pragmark-bench --out={out}", "--baseline").file_words("f") == (
        "pragmark-bench", "--out=f")


@pytest.mark.parametrize(("given", "problem", "next_step"), [
    ("", "the command is empty", "give the command"),
    ("   ", "the command is empty", "give the command"),
    ("theirs", "the command has no {out}", "--benchmark_out={out}"),
    ("theirs 'a", "no closing quotation", "balance the quotes"),
    ("absent --out={out}", "absent: no such program", "check the path"),
    ("/absent/pragmark-bench", "/absent/pragmark-bench: no such program", "check the path"),
    ("env A=1 absent {out}", "absent: no such program", "check the path"),
    ("env A=1", "no such program", "check the path"),
    ("A=1 theirs {out}", "A=1: no shell reads the command", "write env"),
    ("theirs | tee {out}", "|: no shell reads the command", "sh -c"),
    ("theirs > {out}", ">: no shell reads the command", "sh -c"),
    ("theirs && theirs {out}", "&&: no shell reads the command", "sh -c"),
])
def test_what_cannot_be_used_is_refused_with_a_next_step(given, problem, next_step):
    with pytest.raises(InputError) as refused:
        parse(given, "--candidate")
    assert str(refused.value).startswith("--candidate: ")
    assert problem in str(refused.value)
    assert next_step in str(refused.value)


def test_a_file_that_is_not_executable_is_no_program(programs):
    (programs / "theirs").chmod(0o644)
    with pytest.raises(InputError, match="no such program"):
        parse(f"{programs}/theirs {{out}}", "--baseline")


def test_slices_write_no_other_file():
    command = parse("pragmark-bench --requests {out}", "--baseline")
    with pytest.raises(InputError, match="--pairing processes"):
        command.slice_words()


BENCH, THEIRS = "pragmark-bench", "theirs {out}"


@pytest.mark.parametrize(("baseline", "candidate", "asked", "pairing"), [
    (BENCH, BENCH, None, Pairing.SLICES),
    (BENCH, BENCH, Pairing.SLICES, Pairing.SLICES),
    (BENCH, BENCH, Pairing.PROCESSES, Pairing.PROCESSES),
    (BENCH, THEIRS, None, Pairing.PROCESSES),
    (THEIRS, BENCH, None, Pairing.PROCESSES),
    (THEIRS, THEIRS, None, Pairing.PROCESSES),
])
def test_slices_where_both_sides_have_them(baseline, candidate, asked, pairing):
    sides = parse(baseline, "--baseline"), parse(candidate, "--candidate")
    assert pairing_of(*sides, asked) is pairing


@pytest.mark.parametrize(("baseline", "candidate", "blamed"), [
    (BENCH, THEIRS, "--candidate"), (THEIRS, BENCH, "--baseline")])
def test_slices_of_a_program_without_them(baseline, candidate, blamed):
    sides = parse(baseline, "--baseline"), parse(candidate, "--candidate")
    with pytest.raises(InputError, match=f"^{blamed}: only pragmark bench serves slices"):
        pairing_of(*sides, Pairing.SLICES)
