"""Run as a process of its own: opens a database, and may be killed while it does.

``python -m tests.scraper.store.opener PATH [KILL]``: it kills itself before the KILL-th statement.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from scraper.store.db import open_store


class Counting(sqlite3.Connection):
    """Counts statements and dies at one of them."""

    kill_at = 0
    seen = 0

    def execute(self, *args: Any) -> sqlite3.Cursor:
        Counting.seen += 1
        if Counting.seen == Counting.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*args)


def main() -> None:
    path = Path(sys.argv[1])
    if len(sys.argv) > 2:
        Counting.kill_at = int(sys.argv[2])
        connect = sqlite3.connect
        sqlite3.connect = lambda *args, **options: connect(*args, factory=Counting, **options)  # type: ignore[assignment]
    open_store(path).close()
    print(Counting.seen)


if __name__ == "__main__":
    main()
