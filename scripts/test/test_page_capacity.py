"""Pages of capacity: what the answer says of one result, and of several beside each other."""

import json

import pytest
from capacity_documents import capacity_document
from pragmark_capacity.document import environment
from pragmark_report import load_result, page_capacity, plots_capacity, tables_capacity
from pragmark_report.words import plain


def loaded(document, letter="A"):
    return load_result.result(f"{letter}.json", letter, letter, json.loads(json.dumps(document)))


def hosts(question, *edges):
    made = []
    for letter, edge in zip("ABC", edges):
        document = capacity_document(question, seed=ord(letter), edge=edge)
        document["context"].update(host_name=f"host-{letter}", cpu_model=f"CPU {letter}")
        made.append(loaded(document, letter))
    return made


def table_of(page, heading):
    return next(each for each in page.sections if each.heading == heading).tables[0]


def test_one_result_answers_in_its_own_sentence():
    document = capacity_document("slo")
    page = page_capacity.capacity_page([loaded(document)], "capacity-slo")
    assert plain(page.answer) == document["answer"]["sentence"]
    assert page.title == "How many requests/s hold p99 <= 10 ms, no errors?"
    assert plain(page.remarks[0]) == document["cost"]["text"]
    assert "read=95%, write=5%" in page.question and "grade C" in page.question
    assert ("The database was 0.02 times the memory.",) in page.caveats


def test_several_hosts_are_ranked_by_the_rate_that_they_hold():
    page = page_capacity.capacity_page(hosts("slo", 12_000.0, 20_000.0, 5_000.0), "capacity-slo")
    assert plain(page.answer) == ("The most is held by B 18,000 requests/s, then A 10,800 "
                                  "requests/s and C 4,500 requests/s.")
    table = table_of(page, "Side by side")
    headings = [column.heading for column in table.columns]
    assert headings[-1] == "Cost per million" and headings[3] == "Grade"
    assert [row[:2] for row in table.rows] == [("A", "host-A"), ("B", "host-B"), ("C", "host-C")]
    assert [row[5] for row in table.rows] == [
        "10,800 [10,800, 11,760]", "18,000 [18,000, 19,600]", "4,500 [4,500, 4,900]"]
    assert len(page.sources) == 3 and len(page.environment.columns) == 4


@pytest.mark.parametrize("question", ["antagonists", "forecast"])
def test_of_several_results_each_keeps_its_figures(question):
    page = page_capacity.capacity_page(hosts(question, 12_000.0, 20_000.0), "page")
    for letter in "ab":
        own = [each.name for each in page.plots if each.name.startswith(f"page-{letter}")]
        alone = plots_capacity.own(hosts(question, 12_000.0)[0], f"page-{letter}", "")
        assert own == [each.name for each in alone] != []


def test_results_that_asked_different_things_are_not_ranked():
    first, second = hosts("slo", 12_000.0, 20_000.0)
    second.document["parameters"]["mix"] = {"read": 0.5, "write": 0.5}
    page = page_capacity.capacity_page([first, second], "capacity-slo")
    assert plain(page.answer).startswith("Each asked something else")
    assert page_capacity.told_apart([first, second]) == ["read=95%, write=5%",
                                                         "read=50%, write=50%"]
    assert page.question.startswith("production / group-commit, 10 threads")
    assert "the rest as the table says" in page.question


def test_the_grade_of_a_machine_is_told_once():
    (one,) = hosts("slo", 12_000.0)
    one.document["context"].update(environment_grade="C", environment_reasons="it is busy")
    one.document["caveats"] = [*environment(one.document["context"]), "and another"]
    said = [plain(each) for each in page_capacity.capacity_page([one], "n").caveats]
    assert sum("grade" in each for each in said) == 1 and "and another" in said


def test_claims_are_grouped_by_what_came_of_them():
    claims = hosts("claim", 12_000.0, 20_000.0, 90_000.0)
    claims[2].document["answer"]["verdict"] = "reached"
    page = page_capacity.capacity_page(claims, "capacity-claim")
    assert plain(page.answer) == "Missed by A and B; reached by C."
    assert page.figure.name == "capacity-claim"
    assert page.title == "60,000 requests/s with p99 <= 10 ms, no errors?"
    unsaid = table_of(page, "A: What the claim says")
    assert [row[:2] for row in unsaid.rows] == [("durability", "unsaid"), ("mix", "said")]


