"""What processes take together with all that they started: CPU and memory, read from ``/proc`` (Linux)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from scraper.browser.processes import descendants_of

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*roots: int) -> float:
    """Seconds of CPU of these processes and of all below them, with those that have ended and been waited for."""
    ticks = 0
    for process in _families(roots):
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS


def memory_mb(*roots: int) -> float:
    """Megabytes (PSS) that they hold, shared pages divided among those who share them."""
    kilobytes = 0
    for process in _families(roots):
        with suppress(OSError):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1000


def _families(roots: tuple[int, ...]) -> set[int]:
    return {process for root in roots for process in (root, *descendants_of(root))}
