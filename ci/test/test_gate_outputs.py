"""Files appear whole, all of them or none, and nothing else stays behind."""

from __future__ import annotations

import os
import stat

import pytest
from pragmark_drive import outputs
from pragmark_report.errors import InputError


def test_files_are_replaced_with_what_was_asked_for(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    old.chmod(0o640)
    outputs.write_files({str(old): "after\n", str(new): "±"})
    assert (old.read_text(), new.read_text(encoding="utf-8")) == ("after\n", "±")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["new", "old"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_when_one_cannot_be_written_none_is(tmp_path, monkeypatch, failure):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("before")
    handles = []

    def fails_at_second(handle, mode, real=os.fdopen):
        handles.append(handle)
        if len(handles) == 2:
            os.close(handle)
            raise failure
        return real(handle, mode)

    monkeypatch.setattr(outputs.os, "fdopen", fails_at_second)
    expected = InputError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        outputs.write_files({str(first): "after", str(second): "after"})
    assert os.listdir(tmp_path) == ["first"] and first.read_text() == "before"


def test_a_link_keeps_being_one_and_a_device_is_written(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("before")
    link.symlink_to(real)
    places = {"--out": str(link), "--junit": "/dev/null", "--markdown": "/dev/null"}
    outputs.check_writable(places)
    outputs.write_files({str(link): "after", "/dev/null": "gone"})
    assert link.is_symlink() and real.read_text() == "after"


def test_one_file_by_two_names_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with pytest.raises(InputError, match="file of --out too"):
        outputs.check_writable({"--out": str(tmp_path / "x"), "--junit": str(tmp_path / "link")})
    assert os.listdir(tmp_path) == ["link"]
