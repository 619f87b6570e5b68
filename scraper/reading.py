"""Reading pages of a source: the polite, guarded request, and what the answer says.

Knows no database, so that it can be done elsewhere: what it has to remember is asked for through small interfaces.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from scraper.answers import NotModified
from scraper.clock import Clock
from scraper.errors import CheckError, FetchError
from scraper.fetch import Download, FetchRequest, Limits, fetch
from scraper.gates import PoliteGate, SiteBook, SpacingGate
from scraper.robots import ROBOTS_LIMITS, RobotsGate, RobotsStore
from scraper.types import Extraction, Page, Recipe, Validators
from scraper.urls import origin_of


class Extractor(Protocol):
    """Understands a page within bounds (see :mod:`scraper.parsepool`)."""

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None, now: datetime, recipe: Recipe | None
    ) -> Extraction:
        """Raises :class:`scraper.errors.ExtractError`."""
        ...


@dataclass(frozen=True, slots=True)
class ReadingManners:
    """How pages are asked for. ``spacing`` is kept between two requests to a site, which is waited for up to
    ``patience``."""

    user_agent: str
    spacing: timedelta = timedelta(seconds=2)
    patience: timedelta = timedelta(seconds=20)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One page to be read for the source ``slug``, whose headers go to the origin of ``source_url`` only.

    The whole must be done within ``seconds``. ``validators`` make the request conditional; an answer whose body has
    the digest ``body_sha256`` is not read. ``page`` is an answer that is at hand already.
    """

    url: str
    slug: str
    source_url: str
    seconds: float
    validators: Validators | None = None
    body_sha256: str | None = None
    recipe: Recipe | None = None
    limits: Limits | None = None
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer and what it says. ``extraction`` is ``None`` where nothing was read: not modified, the same body as
    before, or ``error`` says why it could not be."""

    answer: Page | NotModified
    extraction: Extraction | None = None
    error: CheckError | None = None


class Visit(Protocol):
    """The requests of one look, in a row. ``spacing`` is how long the site is to be left alone after it."""

    @property
    def spacing(self) -> timedelta: ...

    async def read(self, request: ReadRequest) -> Reading:
        """Raises :class:`CheckError` where there is no answer."""
        ...


class Reader(Protocol):
    """Whoever reads pages: this process, or another one."""

    def visit(self, paid: str | None, leases: tuple[tuple[str, int], ...] = ()) -> Visit:
        """Begin a look. ``paid`` is the site whose first request its lease paid for; ``leases`` are those held for
        the look, to be kept up where it takes long."""
        ...


class PageReader:
    """A :class:`Reader` in this process, over one downloader."""

    def __init__(
        self,
        *,
        download: Download,
        extractor: Extractor,
        robots: RobotsStore,
        sites: SiteBook,
        manners: ReadingManners,
        clock: Clock,
        headers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.download = download
        self.extractor = extractor
        self.robots = robots
        self.sites = sites
        self.manners = manners
        self.clock = clock
        self.headers = headers or {}

    def visit(self, paid: str | None, leases: tuple[tuple[str, int], ...] = ()) -> PageVisit:  # noqa: ARG002
        """Begin a look; its time is bounded, and no longer than a lease lasts."""
        return PageVisit(self, paid)


class PageVisit:
    """A :class:`Visit` over :class:`PageReader`'s downloader."""

    def __init__(self, reader: PageReader, paid: str | None) -> None:
        manners = reader.manners
        spacing = SpacingGate(reader.sites, reader.clock, spacing=manners.spacing, patience=manners.patience, paid=paid)
        robots = RobotsGate(
            store=reader.robots,
            download=reader.download,
            user_agent=manners.user_agent,
            now=reader.clock,
            then=spacing,
            limits=replace(manners.limits, body_bytes=ROBOTS_LIMITS.body_bytes),
        )
        self._reader = reader
        self._manners = manners
        self._gate = PoliteGate(robots, spacing)

    @property
    def spacing(self) -> timedelta:
        """What the operator asks for, or the site's Crawl-delay if that is longer."""
        return self._gate.spacing.spacing

    async def read(self, request: ReadRequest) -> Reading:
        """As :meth:`Visit.read`."""
        answer: Page | NotModified | None = request.page
        try:
            async with asyncio.timeout(request.seconds):
                if answer is None:
                    answer = await self._fetch(request)
                if isinstance(answer, NotModified) or _is_same_body(answer, request):
                    return Reading(answer)
                return Reading(answer, await self._understand(answer, request.recipe))
        except TimeoutError:
            error: CheckError = FetchError("timeout", f"not done within {request.seconds:g} seconds", url=request.url)
        except CheckError as failure:
            error = failure
        if answer is None:
            raise error
        return Reading(answer, error=error)

    async def _fetch(self, request: ReadRequest) -> Page | NotModified:
        is_at_home = origin_of(request.url) == origin_of(request.source_url)
        asked = FetchRequest(
            url=request.url,
            validators=request.validators,
            headers=self._reader.headers.get(request.slug, {}) if is_at_home else {},
            user_agent=self._manners.user_agent,
        )
        return await fetch(
            asked,
            download=self._reader.download,
            gate=self._gate,
            now=self._reader.clock,
            limits=request.limits or self._manners.limits,
        )

    async def _understand(self, page: Page, recipe: Recipe | None) -> Extraction:
        return await self._reader.extractor.extract(
            page.body, page.url, content_type=page.content_type, now=self._reader.clock(), recipe=recipe
        )


def _is_same_body(page: Page, request: ReadRequest) -> bool:
    """Whether the answer is, byte for byte, the one that was read before."""
    return request.body_sha256 is not None and hashlib.sha256(page.body).hexdigest() == request.body_sha256
