"""pragmark audit of databases that are damaged, and of files that are none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from audit_databases import audit, audit_unchanged, die_in, ids, make, state_of
from test_programs import assert_one_line


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
