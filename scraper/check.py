"""One check of one source, from the request to the commit. The daemon, ``presswatch check`` and ``scrapy crawl news``
all run this."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from scraper import diff as differ
from scraper import health
from scraper.answers import NotModified
from scraper.clock import Clock
from scraper.errors import CheckError, FetchError, PresswatchError, StoreError
from scraper.fetch import Download, FetchRequest, Limits, fetch
from scraper.hooks import CadencePolicy, ChangeListener
from scraper.robots import ROBOTS_LIMITS, RobotsGate, RobotsStore
from scraper.store.captures import Capture, write_capture
from scraper.store.db import Store
from scraper.store.ingest import CheckRecord, Committed, commit_check
from scraper.store.jobs import SourceJob, lease_source, reserve_site
from scraper.store.known import load_known
from scraper.store.leases import holder_name
from scraper.store.thread import StoreThread
from scraper.types import Extraction, ItemData, Outcome, Page, Recipe
from scraper.urls import site_of

log = logging.getLogger(__name__)

MAX_ITEMS = 2_000
"""Items of one page that are looked at."""

_PENALTY = timedelta(minutes=5)
"""How long a site that answers 429 or 503 without a Retry-After is left alone."""


class Extractor(Protocol):
    """Understands a page within bounds (see :mod:`scraper.parsepool`)."""

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None, now: datetime, recipe: Recipe | None
    ) -> Extraction:
        """Raises :class:`scraper.errors.ExtractError`."""
        ...


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Bounds and manners of a check. ``deadline`` is the wall clock of the whole look, commit excluded, waiting for a
    site's spacing included up to ``patience``."""

    user_agent: str
    spacing: timedelta = timedelta(seconds=2)
    deadline: timedelta = timedelta(seconds=45)
    patience: timedelta = timedelta(seconds=20)
    limits: Limits = field(default_factory=Limits)
    health: health.Policy = field(default_factory=health.Policy)
    diff: differ.Policy = field(default_factory=differ.Policy)


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


class SpacingGate:
    """Waits until a site may be asked. The check's own site is paid for once, by its lease."""

    def __init__(self, store: StoreThread, options: CheckOptions, clock: Clock, paid: str | None) -> None:
        self._store = store
        self._options = options
        self._clock = clock
        self._paid: str | None = paid
        self.spacing = options.spacing

    async def admit(self, url: str) -> None:
        """Return when the site of ``url`` may be asked. Raises :class:`FetchError` (``rate_limited``) if that is too
        far off."""
        site = site_of(url)
        if site == self._paid:
            self._paid = None
            return
        give_up = self._clock() + self._options.patience
        while True:
            until = await self._store.write(lambda store: self._reserve(store, site))
            if until is None:
                return
            if until > give_up:
                raise FetchError("rate_limited", f"{site} is to be left alone for now", url=url, not_before=until)
            await asyncio.sleep(max((until - self._clock()).total_seconds(), 0.01))

    def _reserve(self, store: Store, site: str) -> datetime | None:
        return reserve_site(store.conn, site, self.spacing, self._clock())