def test_the_machine_that_a_caveat_speaks_of_is_named_only_where_they_differ():
    first, second = hosts("slo", 12_000.0, 20_000.0)
    second.document["context"]["filesystem"] = "tmpfs"
    said = [plain(each) for each in page_capacity.capacity_page([first, second], "n").caveats]
    assert any(each.startswith("B: The databases lay on tmpfs") for each in said)
    assert any(each.startswith("The machine has grade C") for each in said)


def test_one_measurement_given_twice_is_told():
    document = capacity_document("slo")
    twice = [load_result.result("r", letter, "same", document) for letter in "AB"]
    said = [plain(each) for each in page_capacity.capacity_page(twice, "n").caveats]
    assert "Results A and B are the same bytes: one measurement given twice." in said


def test_the_latency_of_the_answer_is_that_of_steps_that_did_not_choose_it():
    document = capacity_document("slo")
    for place in document["search"]["confirmations"]:
        document["steps"][place]["step"]["latency_us"]["p99"] = 7_000.0
    assert tables_capacity.held_latency_ms(document) == 7.0
    document["search"]["confirmations"] = []
    assert tables_capacity.held_latency_ms(document) is None
    assert tables_capacity.held_latency_ms(capacity_document("claim")) == 400.0


@pytest.mark.parametrize("found, told", [
    (None, "–"), ({"value": 12.0, "low": None, "high": None, "n": 3}, "12.0 n=3"),
    ({"value": -2.0, "low": -3.0, "high": -1.0, "n": 9}, "-2.00 [-3.00, -1.00] n=9"),
    ({"value": 60_000.4, "low": 0.0, "high": 70_000.0, "n": 9}, "60,000 [0, 70,000] n=9")])
def test_an_estimate_as_text(found, told):
    assert tables_capacity.estimate(found) == told


def test_a_step_that_answered_nothing_is_drawn_nowhere_and_told_in_the_table():
    document = capacity_document("slo")
    document["steps"][0]["step"]["latency_us"] = dict.fromkeys(
        ("p50", "p90", "p99", "p99_9", "max"))
    result = loaded(document)
    assert len(plots_capacity.own(result, "n", "s")) == 1
    assert tables_capacity.steps(document).rows[0][5:9] == ("–",) * 4


@pytest.mark.parametrize("question, members", [
    ("slo", {"search": None}), ("forecast", {}), ("antagonists", {}), ("curve", {})])
def test_results_with_nothing_to_draw_still_have_a_page(question, members):
    document = {**capacity_document(question), **members, "steps": []}
    if question == "antagonists":
        document["antagonists"]["kinds"] = []
    if question == "forecast":
        document["forecast"].update(predictions=[], assumptions=[], demands=[],
                                    median_error_share=None)
        document["forecast"]["scaling"].update(points=[], fit=[])
    if question == "curve":
        document["curve"]["points"] = []
    page = page_capacity.capacity_page([loaded(document)], "n")
    assert page.answer and page.sections


@pytest.mark.parametrize("question", ["soak", "antagonists"])
def test_what_saturated_before_its_question_has_a_page(question):
    document = capacity_document(question)
    document[question] = None
    document["answer"].update(verdict="saturated", sentence="Saturated: nothing to do.")
    page = page_capacity.capacity_page([loaded(document)], "capacity")
    assert plain(page.answer) == "Saturated: nothing to do."
    assert [section.heading for section in page.sections] == [
        "All steps", "How to read the figures"]


def test_a_forecast_without_a_fit_or_a_band_has_a_page():
    document = capacity_document("forecast")
    for point in document["forecast"]["scaling"]["fit"]:
        point.update(low=None, high=None)
    page = page_capacity.capacity_page([loaded(document)], "capacity")
    assert any(section.heading == "How it scales over threads" for section in page.sections)
    document["forecast"]["scaling"] = None
    page = page_capacity.capacity_page([loaded(document)], "capacity")
    assert not any(section.heading == "How it scales over threads" for section in page.sections)
