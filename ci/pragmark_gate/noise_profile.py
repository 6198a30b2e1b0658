"""The noise profile: what a calibration found on one machine, as a file that later runs read.

Schema `pragmark.gate-profile/1`. A profile speaks for the machine, the metric and the pairing that
it was made with, and is refused for any other: noise does not carry over. The machine is known by
what a reboot does not change: no clock speed, load, host name, kernel or boot time.

This is the one part of the decision that reads and writes files.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from pragmark_report.errors import InputError
from pragmark_report.json_file import NextSteps, read_object

from .calibration import Calibration
from .model import Metric, Pairing, Rule
from pragmark_drive.outputs import write_files
from .shape import ShapeError, from_plain, to_plain

SCHEMA = "pragmark.gate-profile/1"
AGAIN = "write one with `pragmark gate --calibrate CMD --profile FILE`"
NEXT_STEPS = NextSteps(give=AGAIN, again=AGAIN, refill=AGAIN)
# How x86, ARM (two), MIPS and POWER name a processor.
CPU_KEYS = ("model name", "CPU implementer", "CPU part", "cpu model", "cpu")


@dataclass(frozen=True)
class Machine:
    """A kind of machine: two of one kind may share a profile."""

    system: str
    architecture: str
    cpu_model: str
    cpus: int  # of the machine, not those that this process may use


@dataclass(frozen=True)
class Profile:
    """`rule` is what the margins were made for: a run of so many launches."""

    machine: Machine
    metric: Metric
    pairing: Pairing
    rule: Rule
    calibration: Calibration


def this_machine(cpuinfo: str = "/proc/cpuinfo") -> Machine:
    """The machine that runs this program. `cpuinfo` is for tests."""
    try:
        text = Path(cpuinfo).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return Machine(platform.system(), platform.machine(), _cpu_model(text), os.cpu_count() or 0)


def _cpu_model(cpuinfo: str) -> str:
    """The first processor's model. Its speed, which the same file holds, changes all the time."""
    first: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        first.setdefault(key.strip(), " ".join(value.split()))
    return " ".join(first[key] for key in CPU_KEYS if first.get(key)) or "unknown"


def dumps(profile: Profile) -> str:
    """As the file has it. Ends with a newline. Raises ShapeError on what is no number."""
    document = {"schema": SCHEMA, **to_plain(profile, {})}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def save(profile: Profile, path: str) -> None:
    """An old profile stays whole until the new one is."""
    try:
        text = dumps(profile)
    except ShapeError as error:
        raise InputError(path, f"the profile has no number: {error}", "calibrate again") from None
    write_files({path: text})


def load(path: str, machine: Machine | None = None) -> Profile:
    """Raises InputError about a file that is damaged, of another schema, or of another machine
    than `machine` (this one unless given)."""
    document = read_object(path, NEXT_STEPS).document
    if document.get("schema") != SCHEMA:
        raise InputError(path, f"unknown schema {document.get('schema')!r}", AGAIN)
    members = {name: value for name, value in document.items() if name != "schema"}
    try:
        profile = from_plain(Profile, members, {})
    except ShapeError as error:
        raise InputError(path, str(error), AGAIN) from None
    _check_numbers(path, profile)
    here = machine or this_machine()
    if profile.machine != here:
        raise InputError(path, f"made on another machine ({_name(profile.machine)}; "
                         f"here: {_name(here)})", AGAIN)
    return profile


def _name(machine: Machine) -> str:
    return f"{machine.system} {machine.architecture}, {machine.cpus} x {machine.cpu_model}"


def _check_numbers(path: str, profile: Profile) -> None:
    """A margin decides verdicts, so one that no calibration could have made is refused."""
    names = [each.benchmark for each in profile.calibration.noise]
    if not names:
        raise InputError(path, "it holds no benchmark", AGAIN)
    for name in names:
        if names.count(name) > 1:
            raise InputError(path, f"it holds {name} twice", AGAIN)
    for each in profile.calibration.noise:
        if not 0.0 < each.margin < 1.0:
            raise InputError(path, f"{each.benchmark} has a margin of {each.margin}", AGAIN)


def require_same(profile: Profile, metric: Metric, pairing: Pairing | None) -> None:
    """Refuses margins of another metric, or of launches made in another way (None: not asked)."""
    if profile.metric != metric:
        raise InputError("noise profile", f"made for {_direction(profile.metric)}, "
                         f"not {_direction(metric)}", AGAIN)
    if pairing is not None and profile.pairing is not pairing:
        raise InputError("noise profile", f"made with {profile.pairing.value}, "
                         f"not {pairing.value}", AGAIN)


def _direction(metric: Metric) -> str:
    return f"{metric.name} ({'higher' if metric.higher_is_better else 'lower'} is better)"
