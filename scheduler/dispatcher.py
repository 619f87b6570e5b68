"""Checks what is due, so many sources at once, each on another site."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scheduler.rest import Rest
from scraper.articles import look_at_article
from scraper.check import CheckReport
from scraper.errors import LeaseLostError, NotConfiguredError, StoreError
from scraper.service import Service
from scraper.store import leases
from scraper.store.article_jobs import ArticleJob, due_articles, lease_article, next_article_at
from scraper.store.db import Store
from scraper.store.jobs import SourceJob, lease_source, next_due_at, ready_sources, unknown_sources

_ARTICLES_SHARE = 4
"""Beside so many checks one article may be looked at."""
_LONGEST_SLEEP = 5.0
"""Seconds after which the database is asked again even if nothing was due: other processes write to it as well."""
_UNKNOWN_EVERY = 60.0
"""Seconds after which it is said again which sources wait for a configuration that this process has not applied."""
_GATHER = 0.01
"""Seconds for which places that become free are gathered, so that sources are leased several at a time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was leased, and for how many seconds nothing else is due."""

    sources: list[SourceJob]
    articles: list[ArticleJob]
    rest: float

    @property
    def leases(self) -> list[tuple[str, int]]:
        """All of them."""
        return [lease for job in self.sources for lease in job.leases] + [article.lease for article in self.articles]


class Dispatcher:
    """Leases what is due and checks it. ``holder`` names this process in leases, ``report`` receives each committed
    check; there is a :attr:`rest` while the store cannot be written. Where more is due than there is room for,
    ``again`` is called as soon as there is; it is to call :meth:`dispatch`."""

    def __init__(
        self, service: Service, holder: str, report: Callable[[CheckReport], None], monotonic: Callable[[], float]
    ) -> None:
        self._service = service
        self._holder = holder
        self._report = report
        self._running: set[asyncio.Task[None]] = set()
        self._articles: set[asyncio.Task[None]] = set()
        self._owed: list[tuple[str, int]] = []
        self._monotonic = monotonic
        self._asleep_until = float("-inf")
        self._unknown_at = monotonic()
        self._is_full = False
        self._filling: asyncio.Task[None] | None = None
        self._is_closed = False
        self._gathering: asyncio.TimerHandle | None = None
        self.rest = Rest(monotonic)
        self.again: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """Ask the database at the next :meth:`dispatch`: what is due may have changed."""
        self._asleep_until = float("-inf")

    async def dispatch(self) -> None:
        """Begin checks of what is due, as far as there is room; returns before they are done. Does nothing before the
        next one is due.

        Raises :class:`StoreError` and ``sqlite3.Error``.
        """
        if self._filling is not None or self._is_closed or self._monotonic() < self._asleep_until:
            return
        # A task of its own: who asks may be cancelled, and what was leased by then must not be lost.
        self._filling = asyncio.create_task(self._fill())
        self._filling.add_done_callback(self._filled)
        await asyncio.shield(self._filling)

    def _filled(self, _: asyncio.Task[None]) -> None:
        self._filling = None

    async def _fill(self) -> None:
        parallel = self._service.assembly.parallel
        room = parallel - len(self._running)
        # Articles come after listings, on the sites that these leave alone, and have few places of their own.
        spare = max(1, parallel // _ARTICLES_SHARE) - len(self._articles)
        if room <= 0 and spare <= 0:
            return
        now = self._service.clock()
        taken = await self._service.store.run(lambda store: self._take_all(store, room, spare, now))
        if self._is_closed:
            await self._return_leases(taken.leases)
            return
        for job in taken.sources:
            self._begin(self._check(job), self._running)
        for article in taken.articles:
            self._begin(self._look_at_article(article), self._articles)
        self._is_full = len(self._running) >= parallel
        self._asleep_until = self._monotonic() + taken.rest

    def _begin(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        among.add(task)
        task.add_done_callback(self._finished)

    async def drain(self, seconds: float) -> None:
        """Let checks under way commit, at most so long; abandon what hangs, its leases are given back. Nothing else is
        begun."""
        self._is_closed = True
        taking = {self._filling} if self._filling is not None else set()
        running = self._running | self._articles | taking
        if not running:
            return
        _, hanging = await asyncio.wait(running, timeout=seconds)
        hanging -= taking  # what it leases is known only at its end
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    def _take_all(self, store: Store, room: int, spare: int, now: datetime) -> _Taken:
        sources = self._take(store, room, now) if room > 0 else []
        taken = _Taken(sources, [], 0.0)
        try:
            articles = self._take_articles(store, spare, now) if spare > 0 else []
            taken = _Taken(sources, articles, 0.0)
            self._tell_unknown(store, now)
            return replace(taken, rest=self._rest(store, now))
        except BaseException:
            self._owed.extend(taken.leases)  # nobody will look at what was leased
            raise

    def _rest(self, store: Store, now: datetime) -> float:
        """Seconds for which nothing else is due."""
        due_at = next_due_at(store.conn, self._service.checker.book)
        coming = [at for at in (due_at, next_article_at(store.conn)) if at is not None]
        rest = (min(coming) - now).total_seconds() if coming else _LONGEST_SLEEP
        return min(max(rest, 0.0), _LONGEST_SLEEP)

    def _take(self, store: Store, room: int, now: datetime) -> list[SourceJob]:
        """Lease what is due. Without anything due nothing is written."""
        ready = ready_sources(store.conn, now, room, self._service.checker.book)
        owed = tuple(self._owed)
        if not ready and not owed:
            return []
        with store.transaction(durable=False) as conn:
            leases.release_all(conn, owed)
            found = [self._lease(conn, source_id, now) for source_id in ready]
        del self._owed[: len(owed)]  # the loop may have added some
        return [job for job in found if isinstance(job, SourceJob)]

    def _lease(self, conn: sqlite3.Connection, source_id: int, now: datetime) -> SourceJob | datetime | None:
        spacing = self._service.assembly.options.spacing
        try:
            return lease_source(conn, source_id, self._holder, spacing, now, self._service.checker.book)
        except NotConfiguredError:  # configured anew between the two questions
            return None

    def _tell_unknown(self, store: Store, now: datetime) -> None:
        """Say now and then which sources are left alone because another process applied a configuration that this one
        could not; for as long as it takes to notice a changed file it is not worth a word."""
        if self._monotonic() - self._unknown_at < _UNKNOWN_EVERY:
            return
        self._unknown_at = self._monotonic()
        if unknown := unknown_sources(store.conn, now, self._service.checker.book):
            named = ", ".join(unknown[:5]) + (" and others" if len(unknown) > 5 else "")
            log.error("not looked at: %s: the configuration that names them so was not applied here", named)

    def _take_articles(self, store: Store, room: int, now: datetime) -> list[ArticleJob]:
        book = self._service.checker.book
        due = due_articles(store.conn, now, room, book)
        if not due:
            return []
        spacing = self._service.assembly.options.spacing
        with store.transaction(durable=False) as conn:
            found = [lease_article(conn, item_id, self._holder, spacing, now, book) for item_id in due]
        return [job for job in found if job is not None]

    async def _look_at_article(self, job: ArticleJob) -> None:
        committed = False
        try:
            await look_at_article(self._service.checker, job)
            committed = True
        except (LeaseLostError, StoreError) as error:
            log.error("article of %s not committed: %s", job.slug, error)
            if isinstance(error, StoreError):
                self.rest.failed()
        finally:
            if not committed:
                await self._return_leases([job.lease])

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

    async def _return_leases(self, held: Sequence[tuple[str, int]]) -> None:
        """Give leases back; what the store does not take now is given back before the next check."""

        def give(store: Store) -> None:
            leases.release_all(store.conn, held)

        try:
            await self._service.store.write(give)
        except StoreError as error:
            log.warning("%s", error)
            self._owed.extend(held)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._articles.discard(task)
        if self._is_full and self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(_GATHER, self._go_on)
        if not task.cancelled() and task.exception():
            log.error("unexpected fault", exc_info=task.exception())

    def _go_on(self) -> None:
        self._gathering = None
        self.wake()
        self.again()
