"""The loadable extension pragmark_audit from an application's side: Python and the sqlite3 shell.

It lies in lib/ beside the folder of the programs, which is $PRAGMARK_BIN, by default build/bin.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

BIN = Path(os.environ.get("PRAGMARK_BIN", Path(__file__).resolve().parents[2] / "build" / "bin"))
EXTENSION = BIN.parent / "lib" / "pragmark_audit.so"
PRODUCTION = {
    "journal_mode": "WAL", "busy_timeout": 5000, "synchronous": "NORMAL", "cache_size": -20000,
    "foreign_keys": "ON", "temp_store": "MEMORY",
}
BAD = ("SELECT setting, read_back, verdict, repair FROM pragmark_audit('production') "
       "WHERE verdict NOT IN ('pass', 'skipped')")
CLAIMED = "SELECT setting, verdict FROM pragmark_audit('production') WHERE claimed IS NOT NULL"


def connect(database, *, settings=None, **options) -> sqlite3.Connection:
    """An application's connection, as the README says: load, then forbid loading again."""
    connection = sqlite3.connect(database, isolation_level=None, **options)
    connection.enable_load_extension(True)
    connection.load_extension(str(EXTENSION.with_suffix("")))
    connection.enable_load_extension(False)
    for name, value in (settings or {}).items():
        connection.execute(f"PRAGMA {name} = {value}")
    return connection


