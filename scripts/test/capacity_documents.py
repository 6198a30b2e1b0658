"""Seeded results of `pragmark capacity`, one for each question, in the form of its schema.

The figures are invented; no test may take them for measurements.
"""

from __future__ import annotations

import math

import numpy as np

SEED = 20240501
QUESTIONS = ("slo", "rate", "claim", "curve", "soak", "antagonists", "forecast")
CONTEXT = {
    "date": "2024-05-01T12:00:00+00:00", "host_name": "vps-1", "num_cpus": "2",
    "pragmark_version": "0.1.0", "pragmark_build_type": "Release", "sqlite_version": "3.40.1",
    "sqlite_source_id": "2022-12-28 14:03:47 df5c253c0b3dd24916e4ec7cf77d3db5294cc9fd",
    "sqlite_compile_options": "THREADSAFE=1 ENABLE_FTS5", "filesystem": "ext4",
    "block_device": "vda1", "fdatasync_us_p50": "1180", "cpu_model": "AMD EPYC 7763",
    "memory_bytes": "4104601600", "virtualization": "kvm", "kernel": "Linux 6.1.0-18-amd64",
    "steal_percent": "0.2", "counting_vfs": "on", "environment_grade": "C",
    "environment_reasons": "steal of 1.2% during the run",
    "pragma_set:production": "journal_mode=WAL; synchronous=NORMAL",
}
SLO = {"percentile": 99, "limit_ms": 10.0, "errors": 0, "wal_limit_bytes": None,
       "text": "p99 <= 10 ms, no errors"}
EDGE = 12_000.0  # requests/s that this invented machine holds


def estimate(value, spread=0.05, n=8):
    return {"value": value, "low": value * (1 - spread), "high": value * (1 + spread), "n": n}


def percentiles(p50_us):
    return {"p50": p50_us, "p90": 2.1 * p50_us, "p99": 6.0 * p50_us, "p99_9": 15.0 * p50_us,
            "max": 40.0 * p50_us}


def step(rng, rate, edge=EDGE, seconds=5.0, windows=10, stalls=3):
    """One step: the closer to the edge, the longer the requests take; beyond it they fail."""
    over = rate > edge
    achieved = min(rate, edge)
    p50 = 100.0 / max(1 - min(rate / edge, 0.97), 0.03) * float(rng.lognormal(0, 0.05))
    p50 *= 20 if over else 1
    intended = int(rate * seconds)
    lost = max(0, intended - int(achieved * seconds))
    width = seconds / windows
    return {
        "rate": rate, "arrivals": "poisson", "seconds": seconds, "intended": intended,
        "sent": intended - lost, "succeeded": intended - lost,
        "failed": {"busy": 0, "error": 0, "timed_out": lost, "not_sent": 0, "wrong_row": 0},
        "offered_per_second": rate, "achieved_per_second": achieved,
        "answered_per_second": achieved, "latency_us": percentiles(p50),
        "service_us": percentiles(80.0), "operations": {}, "io": {"syncs": 10},
        "cpu_seconds": seconds, "checkpoint_stalls": [
            {"t_s": seconds * (place + 1) / (stalls + 1), "ms": 4.0 + place}
            for place in range(stalls)],
        "windows": [{"t_s": place * width, "succeeded": int(achieved * width), "failed": 0,
                     "p50_us": p50, "p99_us": 6 * p50 * float(rng.lognormal(0, 0.2)),
                     "max_us": 40 * p50, "wal_bytes": 4e6 * (1 + place % 4), "checkpoints": 1,
                     "syncs": 12} for place in range(windows)],
        "saturated": over, "wal_limit_exceeded": False,
    }


def entry(rng, rate, purpose, **settings):
    made = step(rng, rate, **settings)
    late = made["latency_us"]["p99"] / 1000 > SLO["limit_ms"]
    holds = not late and not made["failed"]["timed_out"]
    return {"purpose": purpose, "shape": "", "holds": holds,
            "reason": "" if holds else f"p99 was {made['latency_us']['p99'] / 1000:.1f} ms",
            "step": made}


