"""What was leased is looked at or given back, whatever comes between."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scheduler.dispatcher import Dispatcher
from scraper.asking import PLAIN, RequestBook
from scraper.clock import utc_now
from scraper.errors import StoreError
from scraper.store.db import Store, open_store
from scraper.store.sources import SourceSpec, reconcile
from scraper.store.thread import StoreThread
from tests.support.faults import FailingConnection, disk_error

SOURCE = SourceSpec(source_key="pier", slug="pier", name="Pier", url="https://pier.example/news")


class Desk:
    """A dispatcher over a real store in which one source is due; its checks begin and never end."""

    def __init__(self, store: Store) -> None:
        self.known = RequestBook({SOURCE.source_key: (SOURCE.digest, PLAIN)})
        self.is_leasing, self.goes_on = threading.Event(), threading.Event()
        self.goes_on.set()
        self.begun: list[Any] = []
        self.store = StoreThread(store)
        self.clock = utc_now
        self.checker = self
        self.assembly = SimpleNamespace(parallel=4, options=SimpleNamespace(spacing=timedelta(0)))
        self.dispatcher = Dispatcher(self, "here:1:2", lambda _: None, time.monotonic)  # type: ignore[arg-type]

    async def check(self, job: Any) -> Any:
        """In place of a look."""
        self.begun.append(job)
        await asyncio.Event().wait()

    @property
    def book(self) -> RequestBook:
        """Asked for in the store's thread, while it leases."""
        self.is_leasing.set()
        self.goes_on.wait(10)
        return self.known

    @asynccontextmanager
    async def while_leasing(self) -> AsyncIterator[asyncio.Task[None]]:
        """Something is done while the source is being leased; afterwards it is."""
        self.goes_on.clear()
        leasing = asyncio.create_task(self.dispatcher.dispatch())
        await asyncio.to_thread(self.is_leasing.wait, 10)
        yield leasing
        self.goes_on.set()
        assert await self.held()

    async def held(self) -> list[str]:
        """The leases."""
        asked = "SELECT name FROM leases WHERE holder IS NOT NULL"
        return await self.store.run(lambda store: [row["name"] for row in store.conn.execute(asked)])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(tmp_path / "presswatch.db")
    with store.transaction() as conn:
        reconcile(conn, [SOURCE], utc_now() - timedelta(minutes=1))
    opened = Desk(store)
    yield opened
    opened.store.close()


def test_what_is_leased_while_the_service_ends_is_given_back_and_not_looked_at(desk: Desk) -> None:
    async def run() -> None:
        async with desk.while_leasing():
            ending = asyncio.create_task(desk.dispatcher.drain(5))
            await asyncio.sleep(0)
        await ending
        assert (await desk.held(), desk.begun) == ([], [])

    asyncio.run(run())


def test_leasing_that_is_cancelled_loses_no_lease(desk: Desk) -> None:
    async def run() -> None:
        async with desk.while_leasing() as leasing:
            leasing.cancel()
        await desk.dispatcher.drain(0)
        assert await desk.held() == []

    asyncio.run(run())


def test_a_lease_that_was_taken_before_a_fault_is_given_back(desk: Desk) -> None:
    """Each statement fails in turn, those after the lease too."""

    async def run() -> None:
        failing = await desk.store.run(_failing)
        faults = 0
        while not desk.begun:
            faults += 1
            failing.arm(faults, disk_error())
            desk.dispatcher.wake()
            try:
                await desk.dispatcher.dispatch()
            except StoreError:
                failing.arm(0)
                await desk.store.run(lambda store: store.conn.execute("UPDATE sites SET not_before_at = NULL"))
            await asyncio.sleep(0)
            assert faults < 60
        assert failing.failed is None, "without a fault it is looked at"
        failing.arm(0)
        await desk.dispatcher.drain(0)
        assert await desk.held() == []

    asyncio.run(run())


def _failing(store: Store) -> FailingConnection:
    failing = FailingConnection(store.conn)
    store.conn = failing  # type: ignore[assignment]
    return failing
