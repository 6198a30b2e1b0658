"""Puts the packages of the gate (ci/) and of the report (scripts/) on the path."""

from __future__ import annotations

import sys
from pathlib import Path

CI = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CI), str(CI.parent / "scripts")]