def _base(question, steps, sentence, verdict, rate=None, low=None, high=None, **members):
    document = {
        "schema": "pragmark.capacity/1", "pragmark_version": "0.1.0", "question": question,
        "command": f"pragmark capacity --{question}", "seed": SEED, "exit_code": 0,
        "context": dict(CONTEXT),
        "parameters": {
            "pragmas": "production", "strategy": "group-commit", "threads": 10, "rows": 100_000,
            "payload": "small", "mix": {"read": 0.95, "write": 0.05}, "keys": "zipf:0.99",
            "arrivals": "poisson", "step_seconds": 5.0, "warmup_seconds": 1.0,
            "timeout_ms": 1000.0, "budget_seconds": 300.0, "cpus": None, "sync_delay_us": 0.0,
            "slo": dict(SLO), "rate": None if question == "slo" else rate,
            "soak_seconds": None, "monthly_cost": None},
        "steps": steps,
        "answer": {"sentence": sentence, "verdict": verdict, "rate": rate, "low": low,
                   "high": high},
        "ceiling": estimate(EDGE * 1.1), "search": None, "claim": None, "curve": None,
        "soak": None, "antagonists": None, "forecast": None, "cost": None,
        "caveats": ["The database was 0.02 times the memory."],
    }
    document.update(members)
    return document


def _slo(rng, edge):
    rates = [edge * share for share in (0.2, 0.5, 0.9, 1.1, 0.97, 0.99, 1.02, 0.95, 1.01, 0.98)]
    steps = [entry(rng, rate, "search", edge=edge) for rate in rates]
    steps += [entry(rng, edge * 0.9, "confirm", edge=edge) for _ in range(3)]
    held = 1 / (1 + np.exp((np.linspace(0.8, 1.2, 30) - 0.98) / 0.02))
    fit = [{"rate": edge * share, "p_hold": float(p), "low": float(p) * 0.8,
            "high": min(1.0, float(p) * 1.1 + 0.02)}
           for share, p in zip(np.linspace(0.8, 1.2, 30), held)]
    search = {"lowest_rate": 100.0, "edge": estimate(edge * 0.94, 0.04), "half": estimate(
        edge * 0.98, 0.03), "spread": 0.02, "fit": fit, "confirmed": edge * 0.9,
        "confirmations": [10, 11, 12]}
    return _base("slo", steps, f"Holds {edge * 0.9:,.0f} requests/s at p99 <= 10 ms, no errors.",
                 "holds", edge * 0.9, edge * 0.9, edge * 0.98, search=search,
                 cost={"monthly": 5.0, "hours": 730.0, "rate": edge * 0.9, "per_million": 0.00018,
                       "text": "At 5 a month and this rate all month, a million requests cost "
                               "0.00018."})


def _claim(rng, edge):
    steps = [entry(rng, 60_000.0, "claim", edge=edge) for _ in range(8)]
    unsaid = [{"what": "mix", "said": True, "assumed": "read=95,write=5", "why": "writes cost"},
              {"what": "durability", "said": False, "assumed": "process-safe",
               "why": "a sync for each commit costs more than the commit"}]
    claim = {"rate": 60_000.0, "holding": 0, "steps": 8, "p_reached": 1.0, "p_missed": 1 / 256,
             "alpha": 0.0125, "latency_ms": estimate(400.0), "achieved": estimate(edge, 0.03),
             "unsaid": unsaid, "held_instead": edge * 0.9}
    return _base("claim", steps, "Missed: 60,000 requests/s is not reached here.", "missed",
                 60_000.0, claim=claim)


def _curve(rng, edge):
    steps, points = [], []
    for place, share in enumerate((0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 1.05, 1.2)):
        steps.append({**entry(rng, share * edge, "curve", edge=edge), "holds": None, "reason": ""})
        latency = steps[-1]["step"]["latency_us"]
        points.append({
            "share": share, "offered": share * edge, "achieved": estimate(min(1, share) * edge),
            "answered": estimate(min(1, share) * edge), "p50_ms": estimate(latency["p50"] / 1000),
            "p90_ms": estimate(latency["p90"] / 1000),
            "p99_ms": estimate(latency["p99"] / 1000),
            "p99_9_ms": estimate(latency["p99_9"] / 1000), "service_p99_ms": estimate(0.5),
            "failed_share": 0.0 if share < 1 else 0.1, "saturated": share > 1, "steps": [place]})
    knee = {"share": 0.85, "rate": 0.85 * edge, "p99_ms": 4.0, "why": "p99 doubles beyond it"}
    return _base("curve", steps, "The knee lies at 10,200 requests/s.", "described",
                 curve={"points": points, "knee": knee, "plateau": edge})


