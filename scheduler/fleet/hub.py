"""The fleet as long as the service lives: says who lives, and puts on record how far reading lags behind."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Self

from scheduler.fleet.broker import Broker
from scheduler.fleet.remote import FleetState, RemoteReader
from scheduler.fleet.wire import PROTOCOL
from scheduler.fleet.worker import HELLO_SECONDS
from scraper.clock import to_text
from scraper.errors import StoreError
from scraper.reading import ReadingManners
from scraper.service import Service
from scraper.store.robots import StoredRobots

log = logging.getLogger(__name__)

_PREFETCH = 100


class Hub:
    """Makes the workers read for a service. Use :meth:`open` and :meth:`close`."""

    def __init__(self, broker: Broker, service: Service, reader: RemoteReader) -> None:
        self._broker = broker
        self._service = service
        self._reader = reader
        self.rounds = asyncio.create_task(self._make_rounds())
        """What the hub does by itself, until it is closed."""

    @classmethod
    async def open(
        cls,
        url: str,
        service: Service,
        *,
        manners: Callable[[], ReadingManners],
    ) -> Self:
        """From now on the service's pages are read by workers. Raises
        :class:`scheduler.fleet.broker.BrokerError`."""
        broker = await Broker.connect(url, "presswatch run", prefetch=_PREFETCH)
        try:
            reader = RemoteReader(
                broker,
                store=service.store,
                robots=StoredRobots(service.store),
                clock=service.clock,
                manners=manners,
            )
            await reader.start()
            service.checker.reader = reader
            # Nothing is read here any more.
            await service.pool.close()
        except BaseException:
            await broker.close()
            raise
        return cls(broker, service, reader)

    async def close(self) -> None:
        """Let go of the workers."""
        self.rounds.cancel()
        await asyncio.gather(self.rounds, return_exceptions=True)
        await self._broker.close()

    async def _make_rounds(self) -> None:
        while True:
            await self._reader.tell_roster()
            await self._put_on_record(self._reader.state(), self._service.clock())
            await asyncio.sleep(HELLO_SECONDS)

    async def _put_on_record(self, state: FleetState, now: datetime) -> None:
        try:
            await self._service.store.write(lambda store: _write(store.conn, state, now))
        except (StoreError, sqlite3.Error) as error:
            log.warning("%s", error)


def _write(conn: sqlite3.Connection, state: FleetState, now: datetime) -> None:
    at = to_text(now)
    conn.execute("DELETE FROM workers")
    conn.executemany(
        "INSERT INTO workers(name, version, protocol, host, pid, started_at, heard_at, reading, done, failed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                hello.name,
                hello.version,
                hello.protocol,
                hello.host,
                hello.pid,
                to_text(hello.started_at),
                at,
                hello.reading,
                hello.done,
                hello.failed,
            )
            for hello in state.workers
        ],
    )
    conn.execute(
        "INSERT INTO fleet(id, seen_at, protocol, waiting, oldest_s, peak_s) VALUES (1, ?, ?, ?, ?, ?) "
        "ON CONFLICT(id) DO UPDATE SET seen_at = excluded.seen_at, protocol = excluded.protocol, "
        "waiting = excluded.waiting, oldest_s = excluded.oldest_s, peak_s = excluded.peak_s",
        (at, PROTOCOL, state.waiting, state.oldest.total_seconds(), state.peak.total_seconds()),
    )
