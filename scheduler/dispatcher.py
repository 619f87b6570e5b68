"""Checks what is due, so many sources at once, each on another site."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from scheduler.rest import Rest
from scraper.check import CheckReport
from scraper.errors import LeaseLostError, StoreError
from scraper.service import Service
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.jobs import SourceJob, lease_source, ready_sources

log = logging.getLogger(__name__)


class Dispatcher:
    """Leases what is due and checks it. ``holder`` names this process in leases, ``report`` receives each committed
    check; there is a :attr:`rest` while the store cannot be written."""

    def __init__(
        self, service: Service, holder: str, report: Callable[[CheckReport], None], monotonic: Callable[[], float]
    ) -> None:
        self._service = service
        self._holder = holder
        self._report = report
        self._running: set[asyncio.Task[None]] = set()
        self._owed: list[tuple[str, int]] = []
        self.rest = Rest(monotonic)

    async def dispatch(self) -> None:
        """Begin checks of what is due, as far as there is room; returns before they are done.

        Raises :class:`StoreError` and ``sqlite3.Error``.
        """
        room = self._service.assembly.parallel - len(self._running)
        if room <= 0:
            return
        now = self._service.clock()
        for job in await self._service.store.run(lambda store: self._take(store, room, now)):
            task = asyncio.create_task(self._check(job))
            self._running.add(task)
            task.add_done_callback(self._finished)

    async def drain(self, seconds: float) -> None:
        """Let checks under way commit, at most so long; abandon what hangs, its leases are given back."""
        if not self._running:
            return
        _, hanging = await asyncio.wait(set(self._running), timeout=seconds)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    def _take(self, store: Store, room: int, now: datetime) -> list[SourceJob]:
        """Lease what is due. Without anything due nothing is written."""
        ready = ready_sources(store.conn, now, room)
        if not ready and not self._owed:
            return []
        spacing = self._service.assembly.options.spacing
        with store.transaction(durable=False) as conn:
            for lease in self._owed:
                leases.release(conn, *lease)
            found = [lease_source(conn, source_id, self._holder, spacing, now) for source_id in ready]
        self._owed = []
        return [job for job in found if isinstance(job, SourceJob)]

    async def _check(self, job: SourceJob) -> None:
        committed = False
        try:
            report = await self._service.checker.check(job)
            committed = True
            self.rest.worked()
            self._report(report)
        except LeaseLostError as error:
            log.error("check source=%s not committed: %s", job.slug, error)
        except StoreError as error:
            # Fetching what cannot be stored would be of no use to anybody.
            self.rest.failed()
            log.error("check source=%s not committed: %s", job.slug, error)
        finally:
            if not committed:
                await self._return_leases(job.leases)

    async def _return_leases(self, held: Iterable[tuple[str, int]]) -> None:
        """Give leases back; what the store does not take now is given back before the next check."""

        def give(store: Store) -> None:
            for lease in held:
                leases.release(store.conn, *lease)

        try:
            await self._service.store.write(give)
        except StoreError as error:
            log.warning("%s", error)
            self._owed.extend(held)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():
            log.error("unexpected fault", exc_info=task.exception())
