"""Calibration on seeded noise of known size, and the profile file with all that may ail it."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from pragmark_drive import outputs
from pragmark_gate import calibration, decide, noise_profile
from pragmark_gate.model import Launch, Metric, Pairing, Phase, Rule, Verdict
from pragmark_report.errors import InputError

SEED = 20240501
RULE = Rule()
SD = {"scan": 0.013, "read": 0.017, "write": 0.025, "regimes": 0.3}
MACHINE = noise_profile.Machine("Linux", "x86_64", "AMD EPYC 7763", 2)


def launches_of(sd=None, n=80, seed=SEED):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0.0, each, n) for name, each in (sd or SD).items()}


@pytest.fixture(scope="module", name="made")
def made_fixture():
    return calibration.calibrate(launches_of(), RULE, seed=1, alarm_runs=200, detection_runs=20)


def test_effects_are_taken_in_order_and_by_phase():
    def launch(name, phase, index, candidate):
        return Launch(name, phase, index, "AB", (100.0, 100.0, 100.0), candidate)

    launches = [
        launch("b", Phase.NULL, 3, (90.0, 80.0, 85.0)), launch("a", Phase.NULL, 1, (100.0,) * 3),
        launch("b", Phase.NULL, 2, (110.0,) * 3), launch("b", Phase.MAIN, 0, (50.0,) * 3),
    ]
    effects = calibration.effects_of(launches, Metric(), Phase.NULL)
    assert effects == {"a": [0.0], "b": [pytest.approx(math.log(1.1)),
                                         pytest.approx(math.log(0.85))]}
    assert calibration.effects_of(launches, Metric("latency", False), Phase.MAIN) == {
        "b": [pytest.approx(math.log(2.0))]}


def test_noise_margin_and_visible_slowdown(made):
    noise = {each.benchmark: each for each in made.noise}
    for name, sd in SD.items():
        assert noise[name].launches == 80
        assert 0.6 * sd < noise[name].sd < 1.5 * sd
        # The median of 16 normal launches has an error of 1.2533 sd / 4; p99 of its size is 2.58.
        assert 0.6 < noise[name].estimate_p99 / (2.58 * 1.2533 * sd / 4.0) < 1.6
        raised = 1.0 - math.exp(-1.5 * noise[name].estimate_p99)
        assert noise[name].margin == pytest.approx(max(0.03, raised))
        assert noise[name].smallest_visible > noise[name].margin
    assert noise["scan"].margin == 0.03
    assert [each.benchmark for each in made.noise if not each.gateable] == ["regimes"]
    assert noise["scan"].smallest_visible < 0.05 < noise["regimes"].smallest_visible


def test_visible_slowdown_is_seen_in_nine_of_ten_drawn_runs(made):
    values = launches_of()["write"]
    noise = next(each for each in made.noise if each.benchmark == "write")
    runs = calibration.draw_runs(values, 1000, 16, 1, np.random.default_rng(9))
    seen = sum(
        decide.judge({"write": run + decide.log_share(noise.smallest_visible)}, RULE,
                     {"write": noise.margin}, look=1, family=4)["write"].verdict
        is Verdict.REGRESSED for run in runs)
    assert 870 <= seen <= 940


def test_rates_are_labelled_and_have_their_exact_interval(made):
    assert made.label.startswith("synthetic")
    assert (made.alarms.hits, made.alarms.runs) == (0, 200)
    assert made.alarms.low == 0.0 and made.alarms.high == pytest.approx(1 - 0.025 ** (1 / 200))
    assert made.alarms_unconfirmed.hits <= 2
    found = {(each.benchmark, each.share): each.rate for each in made.detections}
    assert len(found) == 2 * len(SD)
    assert found["scan", 0.10].hits == found["read", 0.10].hits == 20
    assert found["scan", 0.05].hits >= 19
    assert found["regimes", 0.10].hits == 0 and found["regimes", 0.10].runs == 20


def test_no_run_is_counted_when_nothing_can_be_gated():
    made = calibration.calibrate(launches_of({"regimes": 0.5}), RULE, seed=1, alarm_runs=50,
                                 detection_runs=4)
    assert (made.alarms.hits, made.alarms.runs, made.alarms.high) == (0, 0, 1.0)
    assert [each.rate.hits for each in made.detections] == [0, 0]


def test_a_biased_protocol_shows_as_false_alarms():
    values = {"read": launches_of()["read"] + math.log(0.94)}
    # A bias from the beginning is in the margin, which tells of it.
    made = calibration.calibrate(values, RULE, seed=1, alarm_runs=20, detection_runs=2)
    assert made.noise[0].margin > 0.08 and made.noise[0].sd < 0.03
    drifting = {"read": np.concatenate([launches_of()["read"], values["read"]])}
    made = calibration.calibrate(drifting, RULE, seed=1, alarm_runs=20, detection_runs=2)
    assert made.alarms_unconfirmed.hits == made.alarms.hits == 10  # every run of the second half


def test_a_whole_decision_extends_once_and_confirms_what_it_found():
    slow, wide = np.full(16, -0.08), np.array([-0.3] * 12 + [0.2] * 4)
    steady = np.linspace(-0.01, 0.011, 16)
    script = {
        "real": [slow, slow],
        "fluke": [slow, steady],
        "late": [wide, slow, slow],  # 12 of 16, then 28 of 32, then confirmed
        "tight": [wide, np.array([-0.3] * 12 + [0.2] * 4)],  # 24 of 32: not in a family of five
        "same": [steady],
    }
    drawn = {name: iter(effects) for name, effects in script.items()}
    first, final = calibration.whole_decision(
        lambda name, launches: next(drawn[name]), list(script), RULE, {})
    assert [name for name, each in first.items() if each.verdict is Verdict.REGRESSED] == [
        "real", "fluke", "late"]
    assert {name: (each.verdict, each.looks) for name, each in final.items()} == {
        "real": (Verdict.REGRESSED, 1), "fluke": (Verdict.PASSED, 1),
        "late": (Verdict.REGRESSED, 2), "tight": (Verdict.UNDECIDED, 2),
        "same": (Verdict.PASSED, 1)}
    assert final["late"].launches == 32 and final["late"].confirmation.confirmed
    assert final["tight"].confirmation is None
    assert not any(list(rest) for rest in drawn.values())  # all that was scripted was asked for


def test_dependent_launches_are_drawn_in_blocks():
    rng = np.random.default_rng(SEED)
    walk = np.repeat(rng.normal(0.0, 0.02, 16), 4)  # regimes of four launches
    assert calibration.block_length(walk) == 4
    assert calibration.block_length(rng.normal(0.0, 0.02, 64)) == 1
    runs = calibration.draw_runs(np.arange(10), 500, 7, 3, rng)
    assert runs.shape == (500, 7)
    steps = np.diff(runs, axis=1) % 10
    assert (steps[:, [0, 1, 3, 4]] == 1).all()  # within a block
    assert len(np.unique(steps[:, 2])) == 10  # from block to block
    # Blocks keep the spread of the run's estimate that single launches would hide.
    apart, together = (np.median(calibration.draw_runs(walk, 2000, 16, block, rng), axis=1).std()
                       for block in (1, 4))
    assert together > 1.3 * apart


def test_a_calibration_is_repeatable():
    few = {name: values[:24] for name, values in launches_of().items()}
    once, again, other = (
        calibration.calibrate(few, RULE, seed=seed, alarm_runs=10, detection_runs=2)
        for seed in (1, 1, 2))
    assert once == again != other


@pytest.mark.parametrize("change, message", [
    (lambda e: e.clear(), "no benchmark"),
    (lambda e: e.update(read=e["read"][:19]), "^read: 19 launches, and a calibration takes 20"),
    (lambda e: e.update(read=np.zeros(40)), "^read: all launches tie"),
    (lambda e: e.update(read=np.full(40, math.nan)), "^read: .*NaN"),
    (lambda e: e.update(read=[]), "^read: there is no launch"),
])
def test_calibration_fails_closed(change, message):
    effects = launches_of()
    change(effects)
    with pytest.raises(InputError, match=message):
        calibration.calibrate(effects, RULE, seed=1, alarm_runs=1, detection_runs=1)


@pytest.fixture(name="profile")
def profile_fixture(made):
    return noise_profile.Profile(MACHINE, Metric(), Pairing.SLICES, RULE, made)


def test_a_profile_comes_back_as_it_was(profile, tmp_path):
    path = tmp_path / "noise.json"
    noise_profile.save(profile, str(path))
    assert noise_profile.load(str(path), MACHINE) == profile
    assert json.loads(path.read_text())["schema"] == "pragmark.gate-profile/1"
    assert [each.name for each in tmp_path.iterdir()] == ["noise.json"]  # nothing aside is left


def test_a_profile_is_written_through_a_link_and_into_a_device(profile, tmp_path):
    """Renamed over `--profile /dev/null` by root, it would have taken the device's place."""
    kept, link = tmp_path / "kept.json", tmp_path / "noise.json"
    link.symlink_to(kept)
    noise_profile.save(profile, str(link))
    assert link.is_symlink() and noise_profile.load(str(kept), MACHINE) == profile
    link.unlink()
    link.symlink_to("/dev/null")
    noise_profile.save(profile, str(link))
    assert link.is_symlink() and link.is_char_device()


