"""Each question, whole, on the machine that fake_load.py plays."""

from __future__ import annotations

import shutil

import pytest
from capacity_runs import CORES, SCHEMA, ask, purposes

from pragmark_capacity import antagonists, document, forecast, program, slo, text
from pragmark_capacity.model import Objective
from pragmark_report.errors import InputError
from pragmark_report.schema import first_breach

CAPACITY = 12_000.0  # fake_load.CAPACITY; p99 10 ms is reached at 94% of it
LUCK_OF_ONE_STALL = 3  # a seed with which only the first step at the lowest rate stalls
QUESTIONS = {
    "slo": ["--slo", "p99=10ms", "--monthly-cost", "5"],
    "rate": ["--rate", "2000"],
    "claim": ["--claim", "60000", "--mix", "read=95,write=5", "--slo", "p99=5ms"],
    "curve": ["--curve"],
    "soak": ["--soak", "60s"],
    "antagonists": ["--with", "backup,vacuum"],
    "forecast": ["--forecast", "--budget", "120s"],  # too few rounds for intervals, which cost time
}


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(program, "usable_cores", lambda: CORES)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_makes_a_whole_document(question):
    made = ask(*QUESTIONS[question])
    assert first_breach(made, SCHEMA) is None
    assert made["question"] == question
    assert document.dumps(made) == document.dumps(ask(*QUESTIONS[question]))  # the same bytes
    shown = text.render(made)
    assert shown.splitlines()[0] == made["answer"]["sentence"]
    for number, each in enumerate(made["caveats"]):
        assert each in shown, number


def test_three_runs_of_a_search_agree():
    found = [ask("--slo", "p99=10ms", seed=seed) for seed in (1, 2, 3)]
    rates = [each["answer"]["rate"] for each in found]
    assert max(rates) / min(rates) <= 1.10
    assert all(0.8 * CAPACITY < rate < CAPACITY for rate in rates)
    for each in found:
        assert each["answer"]["verdict"] == "holds" and each["exit_code"] == 0
        confirmed = each["steps"][each["search"]["confirmations"][-1]]
        assert confirmed["purpose"] == "confirm" and confirmed["holds"]
        assert confirmed["step"]["rate"] == each["answer"]["rate"]
        assert confirmed["step"]["seconds"] == 5 * each["parameters"]["step_seconds"]


def test_what_no_longer_step_confirms_is_undecided():
    made = ask("--slo", "p99=10ms", long=30.0)
    assert (made["answer"]["verdict"], made["exit_code"]) == ("undecided", 3)
    assert made["answer"]["rate"] is None and made["search"]["confirmed"] is None
    places = made["search"]["confirmations"]
    assert [made["steps"][place]["holds"] for place in places] == [False] * 6
    rates = [made["steps"][place]["step"]["rate"] for place in places]
    assert rates == sorted(rates, reverse=True) and rates[0] == rates[1]


def test_what_does_not_hold_at_the_lowest_rate_cannot_be_held():
    made = ask("--slo", "p99=10ms", floor_us=20_000.0)
    assert made["answer"]["verdict"] == "cannot be held" and made["exit_code"] == 1
    assert "cannot be held: even at 100 requests/s, p99 20 ms" in made["answer"]["sentence"]
    assert purposes(made) == ["ceiling"] * 2 + ["lowest"] * 3


def test_one_stall_at_the_lowest_rate_is_forgiven():
    made = ask("--slo", "p99=4ms", stalled=0.3, seed=LUCK_OF_ONE_STALL)
    lowest = [each["holds"] for each in made["steps"] if each["purpose"] == "lowest"]
    assert lowest == [False, True, True]
    assert made["answer"]["verdict"] != "cannot be held"


def test_a_lowest_rate_that_is_much_of_the_ceiling_leaves_it_undecided():
    made = ask("--slo", "p99.9=1ms")  # 1,000 requests/s are 8% of the ceiling
    assert (made["answer"]["verdict"], made["exit_code"]) == ("undecided", 3)
    assert "no rate from 1,000 requests/s up was seen to hold" in made["answer"]["sentence"]
    assert made["answer"]["rate"] is None


@pytest.mark.parametrize("words", [["--slo", "p99=10ms"], ["--curve"]])
def test_a_machine_too_slow_for_the_step_is_refused(words):
    with pytest.raises(InputError, match="--step 2s has .* requests at .*, too few for p99"):
        ask(*words, capacity=150.0)


def test_errors_are_those_of_a_usual_step():
    plan = slo.Plan(Objective(errors=3), "poisson", 2.0)
    assert [plan.judged(seconds).errors for seconds in (2.0, 10.0, 1.0)] == [3, 15, 1]


