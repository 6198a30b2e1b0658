"""`pragmark-env` from outside: the answer, its schema, exit codes, nothing left behind.

What this machine is cannot be known here, nor its grade; that a directory in memory caps it can.
The program lies in $PRAGMARK_BIN, by default in build/bin.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
from pragmark_report.schema import first_breach

BIN = Path(os.environ.get("PRAGMARK_BIN", ROOT / "build" / "bin"))
SCHEMA = json.loads((ROOT / "reports" / "schema" / "env.schema.json").read_text(encoding="utf-8"))
CAPS = ROOT / "verify" / "src" / "environment_caps.cc"
GRADES = "ABCDF"


def env(directory: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    program = BIN / "pragmark-env"
    assert program.exists(), f"{program} is not there: build first, or set PRAGMARK_BIN"
    return subprocess.run([program, "--quick", "--dir", str(directory), *arguments], text=True,
                          capture_output=True, timeout=120, check=False, **options)


def assert_one_line(result: subprocess.CompletedProcess, *words: str) -> None:
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.fixture
def in_memory():
    """A folder on a tmpfs; the kernel's list of mounts says whether there is one."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    if not any(line.split()[1:3] == ["/dev/shm", "tmpfs"] for line in mounts):
        pytest.skip("no tmpfs on /dev/shm")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def test_the_result_is_what_its_schema_says(tmp_path):
    result = env(tmp_path, "--json")
    assert (result.returncode, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert first_breach(found, SCHEMA) is None
    assert found["storage"]["directory"] == str(tmp_path)
    caps = [reason["cap"] for reason in found["reasons"]]
    assert found["grade"] == max(caps, key=GRADES.index, default="A")
    assert list(tmp_path.iterdir()) == []


def test_the_schema_refuses_what_is_missing_unknown_or_of_another_type(tmp_path):
    sound = json.loads(env(tmp_path, "--format", "json").stdout)
    reason = {"code": "steal", "cap": "C", "sentence": "x"}
    for broken in ({**sound, "grade": "E"}, {**sound, "extra": 1}, {**sound, "steal_percent": "1"},
                   {key: value for key, value in sound.items() if key != "drift"},
                   {**sound, "cpu": {**sound["cpu"], "quota": "some"}},
                   {**sound, "sync": {**sound["sync"], "n": 0}},
                   {**sound, "reasons": [{**reason, "code": "weather"}]},
                   {**sound, "reasons": [{**reason, "cap": "E"}]}):
        assert first_breach(broken, SCHEMA)


def test_the_schema_knows_the_codes_of_the_table_and_no_others():
    table = re.findall(r'Cap\{"([a-z-]+)", Grade::[A-F]', CAPS.read_text(encoding="utf-8"))
    assert table == SCHEMA["properties"]["reasons"]["items"]["properties"]["code"]["enum"]


def test_memory_is_no_disk_whatever_the_machine(in_memory):
    found = json.loads(env(in_memory, "--json").stdout)
    assert found["grade"] in "DF"
    assert "memory-filesystem" in [reason["code"] for reason in found["reasons"]]
    assert list(in_memory.iterdir()) == []


def test_the_first_line_is_the_answer(in_memory):
    result = env(in_memory)
    assert (result.returncode, result.stderr) == (0, "")
    first = result.stdout.splitlines()[0]
    assert re.match(r"Grade [DF]: [^,]+, because ", first)
    assert "tmpfs is memory, not a disk" in result.stdout
    assert "\x1b" not in result.stdout


def test_out_takes_the_result(tmp_path):
    out = tmp_path / "env.json"
    result = env(tmp_path, "--json", "--out", str(out))
    assert (result.returncode, result.stdout) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == "pragmark.env/1"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("arguments, words", [
    (["--frobnicate"], ["--frobnicate", "--help"]),
    (["extra"], ["extra", "--help"]),
    (["--format", "xml"], ["xml", "json"]),
    (["--json", "--format", "text"], ["--json", "--format"]),
    (["--dir"], ["--dir", "--help"]),
    (["--out", "."], ["--out .", "directory"]),
    (["--out", "no/such/file"], ["no/such"]),
])
def test_a_wrong_command_line_is_bad_usage(tmp_path, arguments, words):
    result = env(tmp_path, *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "pragmark env: ", *words)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_used_is_the_environment(tmp_path):
    a_file = tmp_path / "file"
    a_file.write_text("x", encoding="utf-8")
    for directory in (tmp_path / "missing", a_file, Path("/proc")):
        result = env(directory)
        assert (result.returncode, result.stdout) == (3, "")
        assert_one_line(result, "pragmark env: ", str(directory), "--dir")
    assert list(tmp_path.iterdir()) == [a_file]


@pytest.mark.parametrize("size_bytes", [0, 6000])
def test_a_full_disk_is_the_environment(tmp_path, size_bytes):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    result = env(tmp_path, preexec_fn=limit)
    assert (result.returncode, result.stdout) == (3, "")
    assert_one_line(result, "pragmark env: ", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_behind(tmp_path, signal_number):
    """The signal comes as soon as the scratch directory is seen."""
    out = tmp_path / "env.json"
    directory = tmp_path / "disk"
    directory.mkdir()
    with subprocess.Popen([BIN / "pragmark-env", "--dir", directory, "--out", out],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not any(directory.iterdir()) and process.poll() is None:
            pass
        process.send_signal(signal_number)
        stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, stdout) == (3, "")
    assert stderr.startswith("pragmark env: interrupted")
    assert list(tmp_path.iterdir()) == [directory] and list(directory.iterdir()) == []


def test_help_shows_an_example():
    result = subprocess.run([BIN / "pragmark-env", "--help"], capture_output=True, text=True,
                            timeout=60, check=False)
    assert result.returncode == 0
    assert "pragmark env --dir /var/lib/app" in result.stdout
