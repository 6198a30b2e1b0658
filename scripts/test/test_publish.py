"""publish.py: what is copied, what is left out, and that nothing published is by hand."""

import json

import pytest
import publish
from capacity_documents import capacity_document
from conftest import bench_document
from page_documents import crash_document, crash_set, env_document


@pytest.fixture(name="root")
def root_fixture(tmp_path):
    (tmp_path / "reports" / "published").mkdir(parents=True)
    for name, document in (("claim", capacity_document("claim")), ("env", env_document()),
                           ("soak", capacity_document("soak"))):
        (tmp_path / f"{name}.json").write_text(json.dumps(document, indent=1))
    return tmp_path


def run(root, *arguments):
    return publish.main([str(each) for each in arguments], root)


def folder_of(root):
    return root / "reports" / "published" / "first-pages"


def test_results_are_copied_without_what_is_private_and_pages_made(root):
    assert run(root, "first-pages", *(root / f"{each}.json" for each in ("claim", "env"))) == 0
    folder = folder_of(root)
    claim = json.loads((folder / "claim.json").read_text())
    assert claim["context"]["host_name"] == ""
    assert all(each["step"]["windows"] == [] for each in claim["steps"])
    env = json.loads((folder / "env.json").read_text())
    assert env["storage"]["directory"] == ""
    names = {path.name for path in folder.iterdir()}
    assert {"claim.json", "env.json", "capacity-claim.md", "capacity-claim.png",
            "environment.md", "environment-syncs.png"} == names


def test_fractions_have_six_digits_and_whole_numbers_all():
    found = publish.slim({"a": [1.23456789, 1234567, True, None, "x"], "b": {"c": 61234.5678}})
    assert found == {"a": [1.23457, 1234567, True, None, "x"], "b": {"c": 61234.6}}


@pytest.mark.parametrize("written, published", [
    ("pragmark tune --dir /srv/secret/disk --out r.json", "pragmark tune --dir disk --out r.json"),
    ("x --bench=/opt/x/pragmark-bench --load '/a b/c d' --seed 1",
     "x --bench=pragmark-bench --load 'c d' --seed 1"),
    ("x --sqlite-bench /o/b --dir / --out ../a/", "x --sqlite-bench b --dir . --out a"),
    ("x --directory /kept", "x --directory /kept"),
])
def test_folders_are_left_out_of_commands(written, published):
    found = publish.slim({"command": written, "context": {"command": written}})
    assert found == {"command": published, "context": {"command": published}}


def test_of_a_crash_result_the_smallest_findings_of_models_that_decide_are_kept():
    document = crash_document(crash_set("s", 900.0))
    example = document["sets"][0]["findings"][0]
    document["sets"][0]["findings"] = [
        example | {"model": "subset-torn", "kind": "lost", "smallest": 3},
        example | {"model": "subset-torn", "kind": "lost", "smallest": 2},
        example | {"model": "subset-torn", "kind": "corrupt", "smallest": 9},
        example | {"model": "lying-disk", "kind": "corrupt", "smallest": 1}]
    kept = publish.slim(document)["sets"][0]["findings"]
    assert [(each["kind"], each["smallest"]) for each in kept] == [("lost", 2), ("corrupt", 9)]


@pytest.mark.parametrize("with_pages", [False, True])
def test_results_of_bench_are_refused_and_what_is_there_stays(root, capsys, with_pages):
    assert run(root, "first-pages", root / "claim.json") == 0
    (root / "bench.json").write_text(json.dumps(bench_document()))
    more = [root / "env.json"] if with_pages else []
    assert run(root, "first-pages", root / "bench.json", *more) == 2
    assert "bench.json is a result of bench: readme.py publishes" in capsys.readouterr().err
    assert (folder_of(root) / "claim.json").exists()


def test_a_page_that_cannot_be_made_leaves_what_is_there(root, monkeypatch):
    assert run(root, "first-pages", root / "claim.json") == 0

    def fail(*_):
        raise ValueError("invented")

    monkeypatch.setattr(publish.render_page, "page_files", fail)
    assert run(root, "first-pages", root / "env.json") == 2
    assert (folder_of(root) / "claim.json").exists()


def test_a_check_of_nothing_says_so(root, capsys):
    assert run(root, "--check") == 0
    assert capsys.readouterr().out == "no report of pages is published: nothing was checked\n"
    assert run(root, "--check", "nosuch") == 2
    assert "nosuch holds no results" in capsys.readouterr().err


def test_windows_that_a_figure_shows_are_kept(root):
    assert run(root, "first-pages", root / "soak.json") == 0
    soak = json.loads((folder_of(root) / "soak.json").read_text())
    assert len(soak["steps"][0]["step"]["windows"]) == 120


def test_what_was_edited_by_hand_is_found(root, capsys):
    assert run(root, "first-pages", root / "claim.json") == 0
    assert run(root, "--check") == 0
    page = folder_of(root) / "capacity-claim.md"
    page.write_text(page.read_text().replace("Missed", "Reached"))
    assert run(root, "--check") == 1
    assert "capacity-claim.md is not what the results give" in capsys.readouterr().err
    assert run(root, "--check", "first-pages") == 1


def test_an_earlier_report_of_that_name_goes(root):
    assert run(root, "first-pages", root / "claim.json") == 0
    assert run(root, "first-pages", root / "env.json") == 0
    assert not (folder_of(root) / "claim.json").exists()
    assert not (folder_of(root) / "capacity-claim.md").exists()


def test_what_is_too_large_or_unreadable_is_refused_and_keeps_what_is_there(root, capsys,
                                                                            monkeypatch):
    assert run(root, "first-pages", root / "claim.json") == 0
    monkeypatch.setattr(publish, "MAX_BYTES", 100)
    assert run(root, "first-pages", root / "env.json") == 2
    assert "more than 100: publish fewer" in capsys.readouterr().err
    (root / "bad.json").write_text("{")
    assert run(root, "first-pages", root / "bad.json") == 2
    assert run(root, "first-pages", root / "env.json", root / "env.json") == 2
    assert (folder_of(root) / "claim.json").exists()


@pytest.mark.parametrize("arguments", [["../out", "x.json"], [], ["--check", "n", "x.json"],
                                       ["name"]])
def test_bad_usage(root, arguments):
    with pytest.raises(SystemExit) as ended:
        run(root, *arguments)
    assert ended.value.code == 2


def test_published_pages_are_what_their_results_give():
    assert publish.main(["--check"]) == 0