def test_a_rate_that_was_confirmed_below_the_interval_has_none(monkeypatch):
    monkeypatch.setattr(slo, "confirmation_rates", lambda edge: (0.5 * edge.low,))
    made = ask("--slo", "p99=10ms")
    answer = made["answer"]
    assert (answer["verdict"], answer["low"], answer["high"]) == ("holds", None, None)
    assert answer["rate"] < made["search"]["edge"]["low"]
    assert "was not confirmed" in answer["sentence"]


@pytest.mark.parametrize("percent, grade", [(0.2, "B"), (3.0, "C"), (12.0, "F")])
def test_what_was_stolen_during_the_steps_is_in_the_grade(percent, grade):
    made = ask("--rate", "2000", steal=percent)
    assert made["context"]["steal_percent"] == f"{percent:.2f}"
    assert made["context"]["environment_grade"] == grade
    assert "not known" not in made["context"]["environment_reasons"]
    assert any("(steal)" in each for each in made["caveats"]) == (grade != "B")


def test_a_wal_beyond_its_limit_does_not_hold():
    made = ask("--slo", "p99=10ms", "--wal-limit", "1MiB")
    assert made["exit_code"] == 1
    assert "the WAL grew to 4.01 MiB" in made["answer"]["sentence"]


def test_a_rate_beyond_the_machine_is_saturated():
    made = ask("--rate", "900000")
    assert (made["answer"]["verdict"], made["exit_code"]) == ("saturated", 1)
    assert len(made["steps"]) == 3
    made = ask("--soak", "10m", "--rate", "900000")
    assert (made["answer"]["verdict"], made["exit_code"]) == ("saturated", 1)
    assert len(made["steps"]) == 1  # nobody waits ten minutes for that
    made = ask("--with", "backup", "--rate", "900000")
    assert (made["answer"]["verdict"], made["exit_code"]) == ("saturated", 1)
    assert len(made["steps"]) == 1 and made["antagonists"] is None


def test_a_rate_that_holds_and_one_that_does_not():
    assert ask("--rate", "2000")["exit_code"] == 0
    missed = ask("--rate", "11900", noise=0.01, stalled=0.0)
    assert (missed["answer"]["verdict"], missed["exit_code"]) == ("missed", 1)


def test_a_claim_is_missed_and_says_what_does_hold():
    made = ask("--claim", "60000", "--slo", "p99=10ms")
    assert (made["answer"]["verdict"], made["exit_code"]) == ("missed", 1)
    assert made["claim"]["steps"] == 7 and made["claim"]["holding"] == 0
    assert 0.8 * CAPACITY < made["claim"]["held_instead"] < CAPACITY
    assert f"{made['claim']['held_instead'] / 60000:.0%} of the claim" in made["answer"]["sentence"]


def test_a_claim_is_reached_and_searches_no_further():
    made = ask("--claim", "5000", "--slo", "p99=10ms", stalled=0.0)
    assert (made["answer"]["verdict"], made["exit_code"]) == ("reached", 0)
    assert set(purposes(made)) == {"claim"}


def test_a_claim_at_the_edge_is_undecided():
    made = ask("--claim", "11280", noise=0.3, stalled=0.0, seed=1)
    assert (made["answer"]["verdict"], made["exit_code"]) == ("undecided", 3)
    assert made["claim"]["steps"] == 14


def test_a_claim_lists_what_it_leaves_unsaid():
    made = ask("--claim", "60000", "--mix", "read=95,write=5", "--slo", "p99=5ms")
    said = {each["what"]: each["said"] for each in made["claim"]["unsaid"]}
    assert said["the mix of requests"] and said["the latency"]
    assert not said["the size of a row"] and not said["the durability class"]
    assert not said["the machine"]
    assumed = {each["what"]: each["assumed"] for each in made["claim"]["unsaid"]}
    assert assumed["the durability class"] == "production: process-safe"
    assert "3.82 GiB of memory" in assumed["the database against memory and cache"]


def test_the_knee_lies_below_the_ceiling():
    made = ask("--curve", stalled=0.0)
    shares = [point["share"] for point in made["curve"]["points"]]
    assert shares == sorted(shares)
    assert 0.3 <= made["curve"]["knee"]["share"] <= 0.7  # of M/M/1 it is 0.5
    assert [point["saturated"] for point in made["curve"]["points"]][-2:] == [True, True]
    order = [each["step"]["rate"] for each in made["steps"] if each["purpose"] == "curve"]
    assert order[:14] != sorted(order[:14])  # in random order, so that drift falls on all