def _soak(rng, edge):
    steps = [entry(rng, edge / 2, "soak", edge=edge, seconds=600.0, windows=120, stalls=20)]
    trends = [{"what": what, "unit": unit, "begin": 1.0, "end": 1.01, "change_share": 0.01,
               "low": -0.02, "high": 0.04, "p": 0.4, "verdict": "steady"}
              for what, unit in (("throughput", "requests/s"), ("p99", "ms"), ("wal", "bytes"))]
    soak = {"rate": edge / 2, "seconds": 600.0, "trends": trends, "stalls": {
        "count": 20, "longest_ms": 23.0, "total_ms": 270.0}, "wal_bytes_max": 1.6e7, "step": 0}
    return _base("soak", steps, "Stable over 600 s at 6,000 requests/s.", "stable", edge / 2,
                 soak=soak)


def _antagonists(rng, edge):
    kinds, steps = [], []
    for kind, added in (("long-reader", 1.2), ("backup", 9.0), ("vacuum", 80.0)):
        steps += [entry(rng, edge / 2, "antagonist", edge=edge, seconds=30.0, windows=60)
                  for _ in range(3)]
        recovered = kind != "vacuum"
        kinds.append({"kind": kind, "quiet_p99_ms": 1.1, "band_ms": 1.5,
                      "during_p99_ms": 1.1 + added, "during_max_ms": 40.0,
                      "added_ms": {"value": added, "low": None, "high": None, "n": 3},
                      "recovery_s": estimate(0.5, 0.2, 3) if recovered else None,
                      "recovered": 3 if recovered else 0, "failed_share": 0.001,
                      "wal_bytes_max": 9e6,
                      "steps": list(range(len(steps) - 3, len(steps)))})
    return _base("antagonists", steps, "VACUUM adds 80 ms to p99.", "described", edge / 2,
                 antagonists={"rate": edge / 2, "start_s": 8.0, "end_s": 18.0, "kinds": kinds})


def _forecast(rng, edge):
    threads = (1, 2, 4, 8)
    steps = [{**entry(rng, edge * 0.9, "scaling", edge=edge), "shape": f"threads {n}"}
             for n in threads]

    def usl(n):
        return 6000.0 * n / (1 + 0.3 * (n - 1) + 0.01 * n * (n - 1))

    scaling = {
        "lambda": estimate(6000.0), "sigma": estimate(0.3), "kappa": estimate(0.01),
        "best_threads": math.sqrt(70.0),
        "points": [{"threads": n, "throughput": estimate(usl(n)), "steps": [place]}
                   for place, n in enumerate(threads)],
        "fit": [{"threads": n, "throughput": usl(n), "low": usl(n) * 0.9, "high": usl(n) * 1.1}
                for n in np.linspace(1, 16, 16).tolist()]}
    predictions = [
        {"shape": shape, "text": text, "predicted": estimate(value, 0.1), "binding": binding,
         "measured": estimate(measured) if measured else None,
         "error_share": value / measured - 1 if measured else None,
         "runs": 3 if measured else 0, "steps": [], "held_out": bool(measured)}
        for shape, text, value, binding, measured in (
            ("1 core", "one core by affinity", 6000.0, "CPU", 6300.0),
            ("slow syncs", "each sync takes 2 ms more", 3000.0, "syncs", 2700.0),
            ("8 cores", "eight cores", 40_000.0, "writer lock", None))]
    demands = [{"resource": "CPU", "value": estimate(80.0), "unit": "us", "text": "of all threads"}]
    return _base("forecast", steps, "The median error over 2 held-out shapes is 8%.", "described",
                 forecast={"demands": demands, "scaling": scaling, "predictions": predictions,
                           "median_error_share": 0.08,
                           "assumptions": ["The mix stays as it is."]})


def _rate(rng, edge):
    steps = [entry(rng, edge / 2, "confirm", edge=edge)]
    return _base("rate", steps, "6,000 requests/s holds p99 <= 10 ms, no errors.", "holds",
                 edge / 2)


def capacity_document(question, seed=SEED, edge=EDGE):
    """A whole result of that question."""
    makers = {"slo": _slo, "rate": _rate, "claim": _claim, "curve": _curve, "soak": _soak,
              "antagonists": _antagonists, "forecast": _forecast}
    return makers[question](np.random.default_rng(seed), edge)
