"""Whole experiments on stand-ins: what is measured, chosen, confirmed, recommended, written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pragmark_drive.progress import Silent
from pragmark_report.errors import EnvironmentRefusal, InputError
from pragmark_tune import document, text
from pragmark_tune.measure import Measure
from pragmark_tune.model import Cell, Configuration, Objective, Phase, Verdict
from tune_fakes import GAINS, FakeClock, FakeProcesses, FakeSets
from tune_runs import checked, run_tune

SAMPLES = Path(__file__).parent / "samples"
TO_SAMPLE = {
    "tune.json": ("--vary", "application_id=1", "--vary", "cache_size=-2000,-20000,-200000",
                  "--vary", "mmap_size=0,268435456", "--vary", "page_size=1024,4096,16384",
                  "--vary", "synchronous=OFF,NORMAL,FULL",
                  "--vary", "wal_autocheckpoint=1000,16000", "--out", "tune.json"),
    "tune_factorial.json": ("--design", "factorial", "--vary", "page_size=1024,4096",
                            "--vary", "wal_autocheckpoint=1000,16000", "--vary",
                            "mmap_size=0,268435456", "--objective", "p99",
                            "--workload", "sequential_write", "--out", "factorial.json"),
    "tune_levers.json": ("--levers", "--workload", "mixed,concurrent_read", "--out",
                         "levers.json"),
}


def verdicts(result):
    return {each.comparison.what: each.verdict for each in result.effects}


def test_effects_are_found_and_none_is_called_so():
    result = run_tune("--vary", "application_id=0,1", "--vary", "mmap_size=268435456", "--vary",
                      "page_size=16384")
    assert verdicts(result) == {
        "application_id=0": Verdict.NONE, "application_id=1": Verdict.NONE,
        "mmap_size=268435456": Verdict.BETTER, "page_size=16384": Verdict.WORSE}
    assert "application_id=1  mixed" in text.render(result).replace("     mixed", "  mixed")
    assert text.render(result).count("no measurable effect") == 2
    assert all(each.smallest_visible < 0.2 for each in result.effects)


def test_better_levels_are_combined_and_confirmed_by_fresh_blocks():
    result = run_tune("--vary", "mmap_size=268435456", "--vary", "page_size=1024,16384")
    answer = result.answer
    assert answer.status == "recommended"
    assert answer.recommended.pragmas.name == "production+mmap_size=268435456+page_size=1024"
    assert "PRAGMA page_size = 1024;" in answer.sql
    fresh = [block for block in result.blocks if block.phase is Phase.CONFIRMATION]
    assert len(fresh) == result.parameters.confirmation_blocks >= 16
    assert min(block.index for block in fresh) == result.parameters.blocks
    checked(result)


class Fading(FakeProcesses):
    """A gain that was there in the main blocks and is gone afterwards: nothing was confirmed."""

    def add(self, configurations):
        super().add(configurations)
        self._gains = {}


def test_a_winner_that_is_not_confirmed_leaves_the_base():
    result = run_tune("--vary", "page_size=1024", processes=Fading())
    assert verdicts(result)["page_size=1024"] is Verdict.NONE
    assert result.notes[0].startswith("page_size=1024: better in the blocks that chose it, and not")
    assert [each.holds for each in result.confirmed] == [False]
    assert result.answer.status == "base stays"
    assert result.answer.recommended.pragmas.name == "production"
    assert "was not confirmed" in result.answer.sentence
    checked(result)


def test_nothing_to_confirm_needs_no_confirmation():
    result = run_tune("--vary", "cache_size=-2000", "--vary", "synchronous=FULL")
    assert result.answer.status == "base stays"
    assert "would have been seen" in result.answer.sentence
    assert {block.phase for block in result.blocks} == {Phase.MAIN}
    assert checked(result)["confirmation"] is None


def test_a_weaker_durability_class_is_told_apart_and_never_recommended():
    result = run_tune("--vary", "synchronous=OFF")
    assert result.answer.recommended.pragmas.name == "production"
    assert result.answer.weaker.candidate.configuration.pragmas.name == "production+synchronous=OFF"
    assert result.answer.sentence.endswith("but is only unsafe.")
    assert "nothing that is at least process-safe" in result.answer.sentence
    assert "synchronous=OFF (unsafe)" in text.render(result)
    made = checked(result)
    assert made["answer"]["weaker"]["weaker"] is True
    assert made["answer"]["durability"] == "process-safe"


def test_a_weaker_class_beside_a_winner_of_the_bases_own():
    result = run_tune("--vary", "synchronous=OFF", "--vary", "page_size=1024")
    assert result.answer.recommended.pragmas.name == "production+page_size=1024"
    assert result.answer.weaker.candidate.configuration.pragmas.name.endswith(
        "+synchronous=OFF+page_size=1024")


def test_a_set_whose_requests_fail_is_never_proposed():
    gains = {**GAINS, "busy_timeout=0": 2.0}
    for design in ("one-at-a-time", "factorial"):
        result = run_tune("--vary", "busy_timeout=0", "--design", design,
                          processes=FakeProcesses(1, gains))
        assert not result.confirmed
        assert result.answer.recommended.pragmas.name == "production"
        assert "not comparable" in text.render(result)
        assert "would have been seen" not in result.answer.sentence
        assert "busy_timeout=0 cannot be compared: requests fail" in result.answer.sentence
        assert checked(result)["effects"][0]["comparable"] is False


def test_a_stronger_class_may_be_recommended():
    gains = {**GAINS, "synchronous=FULL": 1.5}
    result = run_tune("--vary", "synchronous=FULL", processes=FakeProcesses(1, gains))
    assert result.answer.recommended.pragmas.durability == "power-safe"


def test_the_front_is_of_four_things():
    result = run_tune("--vary", "synchronous=FULL,OFF", "--vary", "cache_size=-2000,-200000")
    made = checked(result)
    front = {row["label"]: row for row in made["front"]}
    assert front["base"]["memory_bytes"] == 20 * 20_000 * 1024  # 2 connections of 10 threads
    assert front["cache_size=-2000"]["on_front"]  # the least memory
    assert front["synchronous=FULL"]["on_front"]  # the only power-safe one
    assert front["synchronous=OFF"]["on_front"]  # the fastest
    assert not front["cache_size=-200000"]["on_front"]


def test_a_factorial_has_main_effects_and_interactions():
    result = run_tune(*TO_SAMPLE["tune_factorial.json"][:-2])
    kinds = [each.comparison.kind for each in result.effects]
    assert (kinds.count("main"), kinds.count("interaction")) == (3, 3)
    found = verdicts(result)
    assert found["page_size=1024"] is Verdict.BETTER
    assert found["page_size=1024 with wal_autocheckpoint=16000"] is Verdict.NONE
    made = checked(result)
    effect = next(each for each in made["effects"] if each["what"] == "page_size=1024")
    assert effect["factor"] < 1 and effect["low"] < effect["factor"] < effect["high"]  # of a p99


def test_several_workloads_are_decided_by_their_mean():
    result = run_tune("--vary", "page_size=1024", "--workload", "mixed,sequential_read")
    assert {each.comparison.workload for each in result.effects} == {
        "mixed", "sequential_read", "all"}
    assert result.confirmed[0].effect.comparison.workload == "all"
    assert "in the geometric mean of mixed and sequential_read" in result.answer.sentence
    assert result.confirmed[0].effect.confidence == pytest.approx(1 - 0.05 / 3)
    checked(result)


@pytest.mark.parametrize("errors_stop", [False, True])
def test_a_machine_that_refuses_ends_the_pilot_whatever_else_may_fail(errors_stop):
    class Full(FakeProcesses):
        def visit(self, cell, operations):
            raise EnvironmentRefusal("disk", "No space left", "make room")

    measure = Measure(Full(), seed=1, threads=10, objective=Objective.THROUGHPUT, fresh=True,
                      clock=FakeClock(), progress=Silent())
    one = Configuration("c0", "base", FakeSets().read("production"), "per-thread")
    with pytest.raises(EnvironmentRefusal):
        measure.pilot([Cell(one, "mixed")], errors_stop=errors_stop)


def test_blocks_hold_everything_once_in_seeded_order():
    first, again, other = (run_tune("--vary", "page_size=1024,16384", seed=seed)
                           for seed in (3, 3, 4))
    assert document.dumps(first) == document.dumps(again)
    orders = [[value.configuration for value in block.values] for block in first.blocks
              if block.phase is Phase.MAIN]
    assert all(sorted(each) == ["c0", "c1", "c2"] for each in orders)
    assert len(set(map(tuple, orders))) > 3
    assert orders != [[value.configuration for value in block.values] for block in other.blocks
                      if block.phase is Phase.MAIN][: len(orders)]


class Unlucky(FakeProcesses):
    """Every rate depends on how much is done at once, and the pilot's luck is of any size."""

    def visit(self, cell, operations):
        value = super().visit(cell, operations)
        piloting = not any(entry[0] == "renew" for entry in self.log)
        factor = (operations / 1000) ** 0.3 * (self._random.uniform(0.6, 1.6) if piloting else 1.0)
        return replace(value, seconds=value.seconds / factor,
                       throughput_per_second=value.throughput_per_second * factor)


