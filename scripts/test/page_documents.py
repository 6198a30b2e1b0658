"""Results for tests of pages: env's, crash's, and any result with every text made an attack."""

from __future__ import annotations

import copy

HOSTILE = "</script><script>alert(1)</script>]]><!-- -->&amp;$x$|`b`\"'*_[y](http://z)\\"
# Texts that a schema fixes, or that pages look up; an attack there is refused when it is loaded.
FIXED = {
    "schema", "question", "arrivals", "purpose", "verdict", "kind", "workload", "workloads",
    "durability", "objective", "design", "state", "status", "phase", "grade", "cap", "code",
    "what", "id", "configuration", "against", "start", "end", "quota", "limit_bytes",
    "environment_grade", "payload", "fdatasync_us_p50", "steal_percent", "promised", "measured",
    "sabotage",
}


def hostile(value, key=""):
    """The same result with HOSTILE behind every text that is free."""
    if isinstance(value, str):
        return value if key in FIXED else value + HOSTILE
    if isinstance(value, list):
        return [hostile(each, key) for each in value]
    if isinstance(value, dict):
        return {name: hostile(each, name) for name, each in value.items()}
    return value


def env_document(grade="C"):
    """A result of `pragmark env`."""
    drift = {"n": 14, "robust_cv_percent": 1.2, "last_to_first": 0.99}
    return copy.deepcopy({
        "schema": "pragmark.env/1", "pragmark_version": "0.1.0", "grade": grade,
        "meaning": "figures from here compare only within one interleaved run",
        "reasons": [] if grade == "A" else [
            {"code": "steal", "cap": "C", "sentence": "other guests took 1.3% of it (steal)"}],
        "seconds": 5.1, "kernel": "Linux 6.1.0-18-amd64", "virtualization": "kvm",
        "cpu": {"model": "AMD EPYC 7763", "count": 2, "online": 2, "quota": "none",
                "governor": "unknown", "load_average": 0.2},
        "steal_percent": 1.3, "memory": {"bytes": 4104601600, "limit_bytes": "none"},
        "storage": {"directory": "/srv/secret", "filesystem": "ext4",
                    "mount_options": "rw,relatime", "block_device": "vda1",
                    "queue": {"scheduler": "none", "nr_requests": "256",
                              "write_cache": "write back", "rotational": "0"}},
        "sync": {"n": 900, "p50_us": 1180.0, "p90_us": 1400.0, "p99_us": 3100.0,
                 "max_us": 12_000.0},
        "clock": {"source": "tsc", "read_ns": 30.2}, "drift": {"cpu": drift, "sync": drift},
    })


def crash_counts(model="subset-torn", damaged=0, with_loss=0, max_lost=0, distinct=3000):
    """What one failure model found."""
    bound = 1 - 0.05 ** (1 / distinct)
    return {"model": model, "power": model != "process-kill", "promised": model != "lying-disk",
            "points": 300, "images": 4000, "exhaustive": 120, "distinct": distinct,
            "inconsistent": 0, "corrupt": damaged, "unopenable": 0, "with_loss": with_loss,
            "max_lost": max_lost, "damage_upper_bound_95": None if damaged else bound,
            "loss_upper_bound_95": None if with_loss else bound}


def crash_rounds(lost=0, rounds_with_loss=0):
    """What rounds of killed processes, or of power cuts, found."""
    return {"strategy": "per-thread", "threads": 4, "rounds": 200, "acknowledged": 30_000,
            "lost": lost, "most_lost": lost, "rounds_with_loss": rounds_with_loss,
            "loss_upper_bound_95": None if rounds_with_loss else 0.015, "damaged_rounds": 0,
            "damage_upper_bound_95": 0.015, "finding": ""}


def crash_set(name, rate, at_risk=0, **changes):
    """One set of a result of `pragmark crash`, as documented unless it is changed."""
    lost = crash_counts(with_loss=40 if at_risk else 0, max_lost=min(at_risk, 10))
    found = {
        "set": name, "journal_mode": "WAL", "synchronous": "NORMAL",
        "promised": "process-safe" if at_risk else "power-safe",
        "measured": "process-safe" if at_risk else "power-safe",
        "kill_tried": True, "power_tried": True, "holds": True,
        "documented": "consistent, maybe not durable", "difference": "",
        "exposure": {"transactions": at_risk, "run_transactions": 2000, "points": 12,
                     "points_judged": 12, "bounded": True, "damages": False},
        "exposure_ms": at_risk / rate * 1000,
        "commits_per_second": {"median": rate, "low": 0.9 * rate, "high": 1.1 * rate,
                               "slices": [rate] * 9},
        "images": 12_000, "distinct": 9_000, "seconds": 6.1, "cpu_seconds": 5.2,
        "workloads": [{
            "name": "transfers", "description": "60 transactions", "operations": 700, "syncs": 12,
            "acknowledged": 60, "recorded_bytes": 900_000, "digest": "00ff",
            "models": [crash_counts("process-kill"), lost, crash_counts("lying-disk", 3)],
            "judged": 9000, "kill": crash_counts("process-kill"), "power": lost}],
        "skipped": [{"workload": "connections", "reason": "it has several connections"}],
        "findings": [{
            "finding": "transfers/lying-disk@9:~00ff", "workload": "transfers",
            "model": "lying-disk", "kind": "corrupt", "message": "integrity_check: page 3",
            "point": 9, "last_operation": "sync app.db", "fault": "sync app.db (operation 8)",
            "lost": 0, "losses": ["5: write app.db 4096 B at 0"], "smallest": 1,
            "lost_operations": 4,
            "command": f"pragmark crash --pragmas '{name}' --replay 'transfers/lying-disk@9:~0'",
            "kept": None}],
        "kills": [crash_rounds()],
        "power_cuts": [crash_rounds(lost=at_risk, rounds_with_loss=1 if at_risk else 0)],
    }
    return {**found, **changes}


def crash_document(*sets):
    """A result of `pragmark crash`."""
    context = {"pragmark_version": "0.1.0", "pragmark_build_type": "Release",
               "sqlite_version": "3.40.1", "filesystem": "ext4", "cpu_model": "AMD EPYC 7763",
               "num_cpus": "2", "environment_grade": "C", "environment_reasons": "steal 1.3%"}
    return copy.deepcopy({
        "schema": "pragmark.crash/1", "pragmark_version": "0.1.0",
        "command": "pragmark crash --pragmas production,durable", "context": context, "seed": 1,
        "images_asked": 12_000, "memory_limit_bytes": 1 << 28, "sector_bytes": 4096,
        "piece_bytes": 512, "powersafe_overwrite": True, "sabotage": "none", "matrix": False,
        "models": [{"model": name, "assumption": "the power fails", "power": True,
                    "promised": name != "lying-disk"}
                   for name in ("process-kill", "subset-torn", "lying-disk")],
        "sets": list(sets) or [
            crash_set("production", 20_000.0, 200), crash_set("durable", 900.0),
            crash_set("off", 21_000.0, measured="unsafe", promised="unsafe")],
    })
