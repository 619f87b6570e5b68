"""Which database files this process has open.

Closing *any* descriptor of a file drops all locks that the process holds on it (POSIX), SQLite's among them; another
process then believes to be the last one and removes the log that we go on writing to: what is committed from then on is
lost (https://sqlite.org/howtocorrupt.html, 2.2). So nobody may open a database as an ordinary file while this process
has it open as a database.
"""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

FileId = tuple[int, int]
"""Device and inode."""

OPENING = threading.Lock()
"""Held from the look at a file until its connection is remembered."""
_open: Counter[FileId] = Counter()


def remember(path: Path) -> FileId:
    """Count one more connection to a file that exists."""
    found = path.stat()
    _open[found.st_dev, found.st_ino] += 1
    return found.st_dev, found.st_ino


def forget(file: FileId) -> None:
    """Count one connection less."""
    with OPENING:
        _open[file] -= 1
        if _open[file] <= 0:
            del _open[file]


def is_open_here(path: Path) -> bool:
    """Whether this process has a connection to the file."""
    try:
        found = path.stat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) in _open
