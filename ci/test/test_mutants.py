"""Every planted bug can be planted. CI has time to try only some of them; the rest must not rot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))
import mutants  # noqa: E402

PATCHES = sorted((ROOT / "ci" / "mutants").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_it_applies_to_the_code_as_it_is(patch):
    # From a checkout's own top, or from a copy without one; never from a checkout around it.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(ROOT.parent)}
    done = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, env=environment, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_it_names_a_test_program(patch):
    killer = mutants.load(patch).killer
    listed = "\n".join(path.read_text() for path in ROOT.glob("*/CMakeLists.txt"))
    assert f"pragmark_add_test({killer}\n" in listed or f"pragmark_add_test({killer} " in listed
