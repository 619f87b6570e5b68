"""A running presswatch inside a Scrapy engine: what the spider holds while it lives.

``scraper`` does not know the configuration, the rules or the channels; an :class:`Assembly` (named by the setting
``PRESSWATCH_ASSEMBLY``) brings them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scrapy.crawler import Crawler

from scraper.articles import look_at_article
from scraper.asking import RequestBook
from scraper.backfill import BackfillPlan, BackfillReport, backfill
from scraper.browser.chromium import Chromium
from scraper.check import Checker, CheckOptions, CheckReport
from scraper.clock import Clock, to_text, utc_now
from scraper.errors import LeaseLostError, NotConfiguredError
from scraper.hooks import CadencePolicy, ChangeListener
from scraper.parsepool import ParsePool
from scraper.sending import Sender
from scraper.store.article_jobs import ArticleJob, articles_open_at, due_articles, lease_article
from scraper.store.db import Store
from scraper.store.jobs import SourceJob
from scraper.store.retention import Retention
from scraper.store.robots import StoredRobots
from scraper.store.thread import StoreThread
from scraper.types import Page

log = logging.getLogger(__name__)

_PATIENCE = timedelta(minutes=2)
"""How long a one-shot check waits for a site's penalty or for another process; spacing alone is always waited for."""


class Assembly(Protocol):
    """What is put in from above: configuration, cadence, messages, and the daemon."""

    listener: ChangeListener
    cadence: CadencePolicy
    options: CheckOptions
    parallel: int
    retention: Retention
    book: RequestBook
    chromium: str | None
    """Where the browser is; ``None``: on the PATH."""

    def open_store(self) -> Store:
        """The database, reconciled with the configuration. Raises :class:`scraper.errors.PresswatchError`."""
        ...

    async def finish(self, service: Service) -> None:
        """After one-shot checks: send what is due, unless a daemon does."""
        ...

    async def serve(self, service: Service) -> None:
        """Be the daemon, until the surrounding task is cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that was not looked at, and why."""

    source_id: int
    slug: str
    reason: str


class Service:
    """The store, the parse pool and the checker of one process."""

    def __init__(self, crawler: Crawler, assembly: Assembly, *, workers: int = 1, clock: Clock = utc_now) -> None:
        self.assembly = assembly
        self.clock = clock
        self.download = Sender(crawler)
        self.store = StoreThread(assembly.open_store())
        self.pool = ParsePool(workers=workers)
        self.chromium = Chromium(assembly.chromium)
        self.checker = Checker(
            store=self.store,
            download=self.download,
            extractor=self.pool,
            robots=StoredRobots(self.store),
            listener=assembly.listener,
            cadence=assembly.cadence,
            options=assembly.options,
            clock=clock,
            book=assembly.book,
            chromium=self.chromium,
        )

    async def start(self) -> None:
        """Begin starting the parse workers."""
        await self.pool.start()
        gc.freeze()  # what is loaded by now stays: not to be looked through for garbage again and again

    async def close(self) -> None:
        """Stop the workers and the browser, and close the database."""
        await self.chromium.close()
        await self.pool.close()
        self.store.close()

    async def check_all(
        self, source_ids: Sequence[int], pages: Mapping[int, Page] | None = None
    ) -> AsyncIterator[CheckReport | Skipped]:
        """Look once at each source, several at a time, never two of one site; reports come as they are done."""
        turn = asyncio.Semaphore(self.assembly.parallel)
        tasks = [
            asyncio.create_task(self._check_in_turn(turn, source_id, (pages or {}).get(source_id)))
            for source_id in source_ids
        ]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def backfill(self, source_id: int, plan: BackfillPlan) -> BackfillReport:
        """Look back at the older pages of a source's listing; how that went."""

        async def lease() -> SourceJob | str:
            job = await self._lease(source_id)
            return job.reason if isinstance(job, Skipped) else job

        slug = await self.store.run(lambda store: _slug_of(store, source_id))
        report = BackfillReport(slug)
        try:
            await backfill(self.checker, lease, plan, report)
        except (LeaseLostError, TimeoutError) as error:
            report.stopped, report.failed = str(error) or "a page took too long", True
        return report

    async def follow(self, source_ids: Sequence[int]) -> int:
        """After one-shot checks: look at the articles of these sources that are due, as far as the patience goes; how
        many were looked at. The next command goes on."""
        count, give_up = 0, self.clock() + self.assembly.options.patience
        while self.clock() < give_up:
            job = await self.store.run(lambda store: self._take_article(store, source_ids))
            if job is None:
                opens = await self.store.run(lambda store: articles_open_at(store.conn, self.clock(), source_ids))
                if opens is None or opens > give_up:
                    break
                await asyncio.sleep(max((opens - self.clock()).total_seconds(), 0.1))
                continue
            with contextlib.suppress(LeaseLostError):
                await look_at_article(self.checker, job)
            count += 1
        return count

    def _take_article(self, store: Store, source_ids: Sequence[int]) -> ArticleJob | None:
        now = self.clock()
        book = self.checker.book
        due = due_articles(store.conn, now, 1, book, source_ids)
        if not due:
            return None
        with store.transaction(durable=False) as conn:
            return lease_article(conn, due[0], self.checker.holder, self.assembly.options.spacing, now, book)

    async def _check_in_turn(self, turn: asyncio.Semaphore, source_id: int, page: Page | None) -> CheckReport | Skipped:
        """Lease only when there is a turn: what is held longer than a lease lasts is taken by somebody else. Whoever
        has to wait for a site does not keep its turn."""
        give_up: datetime | None = None
        while True:
            async with turn:
                found, give_up = await self._try_lease(source_id, give_up)
                if isinstance(found, SourceJob):
                    try:
                        return await self.checker.check(found, page)
                    except LeaseLostError as error:
                        return Skipped(source_id, found.slug, str(error))
            if isinstance(found, Skipped):
                return found
            await asyncio.sleep(found)

    async def _lease(self, source_id: int) -> SourceJob | Skipped:
        """Wait for the source's turn."""
        give_up: datetime | None = None
        while True:
            found, give_up = await self._try_lease(source_id, give_up)
            if not isinstance(found, float):
                return found
            await asyncio.sleep(found)

    async def _try_lease(
        self, source_id: int, give_up: datetime | None
    ) -> tuple[SourceJob | Skipped | float, datetime | None]:
        """The job; or for how many seconds to wait; or why not, if that would be later than ``give_up``. And the
        ``give_up`` to come with the next time."""
        try:
            found = await self.checker.lease(source_id)
        except NotConfiguredError as error:
            return await self._skipped(source_id, str(error)), give_up
        if isinstance(found, SourceJob):
            return found, give_up
        now = self.clock()
        give_up = give_up or now + _PATIENCE
        if found is None:
            if now > give_up:
                return await self._skipped(source_id, "another process is looking at it, or at its site"), give_up
            return 0.1, give_up
        near = self.assembly.options.spacing + timedelta(seconds=60)
        if found > max(give_up, now + near):
            return await self._skipped(source_id, f"its site is to be left alone until {to_text(found)}"), give_up
        return max((found - now).total_seconds(), 0.01), max(give_up, now + _PATIENCE)

    async def _skipped(self, source_id: int, reason: str) -> Skipped:
        return Skipped(source_id, await self.store.run(lambda store: _slug_of(store, source_id)), reason)


def _slug_of(store: Store, source_id: int) -> str:
    return str(store.conn.execute("SELECT slug FROM sources WHERE id = ?", (source_id,)).fetchone()["slug"])
