"""`pragmark-audit` from outside: what it finds in databases that are sound, and how it is used."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from audit_databases import (
    audit,
    audit_unchanged,
    code_of,
    die_in,
    execute,
    finding,
    ids,
    make,
    open_elsewhere,
    state_of,
)
from test_programs import BIN, assert_one_line, run


def test_foreign_keys_violated_unindexed_and_without_parent(tmp_path):
    path = tmp_path / "app.db"
    execute(path, """
        CREATE TABLE parent (id INTEGER PRIMARY KEY, a, b, UNIQUE (a, b));
        CREATE TABLE bad (p INTEGER REFERENCES parent);
        CREATE TABLE "odd ""name" ("the column" REFERENCES parent (id));
        CREATE TABLE by_pair (x, y, FOREIGN KEY (x, y) REFERENCES parent (a, b));
        CREATE INDEX pair ON by_pair (x, y);
        CREATE TABLE by_partial (p REFERENCES parent);
        CREATE INDEX partial ON by_partial (P) WHERE p IS NOT NULL;
        CREATE TABLE by_useless (p REFERENCES parent);
        CREATE INDEX useless ON by_useless (p) WHERE p = 3;
        CREATE TABLE by_rowid (id INTEGER PRIMARY KEY REFERENCES parent);
        CREATE TABLE by_key (id REFERENCES parent, n, PRIMARY KEY (id, n)) WITHOUT ROWID;
        CREATE TABLE lost (p REFERENCES nowhere);
        INSERT INTO bad VALUES (1), (2), (NULL);
    """)
    code, report = audit_unchanged(path)
    assert (code, report["foreign_keys"]) == (1, 8)
    unindexed = {one["subject"]: one for one in report["findings"] if one["id"] == "A502"}
    assert set(unindexed) == {"bad", 'odd "name', "by_useless"}
    assert finding(report, "A503")["subject"] == "lost"
    assert len(finding(report, "A501")["evidence"]) == 2
    assert "foreign_keys = ON" in finding(report, "A701")["repair"]
    # The repair lines can be pasted.
    execute(path, "".join(one["repair"] for one in unindexed.values()))
    execute(path, "DELETE FROM bad; DROP TABLE lost;")
    assert ids(audit_unchanged(path)[1], "error", "warning") == set()


def test_a_reference_to_what_is_no_key(tmp_path):
    path = tmp_path / "app.db"
    execute(path, "CREATE TABLE parent (id INTEGER PRIMARY KEY, name);"
                  "CREATE TABLE child (n PRIMARY KEY REFERENCES parent (name));"
                  "INSERT INTO child VALUES (1);")
    code, report = audit_unchanged(path)
    assert code == 1 and "mismatch" in finding(report, "A503")["evidence"][0]


def test_statistics_that_are_missing_or_old(tmp_path):
    path = make(tmp_path / "app.db", rows=12_000)
    code, report = audit_unchanged(path)
    assert code == 1 and finding(report, "A601")["evidence"][0].startswith("books: 1 indexes")
    execute(path, "ANALYZE")
    assert ids(audit_unchanged(path)[1], "warning") == set()
    execute(path, "UPDATE sqlite_stat1 SET stat = '500 1'")
    assert finding(audit_unchanged(path)[1], "A602")["subject"] == "books"


def test_free_pages(tmp_path):
    path = make(tmp_path / "app.db", rows=60_000)
    execute(path, "DELETE FROM books; ANALYZE;")
    code, report = audit_unchanged(path)
    assert code == 1 and finding(report, "A301")["repair"] == "VACUUM;"
    assert report["header"]["freelist_pages"] > 1000
    if report["space"]["scanned"]:  # a library without dbstat cannot tell
        assert report["space"]["complete"]
        used = report["header"]["pages"] - report["header"]["freelist_pages"]
        assert report["space"]["scanned_pages"] == used


def test_a_wal_that_waits_for_a_checkpoint(tmp_path):
    path = make(tmp_path / "app.db", rows=10)
    with open_elsewhere(path, """
            db.execute("PRAGMA wal_autocheckpoint=0")
            db.execute("PRAGMA synchronous=OFF")
            for i in range(10100):
                db.execute("UPDATE authors SET name = ? WHERE id = 3", (str(i),))
            """):
        code, report = audit_unchanged(path)
    assert code == 1 and "wal_autocheckpoint" in finding(report, "A203")["repair"]
    assert report["journal"]["wal_frames"] > 10_000


def test_a_wal_of_another_database(tmp_path):
    path = make(tmp_path / "app.db")
    die_in(path, "db.execute(\"INSERT INTO authors VALUES (5000, 'only in the WAL')\")")
    other = tmp_path / "other.db"
    execute(other, "PRAGMA page_size=8192; CREATE TABLE t (a);")
    (tmp_path / "app.db-wal").rename(tmp_path / "other.db-wal")
    code, report = audit_unchanged(other)
    assert code == 1 and "8192" in finding(report, "A204")["message"]


def test_a_set_to_compare_with(tmp_path):
    path = make(tmp_path / "app.db", wal=False)
    code, report = audit_unchanged(path, "--pragmas", "production+page_size=8192")
    assert (code, report["pragma_set"]) == (1, "production+page_size=8192")
    settings = {one["name"]: one for one in report["settings"]}
    assert settings["journal_mode"]["stored"] == "DELETE" and not settings["journal_mode"]["holds"]
    assert settings["page_size"]["stored"] == "4096"
    assert settings["foreign_keys"]["stored"] is None
    assert settings["foreign_keys"]["statement"] == "PRAGMA foreign_keys = ON;"
    differ = {one["subject"] for one in report["findings"] if one["id"] == "A711"}
    assert differ == {"journal_mode", "page_size"}
    wal = make(tmp_path / "wal.db")
    code, report = audit_unchanged(wal, "--pragmas", "production")
    assert code == 0 and "A711" not in ids(report)
    assert "PRAGMA busy_timeout = 5000;" in audit(wal, "--pragmas", "production").stdout


def test_a_limit_leaves_an_answer_and_what_is_not_known(tmp_path):
    path = make(tmp_path / "app.db", rows=40_000)
    execute(path, "ANALYZE")
    code, report = audit_unchanged(path, "--time-limit", "0.001")
    assert code == 3
    assert report["integrity"]["result"] == "unknown" and "A402" in ids(report, "unknown")
    assert not all(one["rows_exact"] for one in report["tables"])


def test_a_schema_that_this_library_cannot_serve_is_not_called_damage(tmp_path):
    path = make(tmp_path / "app.db")
    execute(path, """
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_master VALUES
            ('table', 'elsewhere', 'elsewhere', 0, 'CREATE VIRTUAL TABLE elsewhere USING nosuch');
    """)
    code, report = audit_unchanged(path)
    assert code in (0, 3) and "A401" not in ids(report)
    assert {"name": "elsewhere", "virtual": True, "indexes": 0, "rows": None,
            "rows_exact": False} in report["tables"]


def test_names_from_the_database_cannot_write_to_the_terminal(tmp_path):
    path = tmp_path / "app.db"
    execute(path, 'CREATE TABLE "\x1b[31mred\x07" (a)')
    result = audit(path)
    assert "[31mred" in result.stdout
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout


def test_syncs_are_measured_only_where_asked_and_leave_nothing(tmp_path):
    path = make(tmp_path / "app.db")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert audit_unchanged(path)[1]["environment"]["fdatasync_us_p50"] is None
    _, report = audit_unchanged(path, "--dir", str(scratch))
    assert report["environment"]["fdatasync_us_p50"] > 0
    assert list(scratch.iterdir()) == []


def test_out_takes_the_result(tmp_path):
    path = make(tmp_path / "app.db")
    (tmp_path / "result").mkdir()
    out = tmp_path / "result" / "audit.json"
    result = audit(path, "--format", "json", "--out", str(out))
    assert result.stdout == ""
    report = json.loads(out.read_text(encoding="utf-8"))
    assert result.returncode == code_of(report["findings"])


def test_a_signal_ends_it_at_once_and_leaves_nothing(tmp_path):
    """It waits for a lock when the signal comes: half of its life, on any machine."""
    path = make(tmp_path / "app.db", wal=False)
    with open_elsewhere(path, "db.execute('BEGIN EXCLUSIVE')"):
        before = state_of(path)
        with subprocess.Popen([BIN / "pragmark-audit", path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            status = Path(f"/proc/{process.pid}/status")
            while not caught(status, signal.SIGINT):
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=60)
        assert state_of(path) == before
    assert (process.returncode, stdout) == (3, "")
    assert stderr.count("\n") == 1 and "interrupted" in stderr


def caught(status: Path, number: int) -> bool:
    """Whether the process has a handler for the signal yet."""
    mask = next(line for line in status.read_text(encoding="ascii").splitlines()
                if line.startswith("SigCgt:"))
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("arguments, words", [
    ([], ["FILE", "--help"]),
    (["a.db", "--format", "junit"], ["junit", "--help"]),
    (["a.db", "--time-limit", "0"], ["--time-limit"]),
    (["a.db", "b.db"], ["b.db"]),
])
def test_bad_usage(arguments, words):
    result = run("audit", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "pragmark audit: ", *words)


def test_help_shows_an_example():
    shown = run("audit", "--help")
    assert shown.returncode == 0 and "\n  pragmark audit app.db" in shown.stdout
