"""Files into a folder, all or nothing as far as a file system allows.

Every file is written into a scratch folder inside the target, then each is renamed into place. A
rename replaces a file at once, so no reader sees half a file; until the first one, nothing of an
earlier report is touched. The page comes last, so whoever sees the new page has the new plots.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .errors import InputError

SCRATCH_PREFIX = ".pragmark-report-"
WRITE_ELSEWHERE = "give --out a folder that can be written"


def write_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Writes `files`, name to bytes, in their order. Raises InputError when it cannot; what it
    made itself is then gone again, also when it is interrupted."""
    target = Path(folder)
    try:
        made = _missing_folders(target)
    except (OSError, ValueError) as error:
        raise _refusal(folder, error) from None
    scratch = None
    done = False
    try:
        target.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=target))
        for name, data in files.items():
            (scratch / name).write_bytes(data)
        for name in files:
            os.replace(scratch / name, target / name)
        done = True
    except OSError as error:
        raise _refusal(folder, error) from None
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        if not done:
            _remove_empty(made)


def _refusal(folder: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(folder, f"the report cannot be written ({reason})", WRITE_ELSEWHERE)


def _missing_folders(target: Path) -> list[Path]:
    """The folders that mkdir will have to make, the innermost first."""
    return [path for path in (target, *target.parents) if not path.exists()]


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:  # not made, or not ours alone
            return
