"""`pragmark-audit` from outside: on every kind of file, and not a byte of it changes.

Databases that somebody has open are open in a process of their own: within one process, closing a
file drops SQLite's locks on it.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from test_programs import BIN, assert_one_line, run


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


def test_noise_over_a_page_is_damage(tmp_path):
    path = make(tmp_path / "app.db")
    content = bytearray(path.read_bytes())
    content[4 * 4096:5 * 4096] = hashlib.shake_256(b"noise").digest(4096)
    path.write_bytes(content)
    code, report = audit_unchanged(path)
    assert (code, report["integrity"]["result"]) == (1, "damaged")
    damage = [one for one in report["findings"] if one["id"] == "A401"]
    assert damage[0]["evidence"] and "backup" in damage[0]["repair"]


@pytest.mark.parametrize("page", range(1, 12))
def test_noise_over_any_page_neither_crashes_nor_hangs(tmp_path, page):
    path = make(tmp_path / "app.db", rows=300)
    content = bytearray(path.read_bytes())
    begin = (page - 1) * 4096 + (100 if page == 1 else 0)  # the header alone is another test
    end = page * 4096
    content[begin:end] = hashlib.shake_256(bytes([page])).digest(end - begin)
    path.write_bytes(content)
    before = state_of(path)
    result = audit(path, "--full")
    assert state_of(path) == before
    assert result.returncode == 1 and "A401" in result.stdout, result.stdout


@pytest.mark.parametrize("keep", [100, 1000, 4096, 20000, -4096, -1])
def test_a_truncated_file(tmp_path, keep):
    path = make(tmp_path / "app.db")
    path.write_bytes(path.read_bytes()[:keep])
    code, report = audit_unchanged(path)
    assert code == 1
    assert ids(report, "error") & {"A101", "A102"}, report["findings"]


@pytest.mark.parametrize("content, words", [
    (b"", ["empty", "right path"]),
    (b"name,age\nA,1\n", ["text file"]),
    (b"x", ["text file"]),
    (bytes(8192), ["zeros"]),
    (hashlib.shake_256(b"key").digest(8192), ["encrypted"]),
    (b"\x1f\x8b\x08\x00abc", ["gzip"]),
    (b"\x37\x7f\x06\x82" + bytes(28), ["WAL", "belongs to"]),
    (b"SQLite format 3\x00" + bytes(200), ["header is damaged"]),
    (b"SQLite format 3\x00", ["header is damaged"]),
])
def test_what_is_no_database_is_bad_input(tmp_path, content, words):
    path = tmp_path / "app.db"
    path.write_bytes(content)
    before = state_of(path)
    result = audit(path)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "pragmark audit: ", "app.db", *words)
    assert state_of(path) == before


def test_what_is_no_regular_file_is_bad_input(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in [(tmp_path, ["directory"]), (tmp_path / "pipe", ["pipe"]),
                        (tmp_path / "missing.db", ["missing.db"]), (Path("/dev/null"), ["device"])]:
        result = audit(path)
        assert (result.returncode, result.stdout) == (2, ""), path
        assert_one_line(result, "pragmark audit: ", *words)


def test_a_pipe_beside_the_database_does_not_hang_it(tmp_path):
    path = make(tmp_path / "app.db")
    os.mkfifo(tmp_path / "app.db-wal")
    result = audit(path)
    assert result.returncode == 2
    assert_one_line(result, "app.db-wal", "pipe")


def test_no_permission_is_bad_input(tmp_path):
    path = make(tmp_path / "app.db")
    path.chmod(0)
    # The superuser may read everything: then somebody else looks, who cannot even reach the folder.
    options = {"user": 65534} if os.geteuid() == 0 else {}
    result = audit(path, **options)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "app.db", "ermission denied")


def test_a_database_that_may_only_be_read_in_a_folder_that_may_only_be_read(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = make(folder / "app.db")
    path.chmod(0o444)
    folder.chmod(0o555)
    code, _ = audit_unchanged(path)
    folder.chmod(0o755)
    assert code == 0


def test_a_symbolic_link_leads_to_the_wal_of_its_target(tmp_path):
    (tmp_path / "real").mkdir()
    path = make(tmp_path / "real" / "app.db")
    die_in(path, "db.execute(\"INSERT INTO authors VALUES (5000, 'only in the WAL')\")")
    (tmp_path / "link.db").symlink_to(path)
    code, report = audit_unchanged(tmp_path / "link.db")
    assert (code, report["path"]) == (1, str(path))
    assert report["tables"][0]["rows"] == 2001


def test_a_second_hard_link_is_warned_about(tmp_path):
    path = make(tmp_path / "app.db")
    os.link(path, tmp_path / "other.db")
    assert "A105" in ids(audit_unchanged(path)[1], "warning")


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
