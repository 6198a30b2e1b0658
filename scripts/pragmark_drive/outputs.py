"""Files that appear whole or not at all.

Each is written aside, in the folder where it will lie, and renamed into place when all of them are
written. An unwritable place is found before anything is measured.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pragmark_report.errors import InputError

ASIDE_PREFIX = ".pragmark-aside-"
WRITE_ELSEWHERE = "name a file that can be written"


def check_writable(places: Mapping[str, str]) -> None:
    """`places`: option -> path. Raises InputError when a file could not be written later."""
    seen: dict[str, str] = {}
    for option, path in places.items():
        where = os.path.realpath(path)
        if not _is_special(path):
            if where in seen:
                raise InputError(f"{option} {path}", f"is the file of {seen[where]} too",
                                 "give each its own")
            seen[where] = option
        try:
            if os.path.isdir(path):
                raise IsADirectoryError(0, "it is a directory")
            if not _is_special(path):
                handle, aside = tempfile.mkstemp(prefix=ASIDE_PREFIX, dir=Path(where).parent)
                os.close(handle)
                os.unlink(aside)
        except (OSError, ValueError) as error:
            raise _refusal(f"{option} {path}", error) from None


def write_files(files: Mapping[str, str]) -> None:
    """path -> text. Either all of them are replaced, or the first that cannot be says why."""
    asides: dict[str, str] = {}
    try:
        for path, text in files.items():
            asides[path] = _write_aside(path, text)
        for path in list(asides):
            if asides[path]:
                _rename(asides[path], path)
            del asides[path]
    finally:
        _remove(asides.values())


def append(path: str, text: str) -> None:
    """For a file that several steps of a CI job add to."""
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from None


def _write_aside(path: str, text: str) -> str:
    """The name of the scratch file; empty for a device or a pipe, which is written at once."""
    data = text.encode("utf-8", errors="replace")
    aside = ""
    try:
        if _is_special(path):
            with open(path, "wb") as file:
                file.write(data)
            return ""
        handle, aside = tempfile.mkstemp(prefix=ASIDE_PREFIX, dir=Path(os.path.realpath(path)).parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(aside, _mode(path))
        return aside
    except BaseException as error:
        _remove([aside])
        if isinstance(error, (OSError, ValueError)):
            raise _refusal(path, error) from None
        raise


def _rename(aside: str, path: str) -> None:
    try:
        os.replace(aside, os.path.realpath(path))
    except OSError as error:
        raise _refusal(path, error) from None


def _mode(path: str) -> int:
    """That of the file which is replaced, or what a new file would get."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _is_special(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _remove(paths: Iterable[str]) -> None:
    for path in paths:
        if path:
            try:
                os.unlink(path)
            except OSError:  # renamed into place already
                pass


def _refusal(subject: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(subject, f"cannot be written ({reason})", WRITE_ELSEWHERE)
