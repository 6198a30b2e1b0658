"""Choices: alternatives that differ from the chosen configuration in exactly one thing."""

import pytest
from conftest import rows_of
from pragmark_report import words
from pragmark_report.choices import SCHEMA, SETTING, STRATEGY, choices
from pragmark_report.errors import InputError
from rungs import CHOSEN, Synthetic, choices_synthetic

ONE_STEP = ("write-optimised+page_size=4096", "group-commit", "standard", 0.7)


def found_in(summarise, document):
    return choices(summarise(document).runs[0])


def refusal(summarise, document):
    with pytest.raises(InputError) as caught:
        found_in(summarise, document)
    return str(caught.value)


def test_alternatives_stand_by_kind_and_name_with_what_the_chosen_has(summarise):
    serial, in_flight = found_in(summarise, choices_synthetic().document())
    expected = [
        (SETTING, "mmap_size", None, "268435456"),
        (SETTING, "page_size", "1024", "4096"),
        (SETTING, "page_size", "1024", "16384"),
        (SETTING, "wal_autocheckpoint", None, "1000"),
        (SCHEMA, "schema", "standard", "one-index"),
        (SCHEMA, "schema", "standard", "without-rowid"),
        (STRATEGY, "checkpoints", "background", "commit"),
        (STRATEGY, "wal_writes", "coalesced", "direct"),
    ]
    for choice, load in ((serial, 1), (in_flight, 32)):
        told = [each.difference for each in choice.alternatives]
        assert [(d.kind, d.name, d.chosen, d.other) for d in told] == expected
        rows = [choice.chosen, *(each.row for each in choice.alternatives)]
        assert {row.configuration.load.in_flight for row in rows} == {load}
        assert words.plain(words.served_by(choice.chosen)).startswith(
            "write-optimised/group-commit")


def test_the_ratio_is_the_alternative_over_the_chosen_with_its_interval(summarise):
    for choice in found_in(summarise, choices_synthetic().document()):
        for each in choice.alternatives:
            rates = [row.throughput.median_per_second for row in (each.row, choice.chosen)]
            assert each.ratio.factor == pytest.approx(rates[0] / rates[1], rel=0.05)
            assert each.ratio.interval.low < each.ratio.factor < each.ratio.interval.high


def test_a_strategy_of_another_name_and_all_else_equal_is_one_thing(summarise):
    other = "single-writer+checkpoints=background+wal_writes=coalesced"
    made = choices_synthetic([(CHOSEN[0], other, "standard", 0.5)], loads=[1])
    ((each,),) = (choice.alternatives for choice in found_in(summarise, made.document()))
    assert (each.difference.kind, each.difference.chosen, each.difference.other) == (
        STRATEGY, "group-commit", "single-writer")


@pytest.mark.parametrize(
    "pragma_set, strategy, schema, said",
    [
        ("write-optimised+page_size=4096+mmap_size=1", "group-commit", "standard",
         "2 things (mmap_size, page_size)"),
        ("write-optimised+page_size=4096", "group-commit", "one-index",
         "2 things (page_size, schema)"),
        ("write-optimised", "group-commit+wal_writes=direct", "one-index",
         "2 things (schema, wal_writes)"),
        ("write-optimised", "per-thread", "standard",
         "3 things (strategy, checkpoints, wal_writes)"),
        ("write-optimised", "raw", "standard", "3 things (strategy, checkpoints, wal_writes)"),
        ("write-optimised+page_size=1024", "group-commit", "standard", "nothing"),
    ],
)
def test_what_is_not_one_choice_is_refused(summarise, pragma_set, strategy, schema, said):
    made = choices_synthetic([ONE_STEP, (pragma_set, strategy, schema, 0.5)], loads=[1])
    error = refusal(summarise, made.document())
    assert error == (
        f"r0.json: {pragma_set}/{strategy} on schema {schema} in sequential_write with threads:1 "
        f"processes:1 in_flight:1 differs from the chosen in {said}; measure alternatives that "
        "differ in one thing each")


def test_a_set_is_known_by_its_settings_and_not_by_its_name(summarise):
    made = Synthetic()
    made.add("mixed", *CHOSEN, 100.0)
    made.add("mixed", "production", "group-commit", 90.0)
    ((each,),) = (choice.alternatives for choice in found_in(summarise, made.document()))
    assert (each.difference.name, each.difference.chosen, each.difference.other) == (
        "page_size", "1024", None)


def test_every_load_needs_the_chosen(summarise):
    document = choices_synthetic([ONE_STEP, (*CHOSEN, "one-index", 1.2)]).document()
    rows = rows_of(document, "write-optimised/group-commit/rows:1000/payload:small/in_flight:32/it")
    document["benchmarks"] = [row for row in document["benchmarks"] if row not in rows]
    assert ("write-optimised/group-commit was not measured in sequential_write with threads:1 "
            "processes:1 in_flight:32; measure") in refusal(summarise, document)


def test_a_chosen_that_erred_is_refused_and_an_alternative_is_not(summarise):
    document = choices_synthetic([ONE_STEP], loads=[1]).document()
    rows_of(document, "page_size=4096")[0].update(error_occurred=True, error_message="disk full")
    ((each,),) = (choice.alternatives for choice in found_in(summarise, document))
    assert each.ratio is None and each.row.error.startswith("disk full")
    rows_of(document, "write-optimised/")[0].update(error_occurred=True, error_message="killed")
    assert "write-optimised/group-commit erred (killed" in refusal(summarise, document)


def test_a_set_that_is_no_list_of_settings_is_refused(summarise):
    document = choices_synthetic([ONE_STEP], loads=[1]).document()
    document["context"]["pragma_set:write-optimised"] = "(SQLite's own)"
    assert "`pragma_set:write-optimised` is no list of settings" in refusal(summarise, document)
