"""What a process has that may write."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from presswatch.web.adding import Adder
from scraper.store.db import Store

_T = TypeVar("_T")


@dataclass
class Desk:
    """A store of its own beside the pages' connections, which only read, and the command that adds pages.

    The store is opened before the pages open the database and closed after them: opening it looks at the file as a
    file, which would cost this process the locks that it holds on it (see :mod:`scraper.store.openfiles`).
    """

    store: Store
    adder: Adder
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """``work`` in one transaction, in a thread. Raises :class:`scraper.errors.StoreError` (locked, full)."""
        return await asyncio.to_thread(self._write, work)

    def _write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock, self.store.transaction(durable=False) as conn:
            return work(conn)
