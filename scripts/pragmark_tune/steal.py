"""Time that the hypervisor gave to others while the run lasted, from /proc/stat."""

from __future__ import annotations

from pathlib import Path

STAT = Path("/proc/stat")
STEAL_FIELD, COUNTED_FIELDS = 7, 8  # user nice system idle iowait irq softirq steal


class StealClock:
    def __init__(self, stat: Path = STAT) -> None:
        self._stat = stat
        self._begin = self._read()

    def percent(self) -> float | None:
        """Since it was made; None when that is not known."""
        now = self._read()
        if self._begin is None or now is None:
            return None
        total = sum(now) - sum(self._begin)
        stolen = now[STEAL_FIELD] - self._begin[STEAL_FIELD]
        return 100.0 * stolen / total if total > 0 else None

    def _read(self) -> list[int] | None:
        try:
            words = self._stat.read_text(encoding="ascii").split("\n", 1)[0].split()
            return [int(word) for word in words[1 : 1 + COUNTED_FIELDS]]
        except (OSError, ValueError):
            return None
