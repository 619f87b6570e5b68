"""Faults below SQLite and in it: the n-th statement fails, no file may grow beyond a size."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
from collections.abc import Iterator
from typing import Any


class FailingConnection:
    """A connection whose ``nth`` statement (from 1; 0: none) fails with ``error``; with ``late`` it is carried out all
    the same, as when the answer of a disk is lost. ``count`` is the number of statements so far, ``failed`` the one
    that did."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self.arm(0)

    def arm(self, nth: int, error: Exception | None = None, *, late: bool = False) -> None:
        """Count from here."""
        self.nth, self.error, self.late = nth, error, late
        self.count = 0
        self.failed: str | None = None

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._run(self._conn.execute, sql, values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._run(self._conn.executemany, sql, values)

    def _run(self, method: Any, sql: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        self.count += 1
        if self.count == self.nth and self.error is not None:
            self.failed = sql
            if self.late:
                method(sql, *values)
            raise self.error
        found: sqlite3.Cursor = method(sql, *values)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def disk_error() -> sqlite3.OperationalError:
    """What SQLite raises when a disk does not answer."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Meanwhile no file of this process can grow beyond ``size`` bytes: a write that would is short, the next one
    fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
