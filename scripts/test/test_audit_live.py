"""pragmark audit of databases that are in use, or were left in the middle of something.

Databases that somebody has open are open in a process of their own: within one process, closing a
file drops SQLite's locks on it.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest

from audit_databases import (
    audit,
    audit_unchanged,
    die_in,
    execute,
    ids,
    make,
    open_elsewhere,
    state_of,
)
from test_programs import assert_one_line


@pytest.mark.parametrize("wal", [True, False])
def test_a_sound_database_passes_and_nothing_appears_beside_it(tmp_path, wal):
    path = make(tmp_path / "app.db", wal=wal)
    code, report = audit_unchanged(path, "--full")
    assert code == 0
    assert report["schema"] == "pragmark.audit/1"
    assert report["integrity"] == {"check": "integrity_check", "result": "ok"}
    assert report["journal"]["wal_mode"] == wal and not report["journal"]["live"]
    assert [(one["name"], one["rows"], one["rows_exact"]) for one in report["tables"]] == [
        ("authors", 2000, True), ("books", 2000, True)]
    assert [one.name for one in tmp_path.iterdir()] == ["app.db"]
    assert ("A206" in ids(report)) == (not wal)


def test_the_header_is_told(tmp_path):
    path = tmp_path / "app.db"
    execute(path, "PRAGMA page_size=8192; PRAGMA encoding='UTF-16le';"
                  "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA user_version=-7;"
                  "PRAGMA application_id=0x47504b47; CREATE TABLE t (a);")
    code, report = audit_unchanged(path)
    header = report["header"]
    assert code == 0
    assert (header["page_size_bytes"], header["encoding"]) == (8192, "UTF-16le")
    assert (header["auto_vacuum"], header["user_version"]) == ("INCREMENTAL", -7)
    assert header["application"] == "OGC GeoPackage"
    assert header["written_by"] == sqlite3.sqlite_version
    assert header["file_bytes"] == path.stat().st_size == header["pages"] * 8192
    assert "A106" in ids(report, "notice")


def test_a_wal_that_another_process_has_open(tmp_path):
    """The rows that are in the WAL alone are seen; what is not committed is not."""
    path = make(tmp_path / "app.db")
    with open_elsewhere(path, """
            for i in range(2000, 2300):
                db.execute("INSERT INTO authors VALUES (?, 'later')", (i,))
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM authors")
            """):
        code, report = audit_unchanged(path)
    assert code == 0
    assert report["journal"]["live"] and report["journal"]["locked"]
    assert report["journal"]["wal_frames"] >= 300
    assert report["journal"]["wal_frames_checkpointed"] == 0
    assert report["integrity"]["result"] == "ok"
    assert report["tables"][0]["rows"] == 2300


WRITER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
db.execute("PRAGMA wal_autocheckpoint=50")
done = 2000
print("ready", flush=True)
while True:
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO authors VALUES (?, ?)", (done, "a" * (done % 900)))
    db.execute("INSERT INTO books VALUES (?, ?, ?)", (done, done, "b" * (done % 900)))
    db.execute("UPDATE books SET title = title || 'c' WHERE id = ?", (done * 31 % 2000,))
    db.execute("COMMIT")
    done += 1
    print(done, flush=True)
"""


