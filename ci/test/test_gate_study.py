"""The account of a study, on runs that are made up: what is counted, and what is not."""

from __future__ import annotations

import dataclasses
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import gate_samples as samples
import pytest

from pragmark_gate import document, study, study_account
from pragmark_gate.model import Confirmation, Phase, Verdict
from pragmark_gate.outcome import Policy
from pragmark_report.errors import InputError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import gate_study  # noqa: E402


def made(kind: str, number: int, *judgements, **changes) -> dict:
    """A run's name and its result."""
    return {f"{kind}-{number:03d}": samples.result(*judgements, **changes)}


def runs_of(*parts: dict) -> tuple:
    """In the order of time; None stands for a run without a result."""
    return study_account.study_of({name: each for part in parts for name, each in part.items()}).runs


def unconfirmed(benchmark: str = samples.READ):
    """A first finding that fresh launches did not confirm."""
    return samples.judgement(
        benchmark, effect=math.log(0.95), confirmation=Confirmation(16, 0.0, 0.6, False, -0.01, 0.01))


def row(rows, kind, benchmark=study.ANY):
    (found,) = (each for each in rows if (each.kind, each.benchmark) == (kind, benchmark))
    return found


def test_first_findings_and_confirmed_ones_are_counted_apart():
    rows = study.rows(runs_of(
        made("null", 0, samples.judgement(samples.READ)), made("null", 1, unconfirmed()),
        made("plant-5%", 0, samples.regressed()),
        made("plant-5%", 1, samples.undecided(samples.READ)),
    ))
    null, planted = row(rows, "null", samples.READ), row(rows, "plant-5%", samples.READ)
    assert [(each.hits, each.runs) for each in (null.first, null.regressed)] == [(1, 2), (0, 2)]
    assert [(each.hits, each.runs) for each in (planted.first, planted.regressed)] == [(1, 2)] * 2
    assert (planted.undecided.hits, null.undecided.hits) == (1, 0)


def test_a_run_with_two_alarms_counts_once():
    rows = study.rows(runs_of(made("null", 0, samples.regressed(samples.READ),
                                   samples.regressed(samples.WRITE))))
    assert (row(rows, "null").regressed.hits, row(rows, "null").regressed.runs) == (1, 1)


def test_an_improvement_is_no_slowdown():
    faster = dataclasses.replace(samples.regressed(), verdict=Verdict.IMPROVED, effect=0.05)
    found = row(study.rows(runs_of(made("null", 0, faster))), "null")
    assert (found.improved.hits, found.first.hits, found.regressed.hits) == (1, 0, 0)


def test_runs_that_say_nothing_are_told_and_not_counted():
    runs = runs_of(made("null", 0, samples.judgement()),
                   made("null", 1, samples.regressed(), void="biased"), {"null-002": None})
    assert study.unusable(runs) == {"null": 2}
    assert row(study.rows(runs), "null").regressed.runs == 1


def test_kinds_come_from_names_and_may_hold_a_dash():
    runs = runs_of({"plant-5%-003": None}, made("null", 0, samples.judgement()))
    assert [each.kind for each in runs] == ["plant-5%", "null"]


def noisy(seed: int) -> tuple:
    return tuple(samples.launch(samples.READ, index, 1 + 0.01 * math.sin(7 * index + seed),
                                Phase.MAIN) for index in range(16))


def small_study() -> study_account.Study:
    parts = [made("null", i, samples.judgement(), launches=noisy(i)) for i in range(3)]
    parts += [made("plant-5%", i, samples.regressed(), launches=noisy(i), planted=0.05)
              for i in range(2)]
    return study_account.study_of({name: each for part in parts for name, each in part.items()})


def test_the_whole_account_holds_every_kind_and_rule():
    told = study.markdown(small_study(), seed=1)
    for words in ("| null |", "| plant-5% |", "2/2 [15.8%, 100.0%]", "synthetic", "Welch t-test",
                  "one stored value, 10%", "5% planted", "Runs without a usable result: none."):
        assert words in told
    assert told.startswith(
        "Of 3 runs of a program against itself, 0 called something regressed (0 before fresh "
        "launches): the exact 95% interval ends at 70.8%. A planted slowdown of 5% was found and "
        "confirmed in: sequential_read 2/2.\n")


def test_a_packed_study_says_the_same(tmp_path):
    packed = tmp_path / "study.json"
    packed.write_text(study_account.dumps(small_study()))
    assert study_account.load(str(packed)) == small_study()


@pytest.mark.parametrize("change, said", [
    ({"schema": "pragmark.gate-study/2"}, "it is no pragmark.gate-study/1"),
    ({"schema": None}, "it is no pragmark.gate-study/1"),
    ({"runs": []}, "no run has a result"),
    ({"runs": [{"kind": "null", "name": "null-000"}]}, "lacks `account`"),
    ({"extra": 1}, "unknown member `extra`"),
])
def test_a_packed_study_that_is_not_known_is_refused(tmp_path, change, said):
    packed = tmp_path / "study.json"
    packed.write_text(json.dumps({**json.loads(study_account.dumps(small_study())), **change}))
    with pytest.raises(InputError, match=said):
        study_account.load(str(packed))