def test_a_profile_speaks_for_its_metric_and_pairing(profile):
    noise_profile.require_same(profile, Metric(), None)
    noise_profile.require_same(profile, Metric(), Pairing.SLICES)
    with pytest.raises(InputError, match="made with slices, not processes"):
        noise_profile.require_same(profile, Metric(), Pairing.PROCESSES)
    with pytest.raises(InputError, match=r"made for items_per_second \(higher is better\), not "):
        noise_profile.require_same(profile, Metric("latency_us_p99", False), None)


@pytest.mark.parametrize("member, value", [
    ("system", "Plan9"), ("architecture", "aarch64"), ("cpu_model", "Xeon"), ("cpus", 4)])
def test_a_profile_of_another_machine_is_refused(profile, tmp_path, member, value):
    noise_profile.save(profile, str(tmp_path / "noise.json"))
    with pytest.raises(InputError, match="made on another machine"):
        noise_profile.load(str(tmp_path / "noise.json"), replace(MACHINE, **{member: value}))


CPUINFO = "processor\t: 0\nmodel name\t: AMD  EPYC 7763\ncpu MHz\t\t: {mhz}\nbogomips\t: {mhz}\n"


def test_the_machine_is_known_by_what_no_reboot_changes(tmp_path):
    machines = set()
    for mhz in ("2445.1", "3100.0"):
        (tmp_path / mhz).write_text(CPUINFO.format(mhz=mhz))
        machines.add(noise_profile.this_machine(str(tmp_path / mhz)))
    (machine,) = machines
    assert machine.cpu_model == "AMD EPYC 7763"
    assert {each.name for each in dataclasses.fields(machine)} == {
        "system", "architecture", "cpu_model", "cpus"}
    assert noise_profile.this_machine(str(tmp_path / "missing")).cpu_model == "unknown"
    assert noise_profile.this_machine() == noise_profile.this_machine()