def digests(directory: Path) -> dict[str, str]:
    """Of every file but the -shm, in which each reader moves its mark."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in directory.iterdir() if not path.name.endswith("-shm")}


@pytest.fixture(name="database")
def database_fixture(tmp_path):
    path = tmp_path / "app.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t(x)")
    connection.execute("INSERT INTO t VALUES (1), (2), (3)")
    connection.close()
    return path


def test_the_whole_set_passes(database):
    connection = connect(database, settings=PRODUCTION)
    assert dict(connection.execute(CLAIMED)) == dict.fromkeys(PRODUCTION, "pass")
    assert connection.execute(BAD).fetchall() == []


def test_synchronous_off_behind_its_back_is_found(database):
    connection = connect(database, settings=PRODUCTION)
    connection.execute("PRAGMA synchronous = OFF")
    assert connection.execute(BAD).fetchall() == [
        ("synchronous", "OFF", "fail", "PRAGMA synchronous = NORMAL;")]


def test_repairs_can_be_pasted(database):
    connection = connect(database, timeout=1.0)
    repairs = connection.execute(BAD).fetchall()
    assert [row[0] for row in repairs] == ["busy_timeout", "synchronous", "cache_size",
                                           "foreign_keys", "temp_store"]
    for *_, repair in repairs:
        connection.execute(repair)
    assert connection.execute(BAD).fetchall() == []


def test_inside_a_transaction_and_between_the_rows_of_a_cursor(database):
    connection = connect(database, settings=PRODUCTION)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO t VALUES (4)")
    seen = []
    for (x,) in connection.execute("SELECT x FROM t ORDER BY x"):
        seen.append(x)
        assert connection.execute(BAD).fetchall() == []
    assert seen == [1, 2, 3, 4]
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (3,)


def test_files_are_the_same_bytes_afterwards(database, tmp_path):
    """Database and WAL, the latter kept alive by a connection that stays."""
    owner = sqlite3.connect(database, isolation_level=None)
    owner.execute("INSERT INTO t VALUES (4)")
    before = digests(tmp_path)
    assert set(before) == {"app.db", "app.db-wal"}
    for options in ("mode=rw", "mode=ro"):
        connection = connect(f"file:{database}?{options}", uri=True)
        first = connection.execute("SELECT * FROM pragmark_audit('production')").fetchall()
        again = connection.execute("SELECT * FROM pragmark_audit('production')").fetchall()
        assert first == again
        connection.close()
        assert digests(tmp_path) == before


def test_a_read_only_connection_and_one_in_memory(database):
    read_only = connect(f"file:{database}?mode=ro", uri=True)
    for name in ("synchronous", "cache_size", "foreign_keys", "temp_store"):
        read_only.execute(f"PRAGMA {name} = {PRODUCTION[name]}")
    assert dict(read_only.execute(CLAIMED)) == dict.fromkeys(PRODUCTION, "pass")
    in_memory = connect(":memory:", settings=PRODUCTION)
    verdicts = dict(in_memory.execute(CLAIMED))
    assert verdicts.pop("journal_mode") == "skipped"
    assert set(verdicts.values()) == {"pass"}


def test_connections_of_a_pool_are_compared_by_their_rows(database):
    """Two that have the set and one that does not: the difference shows in one query each."""
    pool = [connect(database, settings=PRODUCTION), connect(database, settings=PRODUCTION),
            connect(database)]
    bad = [[row[0] for row in connection.execute(BAD)] for connection in pool]
    assert bad == [[], [], ["synchronous", "cache_size", "foreign_keys", "temp_store"]]


def test_a_wrong_set_is_an_error_and_the_connection_goes_on(database):
    connection = connect(database, settings=PRODUCTION)
    with pytest.raises(sqlite3.OperationalError, match="unknown PRAGMA set prodction: .*production"):
        connection.execute("SELECT * FROM pragmark_audit('prodction')").fetchall()
    with pytest.raises(sqlite3.OperationalError, match="SQLite would have heard 64"):
        connection.execute("SELECT * FROM pragmark_audit('production+cache_size=64MB')").fetchall()
    assert connection.execute(BAD).fetchall() == []


def test_loading_needs_leave_and_leaves_none(database):
    connection = connect(database)
    with pytest.raises(sqlite3.OperationalError, match="not authorized"):
        connection.load_extension(str(EXTENSION))
    (state,) = connection.execute(
        "SELECT observed FROM pragmark_audit('production') "
        "WHERE setting = 'enable_load_extension'").fetchone()
    assert state == "OFF"


def shell(database: Path, *commands: str) -> subprocess.CompletedProcess:
    program = shutil.which("sqlite3")
    assert program, "the sqlite3 shell is not there: scripts/install-packages.sh installs it"
    return subprocess.run([program, "-batch", "-bail", str(database), *commands],
                          capture_output=True, text=True, timeout=60, check=False)


def test_from_the_sqlite3_shell(database):
    load = f".load {EXTENSION.with_suffix('')}"
    settings = [f"PRAGMA {name} = {value};" for name, value in PRODUCTION.items()]
    good = shell(database, load, *settings, BAD)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.splitlines() == ["wal", "5000"]  # what the statements themselves print
    tampered = shell(database, load, *settings, "PRAGMA synchronous = OFF;", BAD)
    assert tampered.stdout.splitlines()[2:] == ["synchronous|OFF|fail|PRAGMA synchronous = NORMAL;"]
    wrong = shell(database, load, "SELECT * FROM pragmark_audit('prodction');")
    assert wrong.returncode != 0
    assert "unknown PRAGMA set prodction" in wrong.stderr


def test_it_brings_no_sqlite_and_shows_only_its_entry_point():
    symbols = subprocess.run(["nm", "--dynamic", str(EXTENSION)], capture_output=True, text=True,
                             timeout=60, check=True).stdout.splitlines()
    words = [line.split() for line in symbols]
    assert [w[-1] for w in words if w[-2] == "T"] == ["sqlite3_pragmarkaudit_init"]
    assert [w[-1] for w in words if w[-2] == "U" and w[-1].startswith("sqlite3")] == []
    needed = subprocess.run(["readelf", "--dynamic", str(EXTENSION)], capture_output=True,
                            text=True, timeout=60, check=True).stdout
    for library in ("libsqlite3", "libstdc++", "libfmt"):
        assert library not in needed