def test_a_soak_without_a_rate_takes_most_of_what_holds():
    made = ask("--soak", "2m")
    assert made["soak"]["rate"] == pytest.approx(0.8 * made["search"]["confirmed"])
    assert made["steps"][made["soak"]["step"]]["step"]["seconds"] == 120.0
    assert (made["answer"]["verdict"], made["exit_code"]) == ("stable", 0)


def test_a_soak_that_gets_slower_is_unstable():
    made = ask("--soak", "2m", "--rate", "3000", drift=1.0)
    assert (made["answer"]["verdict"], made["exit_code"]) == ("unstable", 1)
    assert "p99 moved from" in made["answer"]["sentence"]


def test_an_antagonist_adds_a_tail_and_is_recovered_from():
    made = ask("--with", "backup,vacuum", "--rate", "4000", stalled=0.0)
    told = made["antagonists"]["kinds"]
    assert [each["kind"] for each in told] == ["backup", "vacuum"]
    for each in told:
        assert each["added_ms"]["value"] > 3 * each["quiet_p99_ms"]
        assert each["recovered"] == 3 and each["recovery_s"]["value"] == pytest.approx(0.6)
        assert {made["steps"][place]["shape"] for place in each["steps"]} == {each["kind"]}


def test_an_antagonist_that_silences_everything_is_the_worst():
    made = ask("--with", "backup,vacuum", "--rate", "4000", stalled=0.0, silencing="vacuum")
    told = {each["kind"]: each for each in made["antagonists"]["kinds"]}
    assert set(told) == {"backup", "vacuum"}
    assert "vacuum adds most" in made["answer"]["sentence"]
    assert told["vacuum"]["during_max_ms"] == pytest.approx(4_000.0)  # as long as it works


def test_recovery_counts_from_the_antagonists_own_end():
    made = ask("--with", "vacuum", "--rate", "4000", stalled=0.0, overrun=1.0)
    assert made["antagonists"]["kinds"][0]["recovery_s"]["value"] == pytest.approx(0.6)


def test_most_runs_that_do_not_recover_have_no_recovery():
    assert antagonists.recovered_in([0.2, None, 0.4])["value"] == 0.4
    assert antagonists.recovered_in([0.2, None, None]) is None
    made = ask("--with", "vacuum", "--rate", "4000", stalled=0.0, overrun=3.0)
    told = made["antagonists"]["kinds"][0]
    assert (told["recovery_s"], told["recovered"]) == (None, 0)
    assert "does not recover within the run" in made["answer"]["sentence"]


def test_a_forecast_is_never_fitted_on_what_is_held_out():
    asked = QUESTIONS["forecast"]
    plain, other = ask(*asked), ask(*asked, one_core=0.3, delayed=2.0, small=3.0)
    held = {each["shape"] for each in plain["forecast"]["predictions"] if each["held_out"]}
    assert held == {"1 core", "slow syncs", "small cache"}
    for each in plain["steps"]:
        assert (each["purpose"] == "held-out") == (each["shape"] in held)
    for one, two in zip(plain["forecast"]["predictions"], other["forecast"]["predictions"]):
        assert one["predicted"]["value"] == two["predicted"]["value"], one["shape"]
        assert not one["held_out"] or one["measured"] != two["measured"], one["shape"]


def test_a_forecast_takes_no_more_rows_than_fit(monkeypatch):
    row_bytes = 360.0  # fake_load.py: 60,000 bytes and 300 a row
    plain = ask("--forecast", "--budget", "80s", "--step", "1s")
    assert "More rows: 30,000, 30 times" in plain["forecast"]["assumptions"][-1]

    def free(rows: int):
        return lambda _: shutil._ntuple_diskusage(0, 0, int(8 * rows * row_bytes))

    monkeypatch.setattr(forecast.shutil, "disk_usage", free(5_000))
    made = ask("--forecast", "--budget", "80s", "--step", "1s", own_queue=True)
    assert "More rows: 5,000, 5 times" in made["forecast"]["assumptions"][-1]
    names = {each["resource"] for each in made["forecast"]["demands"]}
    assert "CPU" in names and "waiting for locks" not in names
    monkeypatch.setattr(forecast.shutil, "disk_usage", free(1_500))
    with pytest.raises(InputError, match="has room for 1,500"):
        ask("--forecast")


def test_a_forecast_of_what_cannot_be_checked_is_wider_than_what_was_wrong():
    made = ask("--forecast")
    worst = max(abs(each["error_share"]) for each in made["forecast"]["predictions"]
                if each["held_out"])
    for each in made["forecast"]["predictions"]:
        predicted = each["predicted"]
        assert predicted["low"] <= predicted["value"] <= predicted["high"]
        if not each["held_out"]:
            assert predicted["high"] >= predicted["value"] * (1 + worst) * 0.999
            assert each["measured"] is None and each["error_share"] is None
