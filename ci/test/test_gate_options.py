"""The command line: three jobs, and each bad value in one line that says what to do."""

from __future__ import annotations

import os

import pytest
from pragmark_gate import options
from pragmark_gate.calibrate import plan_of
from pragmark_gate.model import Metric, Pairing, Rule
from pragmark_gate.options import Mode, parse
from pragmark_gate.outcome import Policy
from pragmark_gate.runner import Plan

LIVE = ["--baseline", "old/bench", "--candidate", "new/bench"]
RECORDED = ["--baseline-json", "a.json", "b.json", "--candidate-json", "c.json"]
CALIBRATE = ["--calibrate", "bench"]
A_CPU = str(max(os.sched_getaffinity(0)))


def test_what_is_not_said_has_its_default():
    made = parse(LIVE)
    assert (made.mode, made.baseline, made.candidate) == (Mode.LIVE, "old/bench", "new/bench")
    assert (made.rule, made.policy, made.metric) == (Rule(), Policy(), Metric())
    assert (made.budget_seconds, made.timeout_seconds, made.format) == (300.0, 60.0, "text")
    assert (made.cpu, made.pairing, made.planted) == (int(A_CPU), None, 0.0)
    assert (made.files, made.step_summary, made.annotations) == ({}, "", False)


def test_the_seed_is_a_fresh_one_unless_it_is_given():
    assert len({parse(LIVE).seed for _ in range(5)}) > 1
    assert parse([*LIVE, "--seed", "0"]).seed == 0


def test_everything_that_can_be_said():
    made = parse([
        *LIVE, "--budget", "1.5h", "--margin", "4%", "--exclude", "0.2", "--launches", "24",
        "--seed", "9", "--metric", "syncs:lower", "--benchmarks", "read|write", "--cpu", "none",
        "--pairing", "processes", "--profile", "n.json", "--plant", "5%", "--undecided", "fail",
        "--counts", "report", "--instructions", "off", "--timeout", "90s", "--format", "junit",
        "--out", "g.json", "--junit", "g.xml", "--markdown", "g.md", "--step-summary", "s.md",
        "--annotations", "--export-benchmark-action", "e.json", "--export-bencher", "b.json"])
    assert made.rule == Rule(margin=0.04, exclude=0.2, launches=24, extension=24, confirmation=24)
    assert (made.budget_seconds, made.timeout_seconds, made.seed) == (5400.0, 90.0, 9)
    assert (made.metric, made.benchmarks) == (Metric("syncs", False), "read|write")
    assert (made.cpu, made.pairing, made.planted) == (None, Pairing.PROCESSES, 0.05)
    assert (made.policy, made.instructions) == (Policy(True, False), False)
    assert (made.format, made.step_summary, made.annotations) == ("junit", "s.md", True)
    assert (made.profile, made.files) == ("n.json", {
        "--out": "g.json", "--junit": "g.xml", "--markdown": "g.md",
        "--export-benchmark-action": "e.json", "--export-bencher": "b.json"})


def test_the_other_jobs():
    made = parse(RECORDED)
    assert made.mode is Mode.RECORDED
    assert (made.baseline_json, made.candidate_json) == (("a.json", "b.json"), ("c.json",))
    made = parse([*CALIBRATE, "--profile", "n.json", "--budget", "20m"])
    assert (made.mode, made.baseline, made.candidate) == (Mode.CALIBRATE, "bench", "bench")
    assert made.files == {"--profile": "n.json"} and made.budget_seconds == 1200.0


@pytest.mark.parametrize("word, metric", [
    ("items_per_second", Metric()), ("latency_us_p99", Metric("latency_us_p99", False)),
    ("real_time", Metric("real_time", False)), ("cpu_time", Metric("cpu_time", False)),
    ("items_per_second:lower", Metric("items_per_second", False)),
    ("a:b:higher", Metric("a:b", True)),
])
def test_a_metric_and_its_direction(word, metric):
    assert parse([*LIVE, "--metric", word]).metric == metric


@pytest.mark.parametrize("word, share", [("3%", 0.03), ("0.03", 0.03), (".05", 0.05), ("9.5%", 0.095)])
def test_a_share_in_both_spellings(word, share):
    assert parse([*LIVE, "--margin", word]).rule.margin == pytest.approx(share)