@pytest.mark.parametrize("seed", range(6))
def test_the_luck_of_a_pilot_is_no_effect(seed):
    result = run_tune("--vary", "application_id=0,1,2,3", processes=Unlucky(seed), seed=seed,
                      budget="600s")
    assert set(verdicts(result).values()) == {Verdict.NONE}
    counts = {value.operations for block in result.blocks for value in block.values}
    assert len(counts) == 1


def test_every_block_has_processes_of_its_own():
    processes = FakeProcesses()
    result = run_tune("--vary", "page_size=1024", processes=processes)
    renewals = [entry[1] for entry in processes.log if entry[0] == "renew"]
    assert len(renewals) == len(result.blocks)
    assert len(set(renewals)) > len(renewals) // 2  # environments of many sizes


def test_many_rows_are_not_loaded_again_for_every_block():
    processes = FakeProcesses()
    result = run_tune("--vary", "page_size=1024", "--rows", "200000", processes=processes)
    assert not [entry for entry in processes.log if entry[0] == "renew"]
    assert not result.parameters.fresh_processes


def test_the_budget_is_kept():
    for budget in (60, 600):
        processes = FakeProcesses()
        run_tune("--vary", "page_size=1024,16384", processes=processes, budget=f"{budget}s")
        assert processes.clock.now <= budget * 1.02


