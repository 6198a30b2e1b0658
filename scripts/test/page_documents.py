"""Results for tests of pages: env's, and any result with every text made an attack."""

from __future__ import annotations

import copy

HOSTILE = "</script><script>alert(1)</script>]]><!-- -->&amp;$x$|`b`\"'*_[y](http://z)\\"
# Texts that a schema fixes, or that pages look up; an attack there is refused when it is loaded.
FIXED = {
    "schema", "question", "arrivals", "purpose", "verdict", "kind", "workload", "workloads",
    "durability", "objective", "design", "state", "status", "phase", "grade", "cap", "code",
    "what", "id", "configuration", "against", "start", "end", "quota", "limit_bytes",
    "environment_grade", "payload", "fdatasync_us_p50", "steal_percent"
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