def damage(document, **members):
    return json.dumps({**document, **members})


@pytest.mark.parametrize("spoil, message", [
    (lambda d: "", "empty file"),
    (lambda d: "{", "JSON"),
    (lambda d: "[]", "object"),
    (lambda d: json.dumps(d)[:-40], "JSON"),
    (lambda d: damage(d, schema="pragmark.gate-profile/2"), "unknown schema"),
    (lambda d: damage(d, schema="pragmark.gate/1"), "unknown schema"),
    (lambda d: damage(d, more=1), "unknown member `more`"),
    (lambda d: json.dumps({k: v for k, v in d.items() if k != "rule"}), "lacks `rule`"),
    (lambda d: damage(d, metric={"name": 3, "higher_is_better": True}), "`metric.name` is int"),
    (lambda d: json.dumps(d).replace('"margin": 0.03,', '"margin": NaN,'), "NaN"),
    (lambda d: json.dumps(d).replace('"margin": 0.03,', '"margin": 0.0,'), "margin"),
    (lambda d: json.dumps(d).replace('"margin": 0.03,', '"margin": 1.5,'), "margin"),
    (lambda d: damage(d, calibration={**d["calibration"], "noise": []}), "no benchmark"),
    (lambda d: json.dumps(d).replace('"benchmark": "read"', '"benchmark": "scan"'), "scan twice"),
])
def test_a_damaged_profile_is_refused(profile, tmp_path, spoil, message):
    path = tmp_path / "noise.json"
    noise_profile.save(profile, str(path))
    path.write_text(spoil(json.loads(path.read_text())))
    with pytest.raises(InputError, match=message):
        noise_profile.load(str(path), MACHINE)


def test_a_missing_profile_is_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        noise_profile.load(str(tmp_path / "none.json"), MACHINE)


def test_a_failed_write_leaves_the_old_profile_and_nothing_else(profile, tmp_path, monkeypatch):
    path = tmp_path / "noise.json"
    noise_profile.save(profile, str(path))
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.os, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        noise_profile.save(profile, str(path))
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["noise.json"]
    with pytest.raises(InputError, match="No such file"):
        noise_profile.save(profile, str(tmp_path / "none" / "noise.json"))
    unbounded = replace(profile, rule=replace(RULE, margin=math.nan))
    with pytest.raises(InputError, match="has no number"):
        noise_profile.save(unbounded, str(path))
