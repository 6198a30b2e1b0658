"""Every answer and every failure of a run, as exit code, stderr and JUnit of the program.

The run itself is replaced here, or its arms are a fake slice server: what is tested is that the
program makes the right thing of it.
"""

from __future__ import annotations

import math
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from gate_samples import judgement, regressed, result, undecided, ungateable, worse_count
from gate_slices import READ, SERVER, children, short_grace  # noqa: F401  (a fixture)
from pragmark_gate import __main__ as main_module
from pragmark_gate import document, program
from pragmark_gate.model import Verdict
from pragmark_report.errors import InputError

LIVE = ("--baseline", "old/bench", "--candidate", "new/bench", "--instructions", "off")
FAIL, REPORT = ("--undecided", "fail"), ("--counts", "report")
IMPROVED = judgement(verdict=Verdict.IMPROVED, effect=0.2, low=0.1, high=0.3)
VOID = "the null launches differ"


@pytest.fixture
def gate(tmp_path, monkeypatch, capsys):
    """Runs the program here: its exit code, stdout and stderr."""
    monkeypatch.setattr(main_module.signal, "signal", lambda *_: None)

    def run(*arguments):
        places = ("--out", str(tmp_path / "g.json"), "--junit", str(tmp_path / "g.xml"))
        code = main_module.run([*arguments, *places])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out, shown.err

    return run


@pytest.fixture
def session_does(monkeypatch):
    def put(outcome):
        def run(plan, tools):
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(program.session, "run", run)

    return put


def tally(tmp_path):
    """Failures, errors and skipped cases of the JUnit file; as many as it really holds."""
    suite = ElementTree.parse(tmp_path / "g.xml").getroot().find("testsuite")
    counted = tuple(int(suite.get(each)) for each in ("failures", "errors", "skipped"))
    assert counted == tuple(len(suite.findall(f"testcase/{each}"))
                            for each in ("failure", "error", "skipped"))
    return counted


# what the run says, options, exit code, begin of the answer, warning, JUnit's tally
ANSWERS = {
    "passed": (result(judgement()), (), 0, "holds", "", (0, 0, 0)),
    "improved": (result(IMPROVED), (), 0, "holds", "", (0, 0, 0)),
    "regressed": (result(judgement("other"), regressed()), (), 1, "regressed", "", (1, 0, 0)),
    "regressed, others undecided": (
        result(regressed(), undecided()), FAIL, 1, "regressed", "undecided: ", (2, 0, 0)),
    "undecided": (result(judgement(), undecided()), (), 0, "holds", "undecided: ", (0, 0, 1)),
    "undecided fails": (
        result(judgement(), undecided()), FAIL, 3, "undecided", "undecided: ", (1, 0, 0)),
    "void": (result(judgement(), void=VOID), (), 2, f"void: {VOID}", "", (0, 3, 0)),
    "void, though regressed": (result(regressed(), void=VOID), (), 2, "void", "", (0, 3, 0)),
    "nothing can be gated": (
        result(ungateable()), (), 2, "unusable", "cannot be gated here", (0, 1, 1)),
    "nothing was judged": (result(), (), 2, "unusable", "", (0, 1, 0)),
    "a worse count": (
        result(judgement(), counts=(worse_count(),)), (), 1, "regressed", "", (1, 0, 0)),
    "a worse count that may be": (
        result(judgement(), counts=(worse_count(),)), REPORT, 0, "holds", "told not to gate",
        (0, 0, 0)),
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_has_its_exit_code_everywhere(gate, session_does, tmp_path, kind, form):
    outcome, options, code, begin, warning, cases = ANSWERS[kind]
    session_does(outcome)
    got, stdout, stderr = gate(*LIVE, *options, "--format", form)
    assert got == code
    loaded, policy = document.load(str(tmp_path / "g.json"))  # refuses a code that is not its own
    assert loaded.judgements == outcome.judgements
    assert tally(tmp_path) == cases
    if form == "text":
        assert stdout.startswith(f"pragmark gate: {begin}") and stderr == ""
        assert ("Warning: " in stdout, warning in stdout) == (bool(warning), True)
    else:
        assert stdout == document.dumps(loaded, policy)
        lines = stderr.splitlines()
        assert len(lines) == bool(warning) + bool(code)
        assert all(line.startswith("pragmark gate: ") for line in lines)
        assert (f"pragmark gate: {begin}" in stderr, warning in stderr) == (bool(code), True)


FAILURES = {
    "refused": (InputError("the candidate", "it crashed", "mend it"), "it crashed; mend it"),
    "the gate's own fault": (ValueError("two\nlines"), "failed itself (ValueError: two lines)"),
    "no words": (AssertionError(), "failed itself (AssertionError:"),
    "disk full": (OSError(28, "No space left on device"), "No space left on device"),
    "no memory": (MemoryError(), "MemoryError"),
    "too deep": (RecursionError("x" * 5000), "RecursionError"),
    "not encodable": (RuntimeError("\ud800\x1b[31m"), "RuntimeError"),
    "no number": (result(judgement(effect=math.nan)), "the result: "),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_whatever_fails_is_unusable_one_line_and_red(gate, session_does, tmp_path, kind):
    outcome, words = FAILURES[kind]
    session_does(outcome)
    (tmp_path / "g.json").write_text("of an earlier run")
    code, stdout, stderr = gate(*LIVE)
    assert (code, stdout, stderr.count("\n")) == (2, "", 1), stderr
    assert stderr.startswith("pragmark gate: ") and words in stderr and "\x1b" not in stderr
    assert tally(tmp_path) == (0, 1, 0)
    assert (tmp_path / "g.json").read_text() == "of an earlier run"


def test_an_interruption_is_3_and_writes_nothing(gate, session_does, tmp_path):
    session_does(KeyboardInterrupt())
    code, stdout, stderr = gate(*LIVE)
    assert (code, stdout, stderr.count("\n")) == (3, "", 1) and "interrupted" in stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure, code", [
    (OSError(28, "No space left on device"), 2), (KeyboardInterrupt(), 3)])