class PoliteGate:
    """robots.txt, then spacing; a Crawl-delay widens the spacing."""

    def __init__(self, robots: RobotsGate, spacing: SpacingGate) -> None:
        self._robots = robots
        self.spacing = spacing

    async def admit(self, url: str) -> None:
        """Return when ``url`` may be fetched. Raises :class:`FetchError`."""
        decision = await self._robots.consult(url)
        if not decision.allowed:
            raise FetchError("robots", decision.reason, url=url)
        if decision.crawl_delay:
            self.spacing.spacing = max(self.spacing.spacing, timedelta(seconds=decision.crawl_delay))
        await self.spacing.admit(url)


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
        headers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.store = store
        self._download = download
        self._extractor = extractor
        self._robots = robots
        self.listener = listener
        self.cadence = cadence
        self.options = options
        self.clock = clock
        self._headers = headers or {}
        self._holder = holder_name()

    def reconfigure(self, options: CheckOptions, headers: Mapping[str, Mapping[str, str]]) -> None:
        """Take other bounds and manners from the next check on."""
        self.options, self._headers = options, headers

    async def lease(self, source_id: int) -> SourceJob | datetime | None:
        """As :func:`scraper.store.jobs.lease_source`."""
        now = self.clock()
        return await self.store.write(
            lambda store: lease_source(store.conn, source_id, self._holder, self.options.spacing, now)
        )

    async def check(self, job: SourceJob, page: Page | None = None) -> CheckReport:
        """Look at a leased source once and commit what was found.

        ``page`` is an answer that is already at hand (a saved file). A failure of the look is a result; only a store
        that cannot be written, or a lease that was lost, raises (:class:`StoreError`, :class:`LeaseLostError`).
        """
        look = await self._look(job, self._gate(job.site), page)
        return await self.store.run(lambda store: self._commit(store, job, look))

    async def preview(self, url: str) -> Preview:
        """Look at a page as a check does, with the same manners and bounds, for a person who has not decided yet.
        Stores nothing of the page. A failure of the look is a result."""
        look = await self._look(_job_for_nobody(url), self._gate(None), None)
        page = look.answer if isinstance(look.answer, Page) else None
        return Preview(url, page, look.extraction, look.error, look.seconds, look.crashed)

    async def _look(self, job: SourceJob, gate: PoliteGate, page: Page | None) -> _Look:
        started = time.monotonic()
        look = _Look(self.clock(), gate)
        try:
            async with asyncio.timeout(self.options.deadline.total_seconds()):
                look.answer = page or await self._fetch(job, look.gate)
                if isinstance(look.answer, Page) and not look.is_same_body(job):
                    look.extraction = await self._extract(job, look.answer)
        except TimeoutError:
            seconds = self.options.deadline.total_seconds()
            look.error = FetchError("timeout", f"the check was not done within {seconds:g} seconds", url=job.url)
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

    def _gate(self, paid: str | None) -> PoliteGate:
        spacing = SpacingGate(self.store, self.options, self.clock, paid)
        robots = RobotsGate(
            store=self._robots,
            download=self._download,
            user_agent=self.options.user_agent,
            now=self.clock,
            then=spacing,
            limits=replace(self.options.limits, body_bytes=ROBOTS_LIMITS.body_bytes),
        )
        return PoliteGate(robots, spacing)

    async def _fetch(self, job: SourceJob, gate: PoliteGate) -> Page | NotModified:
        request = FetchRequest(
            url=job.url,
            validators=job.validators,
            headers=self._headers.get(job.slug, {}),
            user_agent=self.options.user_agent,
        )
        return await fetch(request, download=self._download, gate=gate, now=self.clock, limits=self.options.limits)

    async def _extract(self, job: SourceJob, page: Page) -> Extraction:
        return await self._extractor.extract(
            page.body, page.url, content_type=page.content_type, now=self.clock(), recipe=job.recipe
        )

    def _commit(self, store: Store, job: SourceJob, look: _Look) -> CheckReport:
        """In the store's thread: compare with what is known and write all of it."""
        try:
            return self._commit_look(store, job, look)
        except PresswatchError:
            raise
        # As above. Nothing was written; unless the failure is, the page would be fetched again at once, for ever.
        except Exception as error:
            log.exception("check of %s crashed", job.slug)
            look.crash(job, error)
            return self._commit_look(store, job, look)

    def _commit_look(self, store: Store, job: SourceJob, look: _Look) -> CheckReport:
        record, items, new = self._record(store, job, look)
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
            items=items,
            new=new,
            baseline=record.baseline,
            seconds=look.seconds,
            crashed=look.crashed,
        )

    def _record(
        self, store: Store, job: SourceJob, look: _Look
    ) -> tuple[CheckRecord, tuple[ItemData, ...], frozenset[int]]:
        """What is to be committed, the page's items, and the places of those among them that are new."""
        base = CheckRecord(
            check_key=job.check_key,
            source_id=job.source_id,
            leases=job.leases,
            started_at=look.started_at,
            duration=timedelta(seconds=look.seconds),
            outcome=Outcome.FAILED,
            site_spacing=look.gate.spacing.spacing,
        )
        if look.error is not None:
            return self._failed(base, look.error), (), frozenset()
        if isinstance(look.answer, NotModified):
            validators = look.answer.validators
            return replace(base, outcome=Outcome.NOT_MODIFIED, http_status=304, validators=validators), (), frozenset()
        if look.answer is None:
            raise AssertionError("a look without an error has an answer")
        base = _of_page(base, look.answer, job)
        if look.extraction is None:
            return replace(base, outcome=Outcome.UNCHANGED, listing_sha256=job.listing_sha256), (), frozenset()
        return self._compared(store, job, look.answer, look.extraction, base)

    def _failed(self, base: CheckRecord, error: CheckError) -> CheckRecord:
        status = error.status if isinstance(error, FetchError) else None
        not_before = error.not_before if isinstance(error, FetchError) else None
        slow = status in (429, 503)
        return replace(
            base,
            reason=error.reason,
            message=str(error)[:500],
            http_status=status,
            not_before=not_before,
            site_not_before=(not_before or self.clock() + _PENALTY) if slow else None,
        )

    def _compared(
        self, store: Store, job: SourceJob, page: Page, extraction: Extraction, base: CheckRecord
    ) -> tuple[CheckRecord, tuple[ItemData, ...], frozenset[int]]:
        base = replace(
            base,
            items=len(extraction.items),
            kind=extraction.verdict.kind.value,
            confidence=extraction.verdict.confidence,
            language=extraction.language,
            feed_url=extraction.feed_urls[0] if extraction.feed_urls else None,
        )
        suspicion = health.suspicion(extraction)
        if suspicion:
            return self._suspect(store, job, page, base, suspicion), extraction.items, frozenset()
        items, keys = differ.keys_for(extraction.items[:MAX_ITEMS], job.url)
        base = replace(base, items=len(items), listing_sha256=differ.listing_digest(items), article=extraction.article)
        if job.has_baseline and base.listing_sha256 == job.listing_sha256:
            return replace(base, outcome=Outcome.UNCHANGED), items, frozenset()
        known = load_known(store.conn, job.source_id, keys)
        found = differ.diff(items, keys, known, baseline=not job.has_baseline, policy=self.options.diff)
        accepted = False
        if found.doubt:
            needed = self.options.diff.accept_after - 1
            accepted = job.doubted[:needed] == (found.doubt[0],) * needed
            if accepted:
                found = differ.diff(items, keys, known, accepted=True, policy=self.options.diff)
        new = frozenset(i for i, match in enumerate(found.matches) if match.known is None)
        shown = tuple(match.data for match in found.matches) or items
        if found.doubt:
            record = self._suspect(store, job, page, base, found.doubt)
            return replace(record, diff=found if found.changes or found.filled else None), shown, new
        moved = bool(found.changes or found.filled or new or found.left)
        outcome = Outcome.CHANGED if moved else Outcome.UNCHANGED
        reason = "baseline" if not job.has_baseline else "accepted" if accepted else None
        capture = self._capture(store, page, "evidence" if job.has_baseline else "baseline") if moved else None
        record = replace(
            base, outcome=outcome, reason=reason, diff=found, baseline=not job.has_baseline, capture=capture
        )
        return record, shown, new

    def _suspect(
        self, store: Store, job: SourceJob, page: Page, base: CheckRecord, why: tuple[str, str]
    ) -> CheckRecord:
        # The first of a row is kept as evidence; its repeats add nothing.
        first = job.doubted[:1] != (why[0],)
        capture = self._capture(store, page, "suspect") if first else None
        return replace(base, outcome=Outcome.SUSPECT, reason=why[0], message=why[1][:500], capture=capture)

    def _capture(self, store: Store, page: Page, retention: Literal["evidence", "suspect", "baseline"]) -> Capture:
        try:
            return write_capture(
                store.captures_dir, page.body, content_type=page.content_type, url=page.url, retention=retention
            )
        except OSError as error:
            raise StoreError(f"{store.captures_dir}: {error.strerror or error}; nothing was written") from error


