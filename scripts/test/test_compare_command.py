"""pragmark compare and pragmark report from outside: exit codes, one line, files."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from capacity_documents import capacity_document
from conftest import WRITE_ONLY, bench_document
from page_documents import env_document

SCRIPTS = Path(__file__).resolve().parents[1]
SAMPLES = Path(__file__).resolve().parent / "samples"


def run(program, *arguments, **options):
    return subprocess.run([SCRIPTS / f"pragmark-{program}", *map(str, arguments)], text=True,
                          capture_output=True, timeout=120, check=False, **options)


@pytest.fixture(name="files")
def files_fixture(tmp_path):
    documents = {
        "a": bench_document(workloads=WRITE_ONLY), "slow": bench_document(workloads=WRITE_ONLY,
                                                                         seed=3, speed=0.5),
        "slo": capacity_document("slo"), "claim": capacity_document("claim"),
        "env": env_document(), "gate": {"schema": "pragmark.gate/1"}}
    for name, document in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    (tmp_path / "empty.json").write_text("")
    return {name: tmp_path / f"{name}.json" for name in (*documents, "empty", "missing")}


def refused(result, program, *said):
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"pragmark {program}: ") and result.stderr.count("\n") == 1
    for each in said:
        assert each in result.stderr, result.stderr


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_it_is_no_gate(files, form):
    result = run("compare", files["a"], files["slow"], "--format", form)
    assert (result.returncode, result.stderr) == (0, "")
    assert "pragmark gate" in result.stdout and "lower" in result.stdout
    assert result.stdout == run("compare", files["a"], files["slow"], "--format", form).stdout


@pytest.mark.parametrize("a, b, said", [
    ("a", "slo", ["pragmark capacity (slo)", "pragmark bench", "give two results of one kind"]),
    ("slo", "claim", ["(claim)", "(slo)"]),
    ("a", "env", ["nothing to compare", "pragmark report"]),
    ("a", "gate", ["unknown schema"]),
    ("a", "empty", ["empty file"]),
    ("missing", "a", ["No such file"]),
])
def test_what_does_not_compare_is_refused(files, a, b, said):
    refused(run("compare", files[a], files[b]), "compare", *said)


def test_bad_usage_is_one_line(files):
    refused(run("compare", files["a"]), "compare", "B.json")
    refused(run("compare", files["a"], files["a"], "--metric", "p98"), "compare", "p98")
    refused(run("compare", files["slo"], files["slo"], "--metric", "p99"), "compare",
            "its own quantities")


def test_the_terminal_program_needs_no_matplotlib(files):
    code = ("import sys; sys.modules['matplotlib'] = sys.modules['jinja2'] = None; sys.argv[1:] = "
            f"[{str(files['a'])!r}, {str(files['slow'])!r}]; "
            "from pragmark_compare.__main__ import run; sys.exit(run())")
    result = subprocess.run(["/usr/bin/python3", "-c", code], text=True, capture_output=True,
                            timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(SCRIPTS)})
    assert (result.returncode, result.stderr) == (0, "")


def test_results_of_tune_compare(tmp_path):
    document = json.loads((SAMPLES / "tune.json").read_text())
    document["parameters"]["threads"] = 3
    (tmp_path / "b.json").write_text(json.dumps(document))
    result = run("compare", SAMPLES / "tune.json", tmp_path / "b.json")
    assert result.returncode == 0
    assert "! parameter threads: 10 | 3" in result.stdout and "within the noise" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100  # a name may be longer than a terminal


def test_a_metric_that_tune_does_not_have_is_refused():
    tune = SAMPLES / "tune.json"
    refused(run("compare", tune, tune, "--metric", "p99", "--metric", "max"), "compare",
            "--metric max", "throughput, p50 and p99")
    assert run("compare", tune, tune, "--metric", "p50").returncode == 0


def test_report_makes_a_page_of_each_question(files, tmp_path):
    out = tmp_path / "out"
    result = run("report", files["slo"], files["env"], files["a"], files["claim"], "--out", out)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in out.glob("*.html")} == {
        "report.html", "capacity-slo.html", "capacity-claim.html", "environment.html"}
    assert {path.stem for path in out.glob("*.html")} == {path.stem for path in out.glob("*.md")}
    assert "Caveat: " in result.stdout and result.stderr.count("\n") >= 1
    assert "capacity-slo.html" in result.stderr
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_report_as_json_holds_the_answers(files, tmp_path):
    result = run("report", files["claim"], "--out", tmp_path / "out", "--format", "json")
    document = json.loads(result.stdout)
    assert set(document) == {"schema", "pages"}
    assert document["pages"][0]["answer"].startswith("Missed")


@pytest.mark.parametrize("arguments, said", [
    (["gate"], ["unknown schema"]),
    (["slo", "--require-target"], ["--require-target", "no benchmark result"]),
    (["slo", "empty"], ["empty file"]),
])
def test_report_refuses_and_writes_nothing(files, tmp_path, arguments, said):
    out = tmp_path / "out"
    given = [files.get(each, each) for each in arguments]
    refused(run("report", *given, "--out", out), "report", *said)
    assert not out.exists()