def test_under_write_load_every_audit_is_of_one_moment(tmp_path):
    """Authors and books are written together; an audit that mixed moments would see more of one, or
    damage. The writer sees no error, and all that it was told is committed is there afterwards."""
    path = make(tmp_path / "app.db")
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "ready\n"
        seen = []
        for _ in range(8):
            for _ in range(60):  # commits, and with them checkpoints, between and during the audits
                done = int(writer.stdout.readline())
            result = audit(path, "--full", "--format", "json")
            report = json.loads(result.stdout)
            assert ids(report, "error") == set(), report["findings"]
            authors, books = report["tables"]
            assert authors["rows"] == books["rows"] >= done
            assert report["journal"]["live"]
            seen.append(authors["rows"])
        writer.kill()
        rest, errors = writer.communicate()
    assert errors == "" and seen == sorted(seen)
    acknowledged = int(rest.split("\n")[-2]) if rest.count("\n") else done
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM authors").fetchone()[0] >= acknowledged
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_wal_that_was_left_behind(tmp_path):
    """Also of an index (-shm) that says nothing any more."""
    path = make(tmp_path / "app.db")
    die_in(path, "db.execute(\"INSERT INTO authors VALUES (5000, 'only in the WAL')\")")
    assert (tmp_path / "app.db-shm").exists()
    code, report = audit_unchanged(path)
    assert code == 1 and "A202" in ids(report, "warning")
    assert not report["journal"]["live"]
    assert report["tables"][0]["rows"] == 2001
    (tmp_path / "app.db-shm").unlink()
    assert audit_unchanged(path)[1]["tables"][0]["rows"] == 2001


def test_the_torn_end_of_a_wal_is_not_read(tmp_path):
    path = make(tmp_path / "app.db")
    die_in(path, """
        db.execute("INSERT INTO authors VALUES (5000, 'whole')")
        db.execute("INSERT INTO authors VALUES (5001, 'torn')")
        """)
    wal = tmp_path / "app.db-wal"
    wal.write_bytes(wal.read_bytes()[:-100])
    code, report = audit_unchanged(path)
    assert code == 1
    assert report["tables"][0]["rows"] == 2001
    assert report["integrity"]["result"] == "ok"


# With a cache of five pages, most of what changes is in the file before the end.
SPILL = """
    db.execute("PRAGMA cache_size=5")
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE books SET author = 5000 - author, title = 'half written'")
    db.execute("INSERT INTO authors SELECT id + 10000, 'new' FROM authors")
    """


def test_a_hot_journal_is_found_and_what_follows_is_as_after_the_rollback(tmp_path):
    path = make(tmp_path / "app.db", wal=False)
    die_in(path, SPILL)
    assert (tmp_path / "app.db-journal").stat().st_size > 0
    code, report = audit_unchanged(path, "--full")
    assert code == 1 and ids(report, "error") == {"A201"}
    assert report["journal"]["rollback_journal"] == "hot"
    assert report["integrity"]["result"] == "ok"
    assert report["tables"][0]["rows"] == 2000
    # SQLite, which may write, comes to the same.
    pages = report["header"]["pages"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA page_count").fetchone() == (pages,)
    assert connection.execute("SELECT count(*) FROM authors").fetchone() == (2000,)
    connection.close()


def test_without_its_hot_journal_the_same_file_is_damaged(tmp_path):
    """The control of the test above: the journal is what made it whole."""
    path = make(tmp_path / "app.db", wal=False)
    die_in(path, SPILL)
    (tmp_path / "app.db-journal").unlink()
    code, report = audit_unchanged(path, "--full")
    assert code == 1 and "A201" not in ids(report)
    assert "A401" in ids(report, "error")


def test_a_transaction_that_runs_is_not_a_hot_journal(tmp_path):
    path = make(tmp_path / "app.db", wal=False)
    with open_elsewhere(path, "db.execute('BEGIN IMMEDIATE'); db.execute('DELETE FROM authors')"):
        code, report = audit_unchanged(path)
    assert (code, report["journal"]["rollback_journal"]) == (0, "in use")
    assert report["tables"][0]["rows"] == 2000


def test_a_connection_that_locks_readers_out_is_undetermined(tmp_path):
    path = make(tmp_path / "app.db", wal=False)
    with open_elsewhere(path, "db.execute('BEGIN EXCLUSIVE')"):
        before = state_of(path)
        result = audit(path)
        assert state_of(path) == before
    assert (result.returncode, result.stdout) == (3, "")
    assert_one_line(result, "app.db", "locks readers out")
