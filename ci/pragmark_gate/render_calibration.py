"""What a machine can see, for a terminal. Rates of drawn runs are labelled as what they are."""

from __future__ import annotations

from pragmark_report.columns import INDENT, aligned
from pragmark_report.errors import one_line

from . import words
from .calibrate import Calibrated, Sight
from .calibration import Noise, Rate

HEADINGS = ("benchmark", "n", "SD", "lag-1", "margin", "")


def render(made: Calibrated) -> str:
    """Ends with a newline."""
    calibration = made.profile.calibration
    lines = [_headline(made), ""]
    lines += aligned([HEADINGS, *(_noise(each) for each in calibration.noise)], left=(0, 5))
    lines += [f"{INDENT}SD: of one launch; margin: {words.percent(made.profile.rule.margin)}, or what "
              "identical programs reach and half as much again", ""]
    lines.append("Smallest slowdown that a run finds in 9 of 10 cases, by its budget")
    lines += [*_sights(made.sights), ""]
    lines.append(f"How often a run errs and finds ({calibration.label})")
    lines.append(f"{INDENT}false alarms: {_rate(calibration.alarms)}; before confirmation "
                 f"{_rate(calibration.alarms_unconfirmed)}")
    detections = [(one_line(each.benchmark), words.percent(each.share), _rate(each.rate))
                  for each in calibration.detections]
    if detections:
        lines += aligned([("slowdown of", "share", "found and confirmed"), *detections], left=(0, 2))
    machine = made.profile.machine
    lines += ["", one_line(f"Machine: {machine.cpus} x {machine.cpu_model}, {machine.system} "
                           f"{machine.architecture}; {made.profile.metric.name}, paired by "
                           f"{made.profile.pairing.value}, seed {calibration.seed}")]
    return "\n".join(lines) + "\n"


def _headline(made: Calibrated) -> str:
    noise = made.profile.calibration.noise
    gateable = sum(each.gateable for each in noise)
    return (f"pragmark gate: {gateable} of {len(noise)} benchmarks can be gated here "
            f"({words.duration(made.seconds)} of launches against a copy)")


def _noise(each: Noise) -> tuple[str, ...]:
    return (one_line(each.benchmark), str(each.launches), words.percent(each.sd),
            f"{each.lag1:+.2f}", words.percent(each.margin),
            "" if each.gateable else "cannot be gated here")


def _sights(sights: tuple[Sight, ...]) -> list[str]:
    budgets = [words.duration(each.budget_seconds) for each in sights]
    table = [("benchmark", *budgets), ("launches", *(str(each.launches) for each in sights))]
    for name in sights[0].smallest_visible:
        table.append((one_line(name), *(_visible(each.smallest_visible[name]) for each in sights)))
    return aligned(table, left=(0,))


def _visible(share: float) -> str:
    return "none" if share >= 1.0 else words.percent(share)


def _rate(rate: Rate) -> str:
    if rate.runs == 0:
        return "no run could gate anything"
    return (f"{rate.hits} of {rate.runs} ({words.percent(rate.hits / rate.runs)}, 95% interval "
            f"{words.percent(rate.low)} to {words.percent(rate.high)})")