def test_runs_of_unlike_builds_are_not_one_study():
    other = samples.result(samples.judgement())
    other = dataclasses.replace(other, rule=dataclasses.replace(other.rule, margin=0.05))
    with pytest.raises(InputError, match="null-001: it ran under other conditions than null-000"):
        study_account.study_of({**made("null", 0, samples.judgement()), "null-001": other})


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


def test_a_study_of_settings_takes_a_command_without_any(tmp_path):
    given = options(tmp_path, "--settings", "1", "--command", "bench --pragmas production")
    with pytest.raises(InputError, match="--command: it names PRAGMA sets"):
        gate_study.run(given)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind, words", [
    ("null", []), ("plant-5%", ["--plant", "5%"]), ("fixed", ["--order", "fixed"]),
])
def test_a_run_is_told_what_its_kind_asks_for(tmp_path, kind, words):
    given = options(tmp_path, "--command", f"{sys.executable} --x")
    arguments = gate_study.arguments(gate_study.Case(kind, 0), given, tmp_path / "r.json")
    baseline, candidate = arguments[2], arguments[4]
    assert baseline != candidate and candidate.endswith(" --x")
    assert Path(candidate.split()[0]).read_bytes() == Path(sys.executable).read_bytes()
    assert [each for each in arguments[5:] if each in words] == words


def test_a_share_without_a_number_is_bad_usage(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        options(tmp_path, "--plant", "5%")
    assert caught.value.code == 2 and "5%:20" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_study_that_is_stopped_leaves_no_process(tmp_path, number):
    """A busy process of --fixed that nobody ends would load the core for ever."""
    gate, mark = tmp_path / "gate", tmp_path / "mark"
    gate.write_text(f"#!/bin/sh\necho $$ >{mark}\nexec sleep 60\n")
    gate.chmod(0o755)
    words = ["run", "--out", tmp_path / "out", "--gate", gate, "--command", sys.executable,
             "--fixed", "1"]
    with subprocess.Popen([sys.executable, gate_study.__file__, *map(str, words)],
                          stderr=subprocess.PIPE, text=True) as process:
        while not (mark.exists() and mark.read_text().strip()) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.5)  # by now the load is there
        load = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert len(load) == 2 and process.returncode == 3
    assert said.count("\n") == 1 and "the same command goes on" in said
    assert not [pid for pid in load if Path(f"/proc/{pid}").exists()]
    assert not [each for each in (tmp_path / "out").iterdir() if each.suffix == ".unusable"]


def written_runs(folder: Path) -> None:
    for number in range(2):
        result = samples.result(samples.judgement(), launches=noisy(number))
        (folder / f"null-{number:03d}.json").write_text(document.dumps(result, Policy()))
    (folder / "fixed-000.unusable").write_text("it ended early")


def tell(*words) -> int:
    return gate_study.tell(gate_study.parse(["tell", *map(str, words)]))


def test_what_was_run_can_be_told(tmp_path, capsys):
    written_runs(tmp_path)
    assert tell(tmp_path) == 0
    told = capsys.readouterr().out
    assert "0/2 [0.0%, 84.2%]" in told and "1 of fixed." in told


def test_a_packed_folder_is_told_into_a_document_and_checked(tmp_path, capsys):
    written_runs(tmp_path)
    packed, readme = tmp_path / "packed" / "study.json", tmp_path / "README.md"
    packed.parent.mkdir()
    pack = ["pack", str(tmp_path), "--out", str(packed)]
    assert gate_study.pack(gate_study.parse(pack)) == 0
    assert [each.name for each in packed.parent.iterdir()] == ["study.json"]
    readme.write_text(f"a\n{gate_study.OPENING}\nold\n{gate_study.CLOSING}\nz\n")
    assert tell(packed, "--into", readme, "--check") == 1
    assert "README.md is not what" in capsys.readouterr().err
    assert tell(packed, "--into", readme) == 0
    text = readme.read_text()
    assert text.startswith("a\n<!-- gen") and text.endswith("-->\nz\n") and "old" not in text
    assert tell(packed, "--into", readme, "--check") == 0
    assert tell(packed) == 0
    assert capsys.readouterr().out.strip() in text


def test_a_document_without_a_block_is_refused(tmp_path):
    with pytest.raises(InputError, match="put both comments"):
        gate_study.with_block("nothing here", "told", tmp_path)


def test_a_study_that_has_just_begun_is_told_as_far_as_it_got():
    begun = study_account.study_of(made("fixed", 0, samples.judgement()))
    assert "No rate of drawn runs: " in study.markdown(begun, 1)
    with pytest.raises(InputError, match="no run has a result"):
        study_account.study_of({"null-000": None})


def test_the_published_study_is_what_the_readme_tells():
    root = Path(gate_study.__file__).resolve().parents[1]
    published = root / "reports" / "published" / "gate" / "study.json"
    assert tell(published, "--into", root / "ci" / "README.md", "--check") == 0