def test_a_configuration_that_was_asked_for_and_fails_ends_the_run():
    with pytest.raises(InputError, match="page_size=1024: it failed"):
        run_tune("--vary", "page_size=1024", processes=FakeProcesses(broken=["page_size=1024"]))


def test_levers_lead_from_the_original_to_the_best():
    result = run_tune("--levers", "--workload", "mixed,sequential_read", budget="600s")
    mixed, read = result.waterfalls
    assert [each.comparison.what for each in mixed.steps] == [
        "C++ instead of Python", "settings: production",
        "connections kept, statements prepared once", "transactions batched",
        "checkpoints in the background", "WAL writes coalesced", "settings: write-optimised",
        "memory statistics off", "32 requests in flight"]
    assert [each.comparison.lever for each in read.steps] == [
        "language", "settings", "connection strategy", "settings", "memory statistics"]
    total = sum(each.gain for each in mixed.steps)
    assert total == pytest.approx(mixed.total.gain, abs=0.1)
    kinds = [each.comparison.kind for each in result.effects]
    assert (kinds.count("added"), kinds.count("removed")) == (12, 12)
    assert kinds.count("side") == 2 * 5  # three schemas, logging, another SQLite
    assert result.parameters.family == len(result.effects)
    made = checked(result)
    assert made["waterfalls"][0]["steps"][0]["interleaved"] is False
    assert "prepared statements alone" in [each["what"] for each in made["skipped"]]
    assert any("failed with SQLITE_BUSY" in note for note in made["notes"])
    assert "the largest step is \"" in result.answer.sentence
    assert "; it is process-safe." in result.answer.sentence


def test_a_rung_that_cannot_be_measured_is_left_out_and_told():
    broken = ["default/python-original", "schema no-indexes"]
    result = run_tune("--levers", "--workload", "mixed", budget="600s",
                      processes=FakeProcesses(broken=broken))
    (fall,) = result.waterfalls
    assert fall.start.label == "default/open-per-op"
    assert fall.steps[0].comparison.what == "settings: production"
    made = checked(result)
    assert {each["what"] for each in made["skipped"]} >= set(broken)
    errors = {each["label"]: each["error"] for each in made["configurations"] if each["error"]}
    assert set(errors) == set(broken)


@pytest.mark.parametrize("name", TO_SAMPLE)
def test_samples_are_what_the_program_writes(name):
    """`tune_samples.py` writes them anew, when the document changed on purpose."""
    assert (SAMPLES / name).read_text(encoding="utf-8") == sample(name)


def sample(name: str) -> str:
    return document.dumps(run_tune(*TO_SAMPLE[name], budget="200s" if "levers" in name else "60s"))
