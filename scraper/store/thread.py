"""The store in a thread of its own: one writer, fed by coroutines, off the path of the fetches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from scraper.store.db import Store

T = TypeVar("T")


class StoreThread:
    """Runs functions on one :class:`Store`, one after the other. How many wait is bounded by how many checks run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def run(self, work: Callable[[Store], T]) -> T:
        """The result of ``work(store)``; its errors are raised here, those of SQLite that a person can act on as
        :class:`scraper.errors.StoreError`. Once started, work ends even if the caller is cancelled."""

        def explained() -> T:
            with self._store.explaining():
                return work(self._store)

        return await asyncio.get_running_loop().run_in_executor(self._executor, explained)

    async def write(self, work: Callable[[Store], T]) -> T:
        """As :meth:`run`, inside one short transaction that need not survive a power cut."""

        def transact(store: Store) -> T:
            with store.transaction(durable=False):
                return work(store)

        return await self.run(transact)

    def close(self) -> None:
        """Finish what is queued, then close the database."""
        self._executor.submit(self._store.close)
        self._executor.shutdown(wait=True)
