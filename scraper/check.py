"""One check of one source, from the request to the commit. The daemon, ``presswatch check`` and ``scrapy crawl news``
all run this."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scraper import diff as differ
from scraper import health
from scraper.asking import BrowserUse, RequestBook, SourceRequests
from scraper.browser.chromium import Chromium
from scraper.clock import Clock
from scraper.errors import CheckError, PresswatchError
from scraper.fetch import Download, Limits
from scraper.gaps import is_known_page
from scraper.hooks import CadencePolicy, ChangeListener
from scraper.judging import Look, judge, leaves_gap
from scraper.paging import Trail, fill_gap
from scraper.reading import Extractor, PageReader, Reader, ReadingManners, ReadRequest
from scraper.robots import RobotsStore
from scraper.store.db import Store
from scraper.store.ingest import Committed, commit_check
from scraper.store.jobs import SourceJob, lease_source
from scraper.store.leases import holder_name
from scraper.store.site_book import StoredSites
from scraper.store.thread import StoreThread
from scraper.types import Extraction, ItemData, Outcome, Page
from scraper.urls import site_of

log = logging.getLogger(__name__)

_RESERVE_SECONDS = 3.0
"""Of a check's time, what following next pages leaves for the rest."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Bounds and manners of a check. ``deadline`` is the wall clock of the whole look, commit excluded, waiting for a
    site's spacing included up to ``patience``. ``gap_pages``: next pages that are followed where all of a listing is
    new."""

    user_agent: str
    spacing: timedelta = timedelta(seconds=2)
    deadline: timedelta = timedelta(seconds=45)
    patience: timedelta = timedelta(seconds=20)
    gap_pages: int = 5
    limits: Limits = field(default_factory=Limits)
    health: health.EpisodePolicy = field(default_factory=health.EpisodePolicy)
    diff: differ.Policy = field(default_factory=differ.Policy)

    @property
    def manners(self) -> ReadingManners:
        """How pages are asked for."""
        return ReadingManners(self.user_agent, self.spacing, self.patience, self.limits)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found, for people and for item pipelines.

    ``items`` are all items of the page in its order, as far as it was read; ``new`` the places in it of those that had
    not been known. ``crashed``: a fault of our own, for the exit status.
    """

    slug: str
    url: str
    outcome: Outcome
    committed: Committed
    reason: str | None = None
    message: str | None = None
    items: tuple[ItemData, ...] = ()
    new: frozenset[int] = frozenset()
    baseline: bool = False
    seconds: float = 0.0
    crashed: bool = False
    page_url: str = ""
    next_page_url: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A page that was looked at for a person: nobody's source, nothing of it is stored.

    ``page`` and ``extraction`` are ``None`` where ``error`` says why; ``page`` alone is given where it was fetched but
    could not be read.
    """

    url: str
    page: Page | None = None
    extraction: Extraction | None = None
    error: CheckError | None = None
    seconds: float = 0.0
    crashed: bool = False


class Checker:
    """Runs checks on one store, over one downloader."""

    def __init__(
        self,
        *,
        store: StoreThread,
        download: Download,
        extractor: Extractor,
        robots: RobotsStore,
        listener: ChangeListener,
        cadence: CadencePolicy,
        options: CheckOptions,
        clock: Clock,
        book: RequestBook | None = None,
        chromium: Chromium | None = None,
    ) -> None:
        self.store = store
        self._local = PageReader(
            download=download,
            extractor=extractor,
            robots=robots,
            sites=StoredSites(store, clock),
            manners=options.manners,
            clock=clock,
            chromium=chromium,
        )
        self.reader: Reader = self._local
        self.listener = listener
        self.cadence = cadence
        self.options = options
        self.book = book or RequestBook({})
        self.clock = clock
        self.holder = holder_name()

    def reconfigure(self, options: CheckOptions, book: RequestBook) -> None:
        """Take other bounds and manners, and requests of sources, from the next check on."""
        self.options, self.book = options, book
        self._local.manners = options.manners

    async def lease(self, source_id: int) -> SourceJob | datetime | None:
        """As :func:`scraper.store.jobs.lease_source`."""
        now = self.clock()
        return await self.store.write(
            lambda store: lease_source(store.conn, source_id, self.holder, self.options.spacing, now, self.book)
        )

    async def check(self, job: SourceJob, page: Page | None = None) -> CheckReport:
        """Look at a leased source once and commit what was found.

        ``page`` is an answer that is already at hand (a saved file). A failure of the look is a result; only a store
        that cannot be written, or a lease that was lost, raises (:class:`StoreError`, :class:`LeaseLostError`).
        """
        look = await self._look(job, job.site, page)
        return await self.store.run(lambda store: self._commit(store, job, look))

    async def preview(self, url: str, source_key: str | None = None, browser: BrowserUse = "never") -> Preview:
        """Look at a page as a check does, with the same manners and bounds, for a person who has not decided yet.
        Stores nothing of the page. A failure of the look is a result. ``source_key`` is the source whose requests these
        are like: its headers go to the page's origin; a page of nobody's is looked at with ``browser``."""
        asking = SourceRequests(browser=browser) if source_key is None else self.book.latest(source_key)
        look = await self._look(_job_for_nobody(url, source_key or url, asking), None, None)
        page = look.answer if isinstance(look.answer, Page) else None
        return Preview(url, page, look.extraction, look.error, look.seconds, look.crashed)

    async def _look(self, job: SourceJob, paid: str | None, page: Page | None) -> Look:
        started = time.monotonic()
        look = Look(self.clock(), self.reader.visit(paid, job.leases))
        try:
            reading = await look.visit.read(self._request(job, page))
            look.answer, look.extraction, look.error = reading.answer, reading.extraction, reading.error
            look.body_sha256, look.listed = reading.body_sha256, reading.listed
            look.access, look.picture = reading.access, reading.picture
            if page is None and isinstance(look.answer, Page) and look.extraction is not None:
                await self._fill_gap(job, look, look.answer, look.extraction, started)
        except CheckError as error:
            look.error = error
        except PresswatchError:  # the store: there is nowhere to write the failure to
            raise
        # Around one source: a fault of ours goes on its row, and the others go on.
        except Exception as error:
            log.exception("check of %s crashed", job.slug)
            look.crash(job, error)
        look.seconds = time.monotonic() - started
        return look

    def _request(self, job: SourceJob, page: Page | None) -> ReadRequest:
        """The listing itself."""
        return ReadRequest(
            url=job.url,
            source_key=job.source_key,
            source_url=job.url,
            seconds=self.options.deadline.total_seconds(),
            asking=job.asking,
            validators=job.validators,
            body_sha256=job.body_sha256 if job.has_baseline else None,
            page_print=job.page_print if job.print_holds else None,
            recipe=job.recipe,
            page=page,
            access=job.access,
            listing_sha256=job.listing_sha256 if job.has_baseline else None,
        )

    def further(self, job: SourceJob, url: str) -> ReadRequest:
        """Another page of the listing."""
        seconds = self.options.deadline.total_seconds()
        return ReadRequest(
            url=url,
            source_key=job.source_key,
            source_url=job.url,
            seconds=seconds,
            asking=job.asking,
            recipe=job.recipe,
        )

    async def _fill_gap(self, job: SourceJob, look: Look, page: Page, said: Extraction, started: float) -> None:
        """Follow next pages where the first one is new down to its end, or from where an earlier look had to stop. What
        is found until the time is up counts."""
        if self.options.gap_pages == 0:
            return
        trail, why = Trail.after(page.url, said.next_page_url), "all items are new"
        if job.gap is not None:  # also where more is new meanwhile: what was found since then does not close it
            look.gap_since = job.gap.since
        if not await self.store.run(lambda store: leaves_gap(store, job, look, said, self.options.diff)):
            if job.gap is None:
                return
            trail, why = Trail.after(page.url, job.gap.url), "a gap is open"
        left = self.options.deadline.total_seconds() - (time.monotonic() - started) - _RESERVE_SECONDS
        try:
            async with asyncio.timeout(left):
                look.cut_off = await fill_gap(
                    trail,
                    self.options.gap_pages,
                    read=lambda url: look.visit.read(self.further(job, url)),
                    is_done=lambda further: self.store.run(
                        lambda store: is_known_page(store, job, further.items, look.gap_since)
                    ),
                    now=self.clock,
                    into=look.further,
                    why=why,
                )
        except TimeoutError:
            look.cut_off = f"{why}; there was time for {len(look.further)} more pages"

    def _commit(self, store: Store, job: SourceJob, look: Look) -> CheckReport:
        """In the store's thread: compare with what is known and write all of it."""
        try:
            with store.explaining():
                return self._commit_look(store, job, look)
        except PresswatchError:
            raise
        # As above. Nothing was written; unless the failure is, the page would be fetched again at once, for ever.
        except Exception as error:
            log.exception("check of %s crashed", job.slug)
            look.crash(job, error)
            return self._commit_look(store, job, look)

    def _commit_look(self, store: Store, job: SourceJob, look: Look) -> CheckReport:
        judged = judge(store, job, look, policy=self.options.diff, now=self.clock())
        record = judged.record
        committed = commit_check(
            store,
            record,
            listener=self.listener,
            cadence=self.cadence,
            now=self.clock(),
            policy=self.options.health,
        )
        return CheckReport(
            slug=job.slug,
            url=job.url,
            outcome=record.outcome,
            committed=committed,
            reason=record.reason,
            message=record.message,
            items=judged.items,
            new=judged.new,
            baseline=record.baseline,
            seconds=look.seconds,
            crashed=look.crashed,
            next_page_url=look.extraction.next_page_url if look.extraction else None,
            page_url=look.answer.url if isinstance(look.answer, Page) else job.url,
        )


def _job_for_nobody(url: str, source_key: str, asking: SourceRequests) -> SourceJob:
    return SourceJob(
        source_id=0,
        source_key=source_key,
        slug=url,
        url=url,
        site=site_of(url),
        origin="adhoc",
        check_key="",
        leases=(),
        validators=None,
        body_sha256=None,
        listing_sha256=None,
        has_baseline=False,
        recipe=None,
        asking=asking,
    )
