"""Writes samples/tune*.json: results of whole runs on the stand-ins of tune_fakes.py."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]
from test_tune_run import SAMPLES, TO_SAMPLE, sample  # noqa: E402

for each in TO_SAMPLE:
    (SAMPLES / each).write_text(sample(each), encoding="utf-8")
