"""Databases for the tests of `pragmark audit`, and its runs, in which nothing may change."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from test_programs import run


def state_of(path: Path) -> dict[str, tuple[str, int]]:
    """Of every file in the folder: what it holds and when it was written."""
    return {entry.name: (hashlib.sha256(entry.read_bytes()).hexdigest(), entry.stat().st_mtime_ns)
            for entry in path.parent.iterdir() if entry.is_file()}


def audit(path: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return run("audit", str(path), *arguments, **options)


def code_of(findings: list[dict]) -> int:
    severities = {one["severity"] for one in findings}
    if severities & {"error", "warning"}:
        return 1
    return 3 if "unknown" in severities else 0


def audit_unchanged(path: Path, *arguments: str) -> tuple[int, dict]:
    """Exit code and JSON of an audit that must not change anything; as they are on a filesystem
    that it does not warn about."""
    before = state_of(path)
    result = audit(path, "--format", "json", *arguments)
    assert state_of(path) == before
    assert result.stdout, result.stderr
    report = json.loads(result.stdout)
    assert result.returncode == code_of(report["findings"])
    assert report["verdict"] == {0: "pass", 1: "fail", 3: "unknown"}[result.returncode]
    report["findings"] = [one for one in report["findings"] if one["id"] != "A801"]
    return code_of(report["findings"]), report


def ids(report: dict, *severities: str) -> set[str]:
    return {one["id"] for one in report["findings"]
            if not severities or one["severity"] in severities}


def finding(report: dict, id_: str) -> dict:
    found = [one for one in report["findings"] if one["id"] == id_]
    assert len(found) == 1, report["findings"]
    return found[0]


def make(path: Path, *, wal: bool = True, rows: int = 2000) -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    if wal:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript("""
        CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER REFERENCES authors, title TEXT);
        CREATE INDEX books_by_author ON books (author);
        BEGIN;
    """)
    connection.executemany("INSERT INTO authors VALUES (?, ?)",
                           ((i, f"author {i}") for i in range(rows)))
    connection.executemany("INSERT INTO books VALUES (?, ?, ?)",
                           ((i, i, "title " * 10) for i in range(rows)))
    connection.execute("COMMIT")
    connection.close()
    return path


def execute(path: Path, script: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(script)
    connection.close()


@contextmanager
def open_elsewhere(path: Path, code: str) -> Iterator[subprocess.Popen]:
    """Another process runs `code`, in which `db` is a connection, and then keeps it open."""
    script = ("import sqlite3, sys, os, signal\n"
              "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
              f"{textwrap.dedent(code)}\n"
              "print('ready', flush=True)\nsys.stdin.readline()\n")
    with subprocess.Popen([sys.executable, "-c", script, path], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def die_in(path: Path, code: str) -> None:
    """As if the power went while `code` runs, except that the disk keeps what it was given."""
    with open_elsewhere(path, code) as process:
        process.kill()
        process.wait()