def test_the_same_command_twice_shows_something_when_one_is_slowed_down():
    made = parse(["--baseline", "bench", "--candidate", "bench", "--plant", "5%"])
    assert made.planted == 0.05


@pytest.mark.parametrize("word", ["0%", "0", "0.0"])
def test_the_same_command_twice_is_compared_where_that_is_said(word):
    assert parse(["--baseline", "bench", "--candidate", "bench", "--plant", word]).planted == 0.0


@pytest.mark.parametrize("job", [LIVE, CALIBRATE])
def test_rounds_reach_the_plan(job):
    assert plan_of(parse(job), {}).rounds == Plan.rounds
    assert plan_of(parse([*job, "--rounds", "2"]), {}).rounds == 2


def test_the_order_is_fixed_only_where_it_is_asked_for():
    for words, fixed in (([], False), (["--order", "balanced"], False), (["--order", "fixed"], True)):
        assert plan_of(parse([*LIVE, *words]), {}).ab_fixed is fixed


def test_the_summary_file_of_the_service_is_used_only_when_asked(monkeypatch):
    monkeypatch.setenv(options.SUMMARY_VARIABLE, "/tmp/summary.md")
    assert parse(LIVE).step_summary == ""
    assert parse([*LIVE, "--step-summary"]).step_summary == "/tmp/summary.md"
    assert parse([*LIVE, "--step-summary", "mine.md"]).step_summary == "mine.md"