@dataclass(slots=True)
class _Look:
    """What a look has found so far."""

    started_at: datetime
    gate: PoliteGate
    answer: Page | NotModified | None = None
    extraction: Extraction | None = None
    error: CheckError | None = None
    crashed: bool = False
    seconds: float = 0.0

    def crash(self, job: SourceJob, error: Exception) -> None:
        """Make it one that failed by a fault of our own."""
        self.crashed = True
        self.error = CheckError("internal", f"{type(error).__name__}: {error}"[:500], url=job.url)

    def is_same_body(self, job: SourceJob) -> bool:
        """Whether the answer is, byte for byte, the last one that was believed."""
        return (
            isinstance(self.answer, Page)
            and job.has_baseline
            and job.body_sha256 is not None
            and hashlib.sha256(self.answer.body).hexdigest() == job.body_sha256
        )


def _job_for_nobody(url: str) -> SourceJob:
    return SourceJob(
        source_id=0,
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
    )


def _of_page(base: CheckRecord, page: Page, job: SourceJob) -> CheckRecord:
    return replace(
        base,
        http_status=page.status,
        final_url=page.url if page.url != job.url else None,
        bytes=len(page.body),
        validators=page.validators,
        body_sha256=hashlib.sha256(page.body).hexdigest(),
    )
