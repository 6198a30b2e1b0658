"""The sentence that answers: what it promises, and what it says against itself."""

from __future__ import annotations

from dataclasses import replace

from pragmark_tune import answer, text
from pragmark_tune.model import Verdict
from tune_fakes import FakeProcesses, FakeSets
from tune_runs import checked, run_tune


def test_sql_that_an_existing_database_ignores_says_so():
    told = "page_size takes effect only in a new database"
    assert told in run_tune("--vary", "page_size=1024").answer.sentence
    assert told in run_tune("--levers", "--workload", "mixed", budget="600s").answer.sentence
    assert told not in run_tune("--vary", "mmap_size=268435456").answer.sentence


class FailingLater(FakeProcesses):
    """A candidate whose requests fail in the fresh blocks alone."""

    def visit(self, cell, operations):
        value = super().visit(cell, operations)
        late = any(entry[0] == "add" for entry in self.log) and not cell.configuration.base
        return replace(value, busy_errors=operations // 2 if late else 0)


def test_a_winner_whose_requests_fail_later_is_not_told_as_a_gain():
    result = run_tune("--vary", "page_size=1024", processes=FailingLater())
    assert result.answer.status == "base stays"
    assert ("production+page_size=1024 cannot be compared by the fresh blocks: requests fail"
            in result.answer.sentence)
    assert checked(result)["confirmation"]["candidates"][0]["comparable"] is False
    assert text.render(result).count(text.NOT_COMPARABLE) == 1


class OneSided(FakeProcesses):
    """A setting that helps where pages are written, and costs where they are only read."""

    def __init__(self, of_reads):
        super().__init__()
        self._of_reads = of_reads

    def true_rate(self, cell):
        changed = cell.workload == "sequential_read" and not cell.configuration.base
        return super().true_rate(cell) * (self._of_reads if changed else 1.0)


def test_a_workload_that_loses_is_named_beside_the_mean():
    processes = OneSided(0.75)  # of 1.22
    result = run_tune("--vary", "page_size=1024", "--workload", "mixed,sequential_read",
                      processes=processes)
    assert result.answer.status == "recommended"
    assert "at the cost of sequential_read (0.9" in result.answer.sentence


def test_what_helps_one_workload_alone_is_not_called_nothing():
    result = run_tune("--vary", "page_size=1024", "--workload", "mixed,sequential_read",
                      processes=OneSided(0.5))
    assert result.answer.status == "base stays"
    assert "what helps mixed alone does not help the mean" in result.answer.sentence


def test_a_way_without_a_gain_has_no_largest_step():
    result = run_tune("--levers", "--workload", "mixed", budget="600s")
    steps = tuple(replace(each, verdict=Verdict.NONE) for each in result.waterfalls[0].steps)
    falls = (replace(result.waterfalls[0], steps=steps),)
    told = answer.of(replace(result, waterfalls=falls), FakeSets())
    assert "largest step" not in told.sentence