# (arguments, words that the one line has)
BAD = [
    ([], ["nothing to compare", "--calibrate"]),
    (["--baseline", "a"], ["--candidate is missing"]),
    (["--candidate-json", "a"], ["--baseline-json is missing"]),
    ([*LIVE, *RECORDED], ["exclude", "choose one job"]),
    ([*LIVE, *CALIBRATE], ["exclude"]),
    ([*RECORDED, *CALIBRATE], ["exclude"]),
    (["--baseline", "b  --x", "--candidate", "b --x"], ["same command", "--calibrate", "--plant 0%"]),
    ([*LIVE, "--rounds", "1"], ["--rounds", "from 2 to 1000"]),
    ([*LIVE, "--rounds", "1001"], ["--rounds", "from 2 to 1000"]),
    ([*LIVE, "--rounds", "8", "--pairing", "processes"], ["--rounds means nothing", "processes"]),
    ([*RECORDED, "--rounds", "8"], ["--rounds means nothing", "--baseline-json"]),
    ([*LIVE, "--order", "random"], ["--order", "balanced"]),
    ([*RECORDED, "--order", "fixed"], ["--order means nothing"]),
    ([*CALIBRATE, "--order", "fixed"], ["--order means nothing"]),
    (["--baseline", " ", "--candidate", "b"], ["--baseline", "no command"]),
    (["--baseline", "", "--candidate", "b"], ["--baseline", "no command"]),
    ([*LIVE, "--budget", "5"], ["--budget", "'5'", "5m"]),
    ([*LIVE, "--budget", "0m"], ["--budget", "0m"]),
    ([*LIVE, "--budget", "-5m"], ["--budget"]),
    ([*LIVE, "--budget", "5min"], ["5min", "90s"]),
    ([*LIVE, "--budget", "nan"], ["nan"]),
    ([*LIVE, "--budget", "200h"], ["200h", "a week"]),
    ([*LIVE, "--margin", "3"], ["--margin", "'3'", "3% or 0.03"]),
    ([*LIVE, "--margin", "0"], ["--margin"]),
    ([*LIVE, "--margin", "100%"], ["--margin", "100%"]),
    ([*LIVE, "--margin", "nan%"], ["--margin"]),
    ([*LIVE, "--margin", "three"], ["--margin", "three"]),
    ([*LIVE, "--margin", "10%"], ["--margin 0.1", "--exclude 0.1"]),
    ([*LIVE, "--exclude", "2%"], ["--margin 0.03", "--exclude 0.02"]),
    ([*LIVE, "--launches", "0"], ["--launches", "'0'"]),
    ([*LIVE, "--launches", "1e3"], ["1e3", "whole number"]),
    ([*LIVE, "--seed", "-1"], ["--seed"]),
    ([*LIVE, "--seed", "9" * 19], ["--seed"]),
    ([*LIVE, "--metric", "syncs"], ["syncs:higher", "syncs:lower"]),
    ([*LIVE, "--metric", "x:up"], ["x:up", "NAME:lower"]),
    ([*LIVE, "--metric", ""], ["--metric"]),
    ([*LIVE, "--benchmarks", "("], ["--benchmarks", "regular expression"]),
    ([*LIVE, "--cpu", "9999"], ["--cpu", "9999", A_CPU, "none"]),
    ([*LIVE, "--cpu", "x"], ["--cpu", "'x'"]),
    ([*LIVE, "--pairing", "both"], ["--pairing", "both", "slices"]),
    ([*LIVE, "--plant", "-3%"], ["--plant"]),
    ([*LIVE, "--undecided", "warn"], ["--undecided", "warn", "pass"]),
    ([*LIVE, "--counts", "no"], ["--counts", "report"]),
    ([*LIVE, "--timeout", "1"], ["--timeout", "'1'"]),
    ([*LIVE, "--format", "xml"], ["--format", "xml", "junit"]),
    ([*LIVE, "--out", ""], ["--out", "no file name"]),
    ([*LIVE, "--no-such"], ["--no-such"]),
    ([*LIVE, "--bud", "5m"], ["--bud"]),
    ([*LIVE, "extra"], ["extra"]),
    ([*LIVE, "--step-summary"], ["--step-summary", "GITHUB_STEP_SUMMARY is not set"]),
    ([*RECORDED, "--budget", "5m"], ["--budget means nothing", "--baseline-json"]),
    ([*RECORDED, "--seed", "1"], ["--seed means nothing"]),
    ([*RECORDED, "--cpu", "none"], ["--cpu means nothing"]),
    ([*RECORDED, "--plant", "5%"], ["--plant means nothing"]),
    ([*RECORDED, "--order", "fixed"], ["--order means nothing"]),
    ([*LIVE, "--order", "AB"], ["--order", "balanced"]),
    ([*RECORDED, "--launches", "5"], ["--launches means nothing"]),
    ([*RECORDED, "--profile", "n.json"], ["--profile means nothing"]),
    ([*CALIBRATE, "--junit", "x"], ["--junit means nothing", "--calibrate"]),
    ([*CALIBRATE, "--annotations"], ["--annotations means nothing"]),
    ([*CALIBRATE, "--undecided", "fail"], ["--undecided means nothing"]),
    ([*CALIBRATE, "--format", "junit"], ["--format junit", "text or json"]),
    ([*CALIBRATE, "--out", "x", "--profile", "y"], ["--out and --profile"]),
]


@pytest.mark.parametrize("arguments, said", BAD)
def test_a_bad_command_line_is_one_line_and_exit_2(arguments, said, capsys, monkeypatch):
    monkeypatch.delenv(options.SUMMARY_VARIABLE, raising=False)
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (2, "")
    assert shown.err.count("\n") == 1 and shown.err.startswith("pragmark gate: ")
    assert "see pragmark gate --help" in shown.err
    assert all(each in shown.err for each in said), shown.err


def test_instructions_need_valgrind_only_where_they_are_demanded(capsys, monkeypatch):
    monkeypatch.setattr(options.shutil, "which", lambda name: None)
    assert parse(LIVE).instructions  # the result then says that they were not counted, and why
    with pytest.raises(SystemExit):
        parse([*LIVE, "--instructions", "on"])
    assert "valgrind is not on PATH" in capsys.readouterr().err
    monkeypatch.setattr(options.shutil, "which", lambda name: "/usr/bin/valgrind")
    assert parse(LIVE).instructions and parse([*LIVE, "--instructions", "on"]).instructions


def test_help_has_an_example_for_each_job(capsys):
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for job in ("pragmark gate --baseline '", "pragmark gate --baseline-json ",
                "pragmark gate --calibrate '", "--plant 5%", "--annotations", "{out}"):
        assert job in shown
    assert "exit status: 0 holds; 1 regressed; 2 unusable" in shown
