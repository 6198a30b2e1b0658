"""The account of a study, on runs that are made up: what is counted, and what is not."""

from __future__ import annotations

import dataclasses
import math
import sys
from pathlib import Path

import gate_samples as samples
import pytest

from pragmark_gate import document, study
from pragmark_gate.model import Confirmation, Phase, Verdict
from pragmark_gate.outcome import Policy
from pragmark_report.errors import InputError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import gate_study  # noqa: E402


def run(kind: str, number: int, *judgements, **changes) -> study.StudyRun:
    return study.StudyRun(kind, f"{kind}-{number:03d}", samples.result(*judgements, **changes))


def unconfirmed(benchmark: str = samples.READ):
    """A first finding that fresh launches did not confirm."""
    return samples.judgement(
        benchmark, effect=math.log(0.95), confirmation=Confirmation(16, 0.0, 0.6, False, -0.01, 0.01))


def row(rows, kind, benchmark=study.ANY):
    (found,) = (each for each in rows if (each.kind, each.benchmark) == (kind, benchmark))
    return found


def test_first_findings_and_confirmed_ones_are_counted_apart():
    rows = study.rows([
        run("null", 0, samples.judgement(samples.READ)), run("null", 1, unconfirmed()),
        run("plant-5%", 0, samples.regressed()), run("plant-5%", 1, samples.undecided(samples.READ)),
    ])
    null, planted = row(rows, "null", samples.READ), row(rows, "plant-5%", samples.READ)
    assert [(each.hits, each.runs) for each in (null.first, null.regressed)] == [(1, 2), (0, 2)]
    assert [(each.hits, each.runs) for each in (planted.first, planted.regressed)] == [(1, 2)] * 2
    assert (planted.undecided.hits, null.undecided.hits) == (1, 0)


def test_a_run_with_two_alarms_counts_once():
    rows = study.rows([run("null", 0, samples.regressed(samples.READ),
                           samples.regressed(samples.WRITE))])
    assert (row(rows, "null").regressed.hits, row(rows, "null").regressed.runs) == (1, 1)


def test_an_improvement_is_no_slowdown():
    faster = dataclasses.replace(samples.regressed(), verdict=Verdict.IMPROVED, effect=0.05)
    found = row(study.rows([run("null", 0, faster)]), "null")
    assert (found.improved.hits, found.first.hits, found.regressed.hits) == (1, 0, 0)


def test_runs_that_say_nothing_are_told_and_not_counted():
    runs = [run("null", 0, samples.judgement()), run("null", 1, samples.regressed(), void="biased"),
            study.StudyRun("null", "null-002", None)]
    assert study.unusable(runs) == {"null": 2}
    assert row(study.rows(runs), "null").regressed.runs == 1


def test_kinds_come_from_names_and_may_hold_a_dash():
    runs = study.by_kind({"plant-5%-003": None, "null-000": None})
    assert [each.kind for each in runs] == ["plant-5%", "null"]


def test_the_whole_account_holds_every_kind_and_rule():
    def noisy(seed: int) -> tuple:
        return tuple(samples.launch(samples.READ, index, 1 + 0.01 * math.sin(7 * index + seed),
                                    Phase.MAIN) for index in range(16))

    runs = [run("null", i, samples.judgement(), launches=noisy(i)) for i in range(3)]
    runs += [run("plant-5%", i, samples.regressed(), launches=noisy(i), planted=0.05)
             for i in range(2)]
    told = study.markdown(runs, seed=1)
    for words in ("| null |", "| plant-5% |", "2/2 [15.8%, 100.0%]", "synthetic", "Welch t-test",
                  "one stored value, 10%", "5% planted", "Runs without a usable result: none."):
        assert words in told


def options(tmp_path, *words):
    return gate_study.parse(["run", "--out", str(tmp_path), *words])


def test_the_list_of_runs_is_that_of_the_seed(tmp_path):
    words = ("--null", "3", "--plant", "5%:2", "--fixed", "1")
    names = [each.name for each in gate_study.cases(options(tmp_path, *words))]
    assert sorted(names) == ["fixed-000", "null-000", "null-001", "null-002", "plant-5%-000",
                             "plant-5%-001"]
    assert names == [each.name for each in gate_study.cases(options(tmp_path, *words))]
    other = gate_study.cases(options(tmp_path, *words, "--seed", "9"))
    assert names != [each.name for each in other]


@pytest.mark.parametrize("kind, words", [
    ("null", []), ("plant-5%", ["--plant", "5%"]), ("fixed", ["--order", "fixed"]),
])
def test_a_run_is_told_what_its_kind_asks_for(tmp_path, kind, words):
    made = options(tmp_path, "--command", f"{sys.executable} --x")
    arguments = gate_study.arguments(gate_study.Case(kind, 0), made, tmp_path / "r.json")
    baseline, candidate = arguments[2], arguments[4]
    assert baseline != candidate and candidate.endswith(" --x")
    assert Path(candidate.split()[0]).read_bytes() == Path(sys.executable).read_bytes()
    assert [each for each in arguments[5:] if each in words] == words


def test_what_was_run_can_be_told(tmp_path, capsys):
    for number in range(2):
        made = samples.result(samples.judgement(), launches=tuple(
            samples.launch(samples.READ, index, 1 + 0.01 * math.sin(7 * index + number))
            for index in range(16)))
        (tmp_path / f"null-{number:03d}.json").write_text(document.dumps(made, Policy()))
    (tmp_path / "fixed-000.unusable").write_text("it ended early")
    assert gate_study.tell(gate_study.parse(["tell", str(tmp_path)])) == 0
    told = capsys.readouterr().out
    assert "0/2 [0.0%, 84.2%]" in told and "1 of fixed." in told


def test_a_study_that_has_just_begun_is_told_as_far_as_it_got():
    assert "No rate of drawn runs: " in study.markdown([run("fixed", 0, samples.judgement())], 1)
    with pytest.raises(InputError, match="no run has a result"):
        study.markdown([study.StudyRun("null", "null-000", None)], 1)
