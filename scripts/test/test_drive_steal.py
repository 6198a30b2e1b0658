"""What was stolen while a program was driven, in the context that the program wrote before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pragmark_drive import steal

CAPS = Path(__file__).resolve().parents[2] / "verify" / "src" / "environment_caps.cc"
LOAD = "the load was 0.60 on 2 processors before it began"
SLOW = "nfs is a network filesystem"


def context(grade: str, *reasons: str) -> dict[str, str]:
    return {"steal_percent": "unknown", "environment_grade": grade,
            "environment_reasons": "; ".join(reasons), "kernel": "Linux 6.1"}


@pytest.mark.parametrize("before, percent, grade, reasons", [
    (("B", steal.UNKNOWN_STEAL), 0.3, "A", []),
    (("B", LOAD, steal.UNKNOWN_STEAL), 0.3, "B", [LOAD]),
    (("B", LOAD, steal.UNKNOWN_STEAL), 1.0, "C", [steal.KNOWN_STEAL.format(1.0), LOAD]),
    (("D", SLOW, steal.UNKNOWN_STEAL), 2.0, "D", [SLOW, steal.KNOWN_STEAL.format(2.0)]),
    (("D", SLOW, steal.UNKNOWN_STEAL), 10.0, "F", [steal.KNOWN_STEAL.format(10.0), SLOW]),
    (("B", steal.UNKNOWN_STEAL), None, "B", [steal.UNKNOWN_STEAL]),
])
def test_the_grade_follows_what_was_stolen(before, percent, grade, reasons):
    told = steal.with_steal(context(*before), percent)
    assert told["environment_grade"] == grade
    assert told["environment_reasons"] == "; ".join(reasons)
    assert told["steal_percent"] == ("unknown" if percent is None else f"{percent:.2f}")
    assert told["kernel"] == "Linux 6.1"


def test_a_context_without_a_grade_gets_none():
    assert steal.with_steal({"steal_percent": "unknown"}, 20.0) == {"steal_percent": "20.00"}


def test_words_and_limits_are_those_of_the_caps():
    table = CAPS.read_text()
    assert f'"{steal.UNKNOWN_STEAL}"' in table
    assert f'"{steal.KNOWN_STEAL}"' in table
    assert float(re.search(r"kStealPercent = ([\d.]+)", table)[1]) == steal.SOME_STEAL_PERCENT
    assert (float(re.search(r"kHeavyStealPercent = ([\d.]+)", table)[1])
            == steal.HEAVY_STEAL_PERCENT)


def test_a_mean_weighs_by_time_and_leaves_out_what_is_not_known():
    assert steal.mean_percent([(2.0, 1.0), (6.0, 5.0), (100.0, None)]) == 4.0
    assert steal.mean_percent([(2.0, None)]) is None
    assert steal.mean_percent([]) is None
