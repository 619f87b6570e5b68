"""Processes below ours, as /proc tells; nothing is known of them where there is none."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path


def _parents() -> dict[int, int]:
    """The parent of each process, as far as /proc tells."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # After the name in parentheses, which may hold anything.
            found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def children_of(pid: int) -> frozenset[int]:
    """Its child processes; none where there is no /proc."""
    return frozenset(child for child, parent in _parents().items() if parent == pid)


def drivers() -> frozenset[int]:
    """Playwright's drivers among our children: ours, and those of others in this process."""
    return frozenset(pid for pid in children_of(os.getpid()) if _is_driver(pid))


def _is_driver(pid: int) -> bool:
    """Whether a process is Playwright's driver, whose child the browser is."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"playwright" in said and b"run-driver" in said


def descendants_of(pid: int) -> list[int]:
    """Its children, theirs, and so on."""
    parents = _parents()
    found, at = [pid], 0
    while at < len(found):
        found += [child for child, parent in parents.items() if parent == found[at]]
        at += 1
    return found[1:]


def memory_of(pid: int) -> int:
    """Bytes that the browsers among the descendants of a process hold, pages shared between them counted once."""
    total = 0
    for one in descendants_of(pid):
        with contextlib.suppress(OSError, ValueError):
            name = Path(f"/proc/{one}/comm").read_text(encoding="utf-8", errors="replace").lower()
            if "chrom" not in name:
                continue
            for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def are_there(pids: Iterable[int]) -> bool:
    """Whether one of them runs, or has ended and nobody has heard of it."""
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def kill_all(pids: Iterable[int]) -> None:
    """With all that they started."""
    for parent in pids:
        for pid in (*descendants_of(parent), parent):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
