"""Where a result was measured, in words. Draws nothing, so a terminal's program may use it."""

from __future__ import annotations

from collections.abc import Mapping

from .load_bench import context_text
from .load_result import Result


def context_of(result: Result) -> dict[str, str]:
    """The context as text."""
    return {key: context_text(value) for key, value in result.document["context"].items()}


def place(context: Mapping[str, str]) -> str:
    """Where it was measured: `AMD EPYC 7763, 2 CPUs, ext4, SQLite 3.40.1, grade C`."""
    parts = [context.get("cpu_model") or "CPU unknown"]
    if context.get("num_cpus"):
        parts.append(f"{context['num_cpus']} CPUs" if context["num_cpus"] != "1" else "1 CPU")
    parts.append(context.get("filesystem") or "file system unknown")
    parts.append(f"SQLite {context.get('sqlite_version') or 'unknown'}")
    if context.get("environment_grade"):
        parts.append(f"grade {context['environment_grade']}")
    return ", ".join(parts)
