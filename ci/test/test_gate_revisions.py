"""Two revisions of a repository against each other, and the workflow that has it done."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from gate_program import STAND_IN, document, row
from pragmark_gate import options, render_markdown

CI = Path(__file__).resolve().parents[1]
SCRIPT = CI / "gate_revisions.sh"
WORKFLOW = CI / "github-workflow" / "pragmark-gate.yml"
OWN_WORKFLOW = CI.parent / ".github" / "workflows" / "gate.yml"
# The rate that a revision has is built from its source.
BUILD = "sed 's/^/echo /' rate >rate.sh && chmod +x rate.sh"
BENCH = "sh -c '{tree}/bench results $({tree}/rate.sh) {out}'"


class Repository:
    """A project of somebody: a benchmark and one source file, its rate."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        # Away from the user's settings, so that neither they nor hooks change the outcome.
        self.environment = {
            **os.environ, "TMPDIR": str(scratch), "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
        self.git("init", "--quiet", "--initial-branch=main")
        (folder / "bench").write_text(STAND_IN, encoding="utf-8")
        (folder / "bench").chmod(0o755)
        (folder / "results").write_text(document(row()), encoding="utf-8")
        self.commit("first", 100_000)

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.folder, env=self.environment, text=True,
                              check=True, capture_output=True).stdout.strip()

    def commit(self, name: str, rate: object) -> None:
        (self.folder / "rate").write_text(f"{rate}\n", encoding="utf-8")
        (self.folder / "name").write_text(name, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", name)
        self.git("tag", name)

    def gate(self, *arguments: str, build: str = BUILD, more: tuple[str, ...] = ()):
        command = [SCRIPT, *arguments, "--build", build, "--bench", BENCH, *more, "--", "--budget",
                   "60s", "--launches", "11", "--instructions", "off"]
        return subprocess.run(command, cwd=self.folder, env=self.environment, text=True, timeout=120,
                              capture_output=True, check=False)


@pytest.fixture
def repository(tmp_path):
    for name in ("project", "scratch"):
        (tmp_path / name).mkdir()
    made = Repository(tmp_path / "project", tmp_path / "scratch")
    yield made
    assert list((tmp_path / "scratch").iterdir()) == []
    assert made.git("worktree", "list").count("\n") == 0


def test_a_slower_revision_is_caught_and_one_that_is_not_holds(repository):
    repository.commit("same", 100_000)
    repository.commit("slower", 50_000)
    holds = repository.gate("first", "same")
    assert holds.returncode == 0 and "holds: no regression" in holds.stdout, holds.stderr
    caught = repository.gate("same", "slower")
    assert caught.returncode == 1, caught.stderr
    assert re.match(r"pragmark gate: regressed: scan -(50|49\.9)", caught.stdout)


def test_what_the_base_did_since_is_not_held_against_the_head(repository):
    repository.git("checkout", "--quiet", "-b", "feature")
    repository.commit("feature-done", 100_000)
    repository.git("checkout", "--quiet", "main")
    repository.commit("main-twice-as-fast", 200_000)
    finished = repository.gate("main", "feature")
    assert finished.returncode == 0 and "holds" in finished.stdout, finished.stderr


@pytest.mark.parametrize("revisions, said", [
    (["first", "no-such"], "no-such is no revision here"), (["first"], "1 revisions"),
    (["first", "first"], "nothing to compare"), (["first", "first", "first"], "3 revisions"),
    (["first", "--no-such"], "unknown option --no-such"),
])
def test_bad_revisions_are_unusable(repository, revisions, said):
    finished = repository.gate(*revisions)
    assert finished.returncode == 2 and finished.stdout == ""
    assert finished.stderr.count("\n") == 1 and said in finished.stderr, finished.stderr


def test_a_revision_from_before_slices_is_told_before_anything_is_built(repository):
    repository.commit("second", 100_000)
    finished = subprocess.run([SCRIPT, "first", "second", "--build", "false"],
                              cwd=repository.folder, env=repository.environment, text=True,
                              timeout=120, capture_output=True, check=False)
    assert finished.returncode == 2 and finished.stdout == ""
    assert finished.stderr.count("\n") == 1
    assert "base (" in finished.stderr and "no pragmark bench --slices" in finished.stderr


def test_a_revision_that_cannot_be_built_is_unusable(repository):
    repository.commit("broken", 100_000)
    finished = repository.gate("first", "broken", build="grep -v broken name || { echo why; exit 1; }")
    assert finished.returncode == 2 and finished.stdout == ""
    assert "why\n" in finished.stderr and "head (" in finished.stderr


def test_a_work_folder_that_is_named_is_kept_and_never_an_old_one(repository, tmp_path):
    repository.commit("same", 100_000)
    work = tmp_path / "kept"
    assert repository.gate("first", "same", more=("--work", str(work))).returncode == 0
    assert (work / "base" / "rate.sh").exists() and (work / "head.log").exists()
    again = repository.gate("first", "same", more=("--work", str(work)))
    assert again.returncode == 2 and "does not exist" in again.stderr
    for tree in ("base", "head"):
        repository.git("worktree", "remove", "--force", str(work / tree))


def test_our_own_workflow_is_the_one_that_we_hand_out():
    assert OWN_WORKFLOW.read_bytes() == WORKFLOW.read_bytes()


def test_the_workflow_takes_actions_by_major_version_and_no_code_from_texts():
    text = WORKFLOW.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used and all(re.fullmatch(r"actions/[a-z-]+@v\d+", each) for each in used)
    scripts = re.findall(r"(?:run|script): (?:\|\n((?:\s{10,}.*\n)+)|(.*)\n)", text)
    assert len(scripts) == 3
    assert not any("${{" in part for script in scripts for part in script)


def test_only_the_job_without_foreign_code_may_write():
    top, jobs = WORKFLOW.read_text(encoding="utf-8").split("\njobs:\n")
    gate_job, comment_job = jobs.split("\n  comment:\n")
    assert "permissions:\n  contents: read\n" in top
    assert "permissions" not in gate_job and "persist-credentials: false" in gate_job
    assert "pull-requests: write" in comment_job and "checkout" not in comment_job
    assert "head.repo.full_name == github.repository" in comment_job


def test_the_workflow_calls_the_gate_as_it_is():
    text = WORKFLOW.read_text(encoding="utf-8")
    for path in re.findall(r"^  (?:GATE|PACKAGES): (\S+)$", text, re.MULTILINE):
        assert os.access(CI.parent / path, os.X_OK)
    said = re.search(r"^  OPTIONS: (.*)$", text, re.MULTILINE)[1]
    written = re.search(r"-- \$OPTIONS \\\n(.*)\n", text)[1]
    arguments = ["--baseline", "a", "--candidate", "b", *shlex.split(f"{said} {written}")]
    made = options.parse([each for each in arguments if each != "--step-summary"])
    assert set(made.files) == {"--out", "--junit", "--markdown"}
    for path in made.files.values():
        assert re.search(rf"^            {re.escape(path)}$", text, re.MULTILINE)
    assert f"'{render_markdown.MARKER}'" in text
