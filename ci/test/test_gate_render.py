"""What a run looks like: every output says the same, and no name can break any of them."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
from gate_samples import (
    ALL_KINDS, MIXED, NASTY, READ, WRITE, count, judgement, regressed, result, undecided,
    ungateable, worse_count,
)
from pragmark_gate import (
    reasons, render_ci, render_export, render_junit, render_markdown, render_text, words,
)
from pragmark_gate.model import ArmDescription, CountVerdict, Metric, Verdict
from pragmark_gate.outcome import Policy
from pragmark_report.errors import InputError

PLAIN, STRICT = Policy(), Policy(fail_undecided=True)
RUN = result(*ALL_KINDS, counts=(count(name="checkpoints_per_operation"), worse_count()))
VOID = result(regressed(), void="the null arm moved")
NASTY_RUN = result(
    judgement(NASTY), dataclasses.replace(regressed(), benchmark=NASTY + "2", reason=NASTY),
    counts=(dataclasses.replace(worse_count(), benchmark=NASTY, reason=NASTY),),
    baseline=ArmDescription(NASTY, {NASTY: NASTY}), notes=(NASTY,))


def text(run, policy=PLAIN, colour=False):
    return render_text.render(run, policy, colour)


def line_with(rendered, *wanted):
    found = [line for line in rendered.splitlines() if all(each in line for each in wanted)]
    assert found, f"no line with {wanted} in\n{rendered}"
    return found[0]


def test_the_table_has_change_interval_n_p_and_verdict():
    row = line_with(text(RUN), READ, "regressed")
    assert re.search(r" -4\.8%  +\[-5\.9, -3\.7\] +16 +1\.5e-05 .* 3% +4\.1%  regressed$", row)
    assert line_with(text(RUN), MIXED).endswith("13.7%  undecided")
    assert "Confirmed by 16 fresh launches: -5.0%." in text(RUN)


def test_a_benchmark_that_no_look_judged_has_no_figures():
    """Zeros would read as a measurement."""
    shown = text(result(reasons.too_few(READ, 0.03, 4, 11)))
    assert re.search(r"  -  +- +4 +- .* 3%  +-  undecided$", line_with(shown, READ, "undecided"))
    assert line_with(shown, "Warning: ").endswith(
        "sequential_read; a slowdown of any size may have gone unseen")


def test_a_finding_that_nothing_confirmed_is_not_told_as_unseen():
    found = judgement(READ, Verdict.UNDECIDED, effect=math.log(0.7), p_slower=1e-5)
    shown = text(result(found, undecided()))
    line_with(shown, "Warning: looked slower, which fresh launches did not confirm: "
                     "sequential_read -30.0%")
    line_with(shown, "Warning: undecided: mixed; a slowdown below 13.7% may have gone unseen")


def test_the_text_tells_what_it_rests_on():
    shown = text(RUN)
    assert shown.startswith("pragmark gate: regressed: sequential_read -4.8%; sequential_write sync")
    line_with(shown, "Null arm: 3 launches", "median +0.1%")
    line_with(shown, "pragma_set: production: journal_mode=WAL; synchronous=NORMAL")
    line_with(shown, "sqlite_version: 3.40.1")
    line_with(shown, "filesystem: ext4")
    line_with(shown, "pragmark_version: 0.1.0 -> 0.2.0  (differs)")
    assert "2026-01-0" not in shown  # the date differs in any two runs
    line_with(shown, "Rule: margin=0.03 exclude=0.1 alpha=0.01", "ungateable=0.15; seed=7")
    line_with(shown, "paired by slices", "CPU 1")
    line_with(shown, "Warning: undecided: mixed")
    line_with(shown, "Note: Autocheckpoint was on.")
    line_with(shown, "syncs_per_operation", "1          2   +100%  worse")
    assert "checkpoints_per_operation" not in shown  # it did not change
    line_with(shown, "Counts per operation: 1 same, 1 worse.")


def test_the_sets_of_the_arms_stand_beside_each_other():
    other = ArmDescription("new", {"pragma_set:durable": "synchronous=FULL"})
    line_with(text(result(judgement(), candidate=other)),
              "pragma_set: production: journal_mode=WAL; synchronous=NORMAL -> durable: synch",
              "(differs)")


def test_colour_only_where_it_is_asked_for():
    assert "\x1b" not in text(RUN)
    coloured = text(RUN, colour=True)
    assert "\x1b[31mregressed\x1b[0m" in coloured and "\x1b[33mundecided\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == text(RUN)


def test_of_a_latency_more_is_worse_and_shown_as_more():
    slower = judgement(effect=math.log(0.95), low=math.log(0.94), high=math.log(0.96))
    row = line_with(text(result(slower, metric=Metric("latency_us_p99", False))), READ)
    assert "+5.3%  [+4.2, +6.4]" in row
    assert "positive is worse" in text(result(slower, metric=Metric("latency_us_p99", False)))


def test_without_an_interval_there_is_a_dash():
    few = judgement(low=-math.inf, high=math.inf, smallest_visible=math.inf, launches=3)
    assert re.search(r"-0\.1% +- +3 .* -  passed$", line_with(text(result(few)), READ))


def cases(run, policy=PLAIN):
    suite = ElementTree.fromstring(render_junit.render(run, policy)).find("testsuite")
    found = suite.findall("testcase")
    assert int(suite.get("tests")) == len(found)
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(attribute)) == len(suite.findall(f"testcase/{tag}"))
    return {each.get("name"): [child.tag for child in each if child.tag != "system-out"]
            for each in found}


def test_junit_has_a_case_for_each_benchmark_and_each_gating_count():
    assert cases(RUN) == {
        READ: ["failure"], WRITE: [], MIXED: ["skipped"],
        f"{WRITE} checkpoints_per_operation": [], f"{WRITE} syncs_per_operation": ["failure"]}
    assert cases(RUN, STRICT)[MIXED] == ["failure"]
    assert f"{WRITE} syncs_per_operation" not in cases(RUN, Policy(gate_counts=False))
    varies = result(judgement(), counts=(count(CountVerdict.VARIES, 1.0, 2.0),))
    assert cases(varies) == {READ: []}


def test_junit_of_a_run_that_says_nothing_is_red_everywhere():
    assert cases(VOID) == {"the run": ["error"], READ: ["error"],
                           f"{WRITE} syncs_per_operation": ["error"]}
    assert cases(result(counts=()))["the run"] == ["error"]
    assert cases(result(ungateable(), counts=())) == {"the run": ["error"], MIXED: ["skipped"]}
    suite = ElementTree.fromstring(render_junit.render_error("a\0b <&>")).find("testsuite")
    assert suite.get("errors") == "1" and "a\ufffdb <&>" in suite.find("testcase/error").get("message")


def test_junit_says_how_much_and_how_sure():
    root = ElementTree.fromstring(render_junit.render(RUN, PLAIN))
    message = root.find(".//failure").get("message")
    for said in ("-4.8%", "[-5.9, -3.7]", "n = 16", "p = 1.5e-05", "4.1%", "Confirmed by 16"):
        assert said in message


def test_markdown_begins_with_the_marker_and_the_answer():
    lines = render_markdown.render(RUN, PLAIN).splitlines()
    assert lines[0] == "<!-- pragmark-gate -->"
    assert lines[1].startswith("❌ **pragmark gate: regressed: sequential_read -4.8%;")
    shown = "\n".join(lines)
    assert shown.count("<details>") == shown.count("</details>") == 3
    assert "seed=7" in shown and "margin=0.03" in shown and "→ <code>0.2.0</code> (differs)" in shown
    row = line_with(shown, "| <code>sequential_read", "**regressed**")
    assert shown.index(row) < shown.index("| <code>mixed") < shown.index("| <code>sequential_write")


def table_rows(markdown):
    return [line for line in markdown.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("name", [NASTY, "a|b", "`", "``a`", "\\|", "a\\", "x](y", "-->", "|||"])
def test_no_name_can_end_a_cell_a_span_a_tag_or_a_comment(name):
    run = result(judgement(name), counts=(dataclasses.replace(worse_count(), benchmark=name),))
    for row in table_rows(render_markdown.render(run, PLAIN)):
        cells = row.split("|")[1:-1]
        assert len(cells) in (6, 7)
        for cell in cells:
            inside = re.fullmatch(r" (?:<code>(.*)</code>|([^<`]*)) ", cell)
            assert inside, cell
            rest = re.sub(r"&#\d+;", "", inside[1] or "")
            assert not re.search(r"[\\`<>|@\[\]&]", rest), cell


def test_markdown_of_nasty_names_has_no_raw_text_of_theirs():
    shown = render_markdown.render(NASTY_RUN, PLAIN)
    assert "<img" not in shown and "@you" not in shown and "`" not in shown
    assert shown.count("<!--") == 1 == shown.count("-->")
    assert render_markdown.render_error(NASTY).count("\n") == 2


def test_markdown_fits_into_a_comment_and_keeps_what_matters():
    many = [judgement(f"{WRITE}/{number}") for number in range(2000)]
    shown = render_markdown.render(result(*many, regressed(), launches=()), PLAIN)
    assert len(shown) <= render_markdown.LIMIT_CHARACTERS < 65_536
    assert "**regressed**" in shown
    left_out = int(re.search(r"^(\d+) more benchmarks are in the JSON", shown, re.M)[1])
    assert left_out + len(table_rows(shown)) - 2 == 2001


def test_annotations_are_one_line_each_and_escaped():
    lines = render_ci.render(RUN, PLAIN).splitlines()
    assert lines[0].startswith("::error title=pragmark gate::regressed: sequential_read -4.8%25;")
    assert [line.split(" ", 1)[0] for line in lines] == ["::error", "::error", "::warning", "::error"]
    title = re.match(r"::error title=([^:]*)::", lines[1])[1]
    assert title == "regressed%3A " + READ.replace(":", "%3A")
    assert "::error" in render_ci.render(RUN, STRICT).splitlines()[2]
    assert render_ci.render(result(judgement()), PLAIN).startswith("::notice ")
    assert render_ci.render(VOID, PLAIN) == "::error title=pragmark gate::void: the null arm moved\n"


def test_an_annotation_holds_whatever_it_is_given():
    assert render_ci.annotation("error", "a:b,c%d\ne", "x%\r\ny: z, w") == (
        "::error title=a%3Ab%2Cc%25d e::x%25%0D%0Ay: z, w")
    for line in render_ci.render(NASTY_RUN, PLAIN).splitlines():
        assert re.match(r"::(error|warning|notice) title=[^:,\n]*::[^\x00-\x1f]*$", line)


def test_benchmark_action_gets_the_candidate():
    exported = json.loads(render_export.benchmark_action(RUN))
    assert [each["name"] for each in exported] == [READ, WRITE, MIXED]
    first = exported[0]
    assert set(first) == {"name", "unit", "value", "range", "extra"}
    # 8 launches: their median is between the 4th and the 5th.
    assert first["unit"] == "items/s" and 95_200 < first["value"] < 95_700
    assert re.fullmatch(r"± \d+(\.\d+)?", first["range"])
    assert "verdict: regressed" in first["extra"] and "-4.8% [-5.9, -3.7]" in first["extra"]
    assert all(isinstance(each[key], str) for each in exported for key in ("range", "extra"))


def test_bencher_gets_values_with_bounds():
    exported = json.loads(render_export.bencher(RUN))
    assert set(exported) == {READ, WRITE, MIXED}
    measure = exported[READ]["throughput"]
    assert measure["lower_value"] < measure["value"] < measure["upper_value"]
    latency = json.loads(render_export.bencher(
        dataclasses.replace(RUN, metric=Metric("latency_us_p99", False))))
    assert set(latency[READ]) == {"latency-us-p99"}


def test_exports_leave_out_bounds_that_there_are_not_and_null_launches():
    few = dataclasses.replace(RUN, launches=RUN.launches[:2] + RUN.launches[-3:])
    assert set(json.loads(render_export.bencher(few))[READ]["throughput"]) == {"value"}
    assert "too few" in json.loads(render_export.benchmark_action(few))[0]["range"]
    assert list(json.loads(render_export.bencher(few))) == [READ]
    with pytest.raises(InputError):
        render_export.bencher(dataclasses.replace(RUN, launches=RUN.launches[-3:]))


@pytest.mark.parametrize("render", [
    lambda run: text(run), lambda run: render_junit.render(run, PLAIN),
    lambda run: render_markdown.render(run, PLAIN), lambda run: render_ci.render(run, PLAIN),
    render_export.benchmark_action, render_export.bencher,
])
def test_no_output_has_a_control_character(render):
    shown = render(NASTY_RUN)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]", shown)
    shown.encode("utf-8")


def test_every_verdict_has_a_word_everywhere():
    run = result(*(judgement(f"b/{each.value}", each) for each in Verdict))
    for rendered in (text(run), render_markdown.render(run, PLAIN)):
        for said in ("passed", "regressed", "improved", "undecided", "cannot be gated here"):
            assert said in rendered


@pytest.mark.parametrize("names, short", [
    ([READ, WRITE, MIXED], ["sequential_read", "sequential_write", "mixed"]),
    (["a/x", "a/y"], ["a/x", "a/y"]), (["a/x/1", "a/y/1"], ["a/x", "a/y"]),
    (["a", "a/b"], ["a", "a/b"]), (["a"], ["a"]), ([], []),
])
def test_names_are_cut_where_they_stay_apart(names, short):
    assert list(words.short_names(names).values()) == short


def test_percent_needs_no_more_digits_than_it_has():
    shown = [words.percent(each) for each in (0.03, 0.041, 0.00148, 0.137, 0.1, 0.0996, 1.0)]
    assert shown == ["3%", "4.1%", "0.15%", "13.7%", "10%", "9.96%", "100%"]
    assert words.percent(math.inf) == "-"


def test_an_undecided_run_says_what_it_could_have_seen():
    assert "13.7%" in text(result(judgement(), undecided()))
