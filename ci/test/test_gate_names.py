"""Who stands against whom, and that nobody is left without a word."""

from __future__ import annotations

import pytest
from pragmark_gate.names import PairedName, pair
from pragmark_report.errors import InputError

TAIL = "rows:1000/payload:small/real_time/threads:1"
READ = f"sequential_read/production/per-thread/{TAIL}"
WRITE = f"sequential_write/production/per-thread/{TAIL}"
FULL = "production+synchronous=FULL"


def with_set(name, new):
    return name.replace("/production/", f"/{new}/")


def test_the_same_names_pair_by_name_in_the_order_of_the_baseline():
    pairs = pair(["b", "a", "c"], ["c", "a", "b"])
    assert [each.name for each in pairs] == ["b", "a", "c"]
    assert pairs[0] == PairedName("b", "b", "b")


def test_another_pragma_set_pairs_by_the_rest():
    pairs = pair([READ, WRITE], [with_set(WRITE, FULL), with_set(READ, FULL)])
    assert pairs == (
        PairedName(f"sequential_read/production vs {FULL}/per-thread/{TAIL}", READ,
                   with_set(READ, FULL)),
        PairedName(f"sequential_write/production vs {FULL}/per-thread/{TAIL}", WRITE,
                   with_set(WRITE, FULL)),
    )


def test_another_strategy_pairs_by_the_rest():
    theirs = READ.replace("per-thread", "single-writer+checkpoints=background")
    (one,) = pair([READ], [theirs])
    assert one.name == (
        f"sequential_read/production/per-thread vs single-writer+checkpoints=background/{TAIL}")
    assert (one.baseline, one.candidate) == (READ, theirs)


def test_set_and_strategy_may_both_differ():
    theirs = with_set(READ, "default").replace("per-thread", "open-per-op")
    (one,) = pair([READ], [theirs])
    assert one.name == f"sequential_read/production vs default/per-thread vs open-per-op/{TAIL}"


@pytest.mark.parametrize(("part", "shown"), [
    ("schema:without_rowid", "schema:standard vs without_rowid"),
    ("memory_statistics:off", "memory_statistics:as-built vs off"),
    ("in_flight:8", "in_flight:1 vs 8"),
])
def test_a_part_that_only_one_side_names_has_its_default_on_the_other(part, shown):
    theirs = WRITE.replace("/real_time", f"/{part}/real_time")
    (one,) = pair([WRITE], [theirs])
    assert shown in one.name.split("/")
    assert (one.baseline, one.candidate) == (WRITE, theirs)
    (turned,) = pair([theirs], [WRITE])
    assert (turned.baseline, turned.candidate) == (theirs, WRITE)


@pytest.mark.parametrize(("ours", "theirs"), [
    ([READ, with_set(READ, "default")], [with_set(READ, FULL)]),  # two sets against one
    ([READ], [with_set(READ, FULL), with_set(READ, "default")]),
    ([READ, with_set(READ, "a")], [with_set(READ, "b"), with_set(READ, "c")]),
    ([READ, WRITE], [READ]),  # one is missing
    ([READ], [READ, WRITE]),
    ([READ], [WRITE]),  # another workload is other work
    ([READ], [READ.replace("rows:1000", "rows:2000")]),
    ([READ], [READ.replace("payload:small", "payload:large")]),
    ([READ], [READ.replace("threads:1", "threads:2")]),
    ([READ, WRITE], [with_set(READ, FULL), with_set(READ, FULL).replace("read", "scan")]),
    (["BM_read/production/x"], ["BM_read/default/x"]),  # nobody knows what those parts mean
    (["BM_read/production/x/8"], ["BM_read/default/x/8"]),
    (["BM_read"], ["BM_read_renamed"]),
])
def test_whoever_has_no_partner_is_named(ours, theirs):
    with pytest.raises(InputError) as refused:
        pair(ours, theirs)
    lone = [name for name in ours if name not in theirs] or [
        name for name in theirs if name not in ours]
    assert lone[0] in str(refused.value)
    assert "missing, or renamed" in str(refused.value)


def test_both_sides_of_a_difference_are_named_and_not_all_of_many():
    ours = [f"b{number}" for number in range(9)]
    with pytest.raises(InputError, match="only the baseline has b0, b1, b2 and 6 more; "
                                         "only the candidate has c: missing, or renamed"):
        pair(ours, ["c"])


def test_the_pattern_chooses_before_it_pairs():
    (one,) = pair([READ, WRITE], [READ], "^sequential_read")
    assert one.name == READ
    (one,) = pair([READ, WRITE], [READ, WRITE], "_write/")
    assert one.name == WRITE


@pytest.mark.parametrize(("ours", "theirs", "pattern", "problem"), [
    ([], [READ], "", "the baseline: it has no benchmarks"),
    ([READ], [], "", "the candidate: it has no benchmarks"),
    ([READ], [READ], "nothing", "matches no benchmark of the baseline"),
    ([READ], [WRITE], "_read/", "matches no benchmark of the candidate"),
    ([READ], [READ], "(", "no regular expression"),
    ([READ, READ], [READ], "", "the baseline: it has benchmarks of one name"),
])
def test_a_choice_of_nothing_is_refused(ours, theirs, pattern, problem):
    with pytest.raises(InputError) as refused:
        pair(ours, theirs, pattern)
    assert problem in str(refused.value)
