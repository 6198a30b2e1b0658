"""A run as JSON: it comes back as it was, the schema file tells the truth, nothing odd is read."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from gate_samples import (
    ALL_KINDS, MIXED, READ, WRITE, count, judgement, launch, regressed, result, undecided,
    ungateable, worse_count,
)
from pragmark_report.schema import first_breach
from pragmark_gate import document, model, outcome
from pragmark_gate.model import CountVerdict, Metric, Verdict
from pragmark_gate.outcome import Policy, Status
from pragmark_report.errors import InputError

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "reports" / "schema" / "gate.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
PLAIN = Policy()
IMPROVED = judgement(READ, Verdict.IMPROVED, effect=0.2)
RUNS = {
    "all kinds": result(*ALL_KINDS, counts=(count(), worse_count())),
    "nothing": result(launches=(), counts=(), cpu=None, pairing=None, notes=()),
    "void": result(undecided(), void="the null arm moved"),
    "few launches": result(judgement(low=-math.inf, high=math.inf, smallest_visible=math.inf)),
    "count missing": result(judgement(), counts=(count(CountVerdict.NOT_MEASURED, None, None),)),
    "lower is better": result(judgement(), metric=Metric("latency_us_p99", False), planted=0.05),
}


def saved(tmp_path, text):
    path = tmp_path / "gate.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("policy", [PLAIN, Policy(True, False)])
def test_a_run_comes_back_as_it_was(tmp_path, run, policy):
    text = document.dumps(run, policy)
    again, policy_again = document.load(saved(tmp_path, text))
    assert (again, policy_again) == (run, policy)
    assert document.dumps(again, policy_again) == text


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_the_schema_file_knows_every_member(run):
    assert first_breach(document.document_of(run, PLAIN), SCHEMA) is None


def test_the_schema_file_refuses_what_is_missing_unknown_or_of_another_type():
    sound = document.document_of(RUNS["all kinds"], PLAIN)
    for broken in ({**sound, "seed": "7"}, {**sound, "extra": 1}, {**sound, "exit_code": 4},
                   {key: value for key, value in sound.items() if key != "rule"},
                   {**sound, "rule": {**sound["rule"], "alpha": None}}):
        assert first_breach(broken, SCHEMA)


def test_the_schema_file_requires_what_the_model_has():
    for kind, described in (
        (model.GateResult, SCHEMA), (model.Rule, SCHEMA["properties"]["rule"]),
        (model.Judgement, SCHEMA["properties"]["judgements"]["items"]),
        (model.CountComparison, SCHEMA["properties"]["counts"]["items"]),
        (model.Launch, SCHEMA["properties"]["launches"]["items"]),
        (model.Confirmation, SCHEMA["$defs"]["confirmation"]),
    ):
        names = {each.name for each in dataclasses.fields(kind)}
        assert names == set(described["required"]) - set(document.HEAD)
        assert names == set(described["properties"]) - set(document.HEAD)
    verdicts = SCHEMA["properties"]["judgements"]["items"]["properties"]["verdict"]["enum"]
    assert verdicts == [each.value for each in Verdict]


def test_all_raw_values_and_every_parameter_are_in_it():
    run = RUNS["all kinds"]
    written = document.document_of(run, PLAIN)
    assert written["schema"] == "pragmark.gate/1" and written["seed"] == 7
    assert written["rule"] == dataclasses.asdict(run.rule)
    assert [tuple(each["candidate"]) for each in written["launches"]] == [
        each.candidate for each in run.launches]
    assert {each["phase"] for each in written["launches"]} == {"main", "null"}


def test_numbers_of_numpy_are_numbers(tmp_path):
    run = result(judgement(effect=np.float64(-0.5)))
    again, _ = document.load(saved(tmp_path, document.dumps(run, PLAIN)))
    assert again == run


@pytest.mark.parametrize("broken", [
    result(judgement(effect=math.nan)), result(judgement(p_slower=math.inf)),
    result(judgement(low=math.inf)), result(judgement(high=-math.inf)),
    result(judgement(), seconds=math.nan),
    result(judgement(), launches=(dataclasses.replace(launch(), candidate=(math.nan,)),)),
])
def test_a_number_that_is_none_is_refused_and_not_written(broken):
    with pytest.raises(InputError, match="run the gate again"):
        document.dumps(broken, PLAIN)


def changed(*path, to):
    """The sound document with one member replaced, or removed when `to` is None."""
    written = json.loads(document.dumps(RUNS["all kinds"], PLAIN))
    place = written
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(written)


@pytest.mark.parametrize("text, said", [
    ("", "empty file"), ("[]", "no object"), ("{", "truncated"), ("{}", "unknown schema"),
    ('{"schema": "pragmark.gate/2"}', "unknown schema 'pragmark.gate/2'"),
    ('{"schema": "pragmark.gate/1"}', "lacks `status`"),
    (changed("rule", "alpha", to=None), "lacks `alpha`"),
    (changed("rule", "alpah", to=1), "unknown member `alpah`"),
    (changed("judgements", 0, "verdict", to="fine"), "'fine'"),
    (changed("judgements", 0, "effect", to="-0.1"), "`judgements[0].effect` is str"),
    (changed("launches", 0, "padding_bytes", to=[1]), "1 items instead of 2"),
    (changed("seed", to=True), "`seed` is bool"),
    (changed("seed", to=7.5), "`seed` is float"),
    (changed("exit_code", to=0), "exit code"),
    (changed("seconds", to=1).replace('"seconds": 1,', '"seconds": NaN,'), "NaN"),
])
def test_what_is_no_result_of_this_version_is_refused(tmp_path, text, said):
    path = saved(tmp_path, text)
    with pytest.raises(InputError) as caught:
        document.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and said in message and ";" in message


# (judgements, changes, policy, exit code, words of the headline)
ANSWERS = [
    ((judgement(),), {}, PLAIN, 0, "1 of 1 exclude a slowdown of 10%"),
    ((judgement(), IMPROVED), {}, PLAIN, 0, "1 improved"),
    ((judgement(), undecided()), {}, PLAIN, 0, "1 undecided"),
    ((judgement(), undecided()), {}, Policy(fail_undecided=True), 3, "undecided: mixed"),
    ((judgement(WRITE), regressed(), undecided()), {}, Policy(True), 1, "sequential_read -4.8%"),
    ((judgement(),), {"counts": (worse_count(),)}, PLAIN, 1, "syncs_per_operation 1 -> 2"),
    ((judgement(),), {"counts": (worse_count(),)}, Policy(gate_counts=False), 0, "holds"),
    ((judgement(),), {"counts": (count(CountVerdict.BETTER, 2.0, 1.0),)}, PLAIN, 0, "holds"),
    ((judgement(),), {"counts": (count(CountVerdict.VARIES, 2.0, 1.0),)}, PLAIN, 0, "holds"),
    ((judgement(), ungateable()), {}, PLAIN, 0, "1 cannot be gated"),
    ((ungateable(),), {}, PLAIN, 2, "none of 1"),
    ((ungateable(),), {"counts": (worse_count(),)}, PLAIN, 1, "syncs_per_operation"),
    ((), {}, PLAIN, 2, "no benchmark was judged"),
    ((regressed(),), {"void": "the null arm moved"}, PLAIN, 2, "void: the null arm moved"),
    ((judgement(),), {"void": "x"}, Policy(True, False), 2, "void"),
]


@pytest.mark.parametrize("judgements, changes, policy, code, said", ANSWERS)
def test_the_exit_code_is_that_of_the_worst(judgements, changes, policy, code, said):
    answer = outcome.outcome(result(*judgements, **changes), policy)
    assert answer.exit_code == code and said in answer.headline
    assert (answer.status is Status.HOLDS) == (code == 0)


def test_what_passes_in_silence_nowhere_else_is_warned_of():
    run = result(judgement(), undecided(), ungateable(WRITE), planted=0.05,
                 counts=(worse_count(),))
    said = "\n".join(outcome.outcome(run, Policy(gate_counts=False)).warnings)
    for words in ("undecided: mixed; a slowdown below 13.7%", "cannot be gated here: sequential_w",
                  "--counts report", "slowed down by 5%"):
        assert words in said
    assert outcome.outcome(result(judgement()), PLAIN).warnings == ()