def test_what_fails_while_it_writes_leaves_no_half_of_a_result(
        gate, session_does, tmp_path, monkeypatch, failure, code):
    """The disk is full for good, so not even the red report finds a place."""
    def fails(handle, mode):
        program.outputs.os.close(handle)
        raise failure

    session_does(result(judgement()))
    monkeypatch.setattr(program.outputs.os, "fdopen", fails)
    got, stdout, stderr = gate(*LIVE)
    assert (got, stdout, stderr.count("\n")) == (code, "", 1)
    assert list(tmp_path.iterdir()) == []


def bench(folder, side, *options):
    """The fake slice server under a name that the gate takes for ours."""
    script = folder / side / "pragmark-bench"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{SERVER}" --names={READ} "$@"\n')
    script.chmod(0o755)
    return " ".join((str(script), *options))


def slices(baseline, candidate, *more):
    return ("--baseline", baseline, "--candidate", candidate, "--instructions", "off",
            "--budget", "60s", "--rounds", "2", "--seed", "7", *more)


@pytest.mark.parametrize("fault, words", [
    ("checksum", "the arms did different work"), ("rows", "the arms did different work"),
    ("open-operations", "operations a slice"), ("slice-operations", "operations in a slice"),
    ("errors", "operations erred"), ("nan", "NaN"), ("infinite", "inf"), ("zero", "0.0 seconds"),
    ("crash", "exit status 3"), ("kill", "signal 9"), ("hang", "no answer within 1 s"),
    ("error", "no space left"), ("nothing", "it has no benchmarks"), ("debug", "Debug"),
    ("protocol", "pragmark-slices/2"), ("status", "exit status 4"),
])
def test_slices_that_cannot_be_believed_are_unusable(
        gate, tmp_path, tmp_path_factory, fault, words):
    programs = tmp_path_factory.mktemp("programs")
    code, stdout, stderr = gate(*slices(
        bench(programs, "old"), bench(programs, "new", f"--fault={fault}"), "--timeout", "1s"))
    said = [line for line in stderr.splitlines() if line.startswith("pragmark gate: ")]
    assert (code, stdout, len(said)) == (2, "", 1) and words in said[0], stderr
    assert tally(tmp_path) == (0, 1, 0) and not (tmp_path / "g.json").exists()
    assert children() == []


def test_the_same_command_on_both_sides_where_it_was_asked_for(gate, tmp_path, tmp_path_factory):
    """And the order that was asked for, in every launch, with a note that it is no gate's."""
    same = bench(tmp_path_factory.mktemp("programs"), "one", "--noise=0.001")
    code, stdout, stderr = gate(*slices(same, same, "--plant", "0%", "--order", "fixed"))
    assert code == 0, stderr
    loaded, _ = document.load(str(tmp_path / "g.json"))
    assert {each.order for each in loaded.launches} == {"ABAB"} and loaded.planted == 0.0
    assert "a study of fixed order, not a gate" in stdout
