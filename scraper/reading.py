"""Reading pages of a source: the polite, guarded request, and what the answer says.

Knows no database, so that it can be done elsewhere: what it has to remember is asked for through small interfaces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from scrapy import Request
from scrapy.http import Response

from scraper import diff as differ
from scraper import sitemaps
from scraper.answers import NotModified, whole_page
from scraper.asking import PLAIN, Post, SourceRequests
from scraper.browser.chromium import Chromium
from scraper.browser.rendering import Rendered
from scraper.charset import decode_body
from scraper.clock import Clock
from scraper.deadline import deadline
from scraper.errors import CheckError, ExtractError, FetchError
from scraper.fetch import Download, FetchRequest, Limits, fetch
from scraper.forms import hidden_fields
from scraper.gates import PoliteGate, SiteBook, SpacingGate
from scraper.health import suspicion
from scraper.pageprint import fits
from scraper.robots import ROBOTS_LIMITS, RobotsGate, RobotsStore
from scraper.scripted import PageScripts
from scraper.sessions import Session, Sessions
from scraper.types import Access, Extraction, Page, PageKind, PagePrint, Recipe, Validators
from scraper.urls import origin_of
from scraper.ways import Wish, read_somehow


class Extractor(Protocol):
    """Understands a page within bounds (see :mod:`scraper.parsepool`)."""

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None, now: datetime, recipe: Recipe | None
    ) -> Extraction:
        """Raises :class:`scraper.errors.ExtractError`."""
        ...


@runtime_checkable
class Apart(Protocol):
    """An extractor that runs other functions over foreign data too, within the same bounds."""

    async def apply(self, function: Callable[..., object], about: str, /, *args: object) -> Any:
        """What ``function`` gives. Raises :class:`scraper.errors.ExtractError`."""
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
    """One page to be read for the source ``source_key``, asked for as ``asking`` says; headers and body go to the
    origin of ``source_url`` only.

    The whole must be done within ``seconds``. ``validators`` make the request conditional; an answer whose body has
    the digest ``body_sha256``, or fits ``page_print``, is not read. ``page`` is an answer that is at hand already.
    """

    url: str
    source_key: str
    source_url: str
    seconds: float
    asking: SourceRequests
    validators: Validators | None = None
    body_sha256: str | None = None
    page_print: PagePrint | None = None
    recipe: Recipe | None = None
    limits: Limits | None = None
    page: Page | None = None
    access: Access | None = None
    listing_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer and what it says. ``extraction`` is ``None`` where nothing was read: not modified, the same body as
    before or one that lists the same (``listed``), or ``error`` says why it could not be. ``body_sha256`` is the body's
    digest. ``access`` is a way to the listing other than the one that was known; ``picture`` a PNG of what is new."""

    answer: Page | NotModified
    extraction: Extraction | None = None
    error: CheckError | None = None
    body_sha256: str | None = None
    listed: bool = False
    access: Access | None = None
    picture: bytes | None = field(default=None, repr=False)


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
        sessions: Sessions | None = None,
        chromium: Chromium | None = None,
    ) -> None:
        self.download = download
        self.extractor = extractor
        self.robots = robots
        self.sites = sites
        self.manners = manners
        self.clock = clock
        self.sessions = sessions or Sessions()
        self.chromium = chromium or Chromium()

    async def close(self) -> None:
        """End the browser, if there is one."""
        await self.chromium.close()

    def visit(self, paid: str | None, leases: tuple[tuple[str, int], ...] = ()) -> PageVisit:  # noqa: ARG002
        """Begin a look; its time is bounded, and no longer than a lease lasts."""
        return PageVisit(self, paid)


@lru_cache(maxsize=8)
def _limits_of_robots(limits: Limits) -> Limits:
    return replace(limits, body_bytes=ROBOTS_LIMITS.body_bytes)


class PageVisit:
    """A :class:`Visit` over :class:`PageReader`'s downloader."""

    def __init__(self, reader: PageReader, paid: str | None) -> None:
        manners = reader.manners
        spacing = SpacingGate(reader.sites, reader.clock, spacing=manners.spacing, patience=manners.patience, paid=paid)
        robots = RobotsGate(
            store=reader.robots,
            download=self._download,
            user_agent=manners.user_agent,
            now=reader.clock,
            then=spacing,
            limits=_limits_of_robots(manners.limits),
        )
        self._reader = reader
        self._manners = manners
        self._gate = PoliteGate(robots, spacing)
        self._robots = robots
        self._asking = PLAIN
        self._scripts: PageScripts | None = None
        self._own_session = Session()

    @property
    def spacing(self) -> timedelta:
        """What the operator asks for, or the site's Crawl-delay if that is longer."""
        return self._gate.spacing.spacing

    async def read(self, request: ReadRequest) -> Reading:
        """As :meth:`Visit.read`."""
        self._asking, self._robots.home = request.asking, origin_of(request.source_url)
        answer: Page | NotModified | None = request.page
        try:
            async with deadline(request.seconds):
                if answer is None and self._asking.browser != "never":
                    reading = await self._read_by_way(request)
                else:
                    if answer is None:
                        answer = await self.fetch(request, request.url)
                    reading = await self._read_answer(request, answer)
                answer = reading.answer
                if self._asking.screenshot and request.page is None:
                    reading = await self._with_picture(request, reading)
        except TimeoutError:
            error: CheckError = FetchError("timeout", f"not done within {request.seconds:g} seconds", url=request.url)
        except CheckError as failure:
            error = failure
        else:
            if reading.extraction is not None and suspicion(reading.extraction):
                self._reader.sessions.end(request.source_key)
            return reading
        # The site may have ended a session on its side: the next look begins anew.
        self._reader.sessions.end(request.source_key)
        if answer is None:
            raise error
        return Reading(answer, error=error)

    async def _read_answer(self, request: ReadRequest, answer: Page | NotModified) -> Reading:
        if isinstance(answer, NotModified):
            return Reading(answer)
        digest = hashlib.sha256(answer.body).hexdigest()
        if _is_same(request, answer, digest):
            return Reading(answer, body_sha256=digest, listed=digest != request.body_sha256)
        found = await self.understand(answer, request.recipe)
        if sitemaps.is_index(found) and request.page is None:
            return await self._read_sitemaps(request, answer, found)
        return Reading(answer, found, body_sha256=digest)

    # -- scripts -----------------------------------------------------------------------------------------------------

    async def _read_by_way(self, request: ReadRequest) -> Reading:
        is_listing = request.url == request.source_url
        wish = Wish(
            url=request.url,
            now=self._reader.clock(),
            validators=request.validators,
            recipe=request.recipe,
            known=request.access if is_listing else None,
            always=self._asking.browser == "always",
            is_article=not is_listing,
        )
        found = await read_somehow(wish, _Hands(self, request))
        access = found.access if is_listing else None
        if not isinstance(found.answer, Page):
            return Reading(found.answer, access=access)
        digest = hashlib.sha256(found.answer.body).hexdigest()
        listed = found.extraction is None and digest != request.body_sha256
        return Reading(found.answer, found.extraction, body_sha256=digest, listed=listed, access=access)

    def scripts(self, request: ReadRequest) -> PageScripts:
        """The scripts of this look's pages."""
        if self._scripts is None:
            self._scripts = PageScripts(
                self._reader.chromium,
                download=self._download,
                robots=self._robots,
                user_agent=self._manners.user_agent,
                limits=request.limits or self._manners.limits,
                asking=self._asking,
                source_url=request.source_url,
                session=self._session_of(request) or Session(),
                clock=self._reader.clock,
            )
        return self._scripts

    def _session_of(self, request: ReadRequest) -> Session | None:
        """Where cookies are kept: for the source, for this look (as a browser would), or not at all."""
        if self._asking.cookies:
            return self._reader.sessions.of(request.source_key)
        return self._own_session if self._asking.browser != "never" else None

    async def _with_picture(self, request: ReadRequest, reading: Reading) -> Reading:
        """Add a picture of a page that says something new."""
        said, page = reading.extraction, reading.answer
        if said is None or not isinstance(page, Page) or not _is_new(request, said):
            return reading
        return replace(reading, picture=await self.scripts(request).picture(page))

    async def _read_sitemaps(self, request: ReadRequest, index: Page, named: Extraction) -> Reading:
        """What the newest sitemaps of an index list. One that cannot be had fails the look: a cut list is no shorter
        one. The answer is the newest of them, since what is new stands there; it has no validators, because they would
        stand for one of several documents."""
        pages, found = list[Page](), list[Extraction]()
        for url in sitemaps.newest(named, index.url):
            page = whole_page(await self.fetch(request, url), url)
            pages.append(page)
            found.append(await self.understand(page, None))
        if not found:
            return Reading(index, named)
        return Reading(replace(pages[0], validators=None), sitemaps.merge(found))

    async def _download(self, request: Request) -> Response:
        proxy = self._asking.proxy
        if proxy is None:
            return await self._reader.download(request)
        return await proxy.download(request, self._reader.download)

    async def fetch(self, request: ReadRequest, url: str) -> Page | NotModified:
        """``url``, as the source ``request`` is made for is asked for."""
        asking, is_at_home = self._asking, origin_of(url) == origin_of(request.source_url)
        headers = dict(asking.headers) if is_at_home else {}
        asked = FetchRequest(
            url=url,
            validators=request.validators,
            headers=headers,
            user_agent=self._manners.user_agent,
            language=asking.accept_language,
            session=self._session_of(request),
        )
        if asking.post is not None and url == request.source_url:
            asked = await self._posting(asked, asking.post)
        return await self._send(asked, request.limits)

    async def _posting(self, asked: FetchRequest, post: Post) -> FetchRequest:
        """``asked`` as a POST; with ``post.first`` that page is asked for before, for its hidden fields."""
        hidden: dict[str, str] = {}
        if post.first is not None:
            page = await self._send(replace(asked, url=post.first, validators=None), None)
            if isinstance(page, Page):
                hidden = hidden_fields(decode_body(page.body, page.content_type)[0])
        headers = {"content-type": post.content_type, **{name.lower(): value for name, value in asked.headers.items()}}
        return replace(asked, method="POST", body=post.body(hidden), headers=headers, validators=None)

    async def _send(self, asked: FetchRequest, limits: Limits | None) -> Page | NotModified:
        return await fetch(
            asked,
            download=self._download,
            gate=self._gate,
            now=self._reader.clock,
            limits=limits or self._manners.limits,
        )

    @property
    def extractor(self) -> Extractor:
        """Whoever understands pages."""
        return self._reader.extractor

    async def understand(self, page: Page, recipe: Recipe | None) -> Extraction:
        """What ``page`` says. Raises :class:`scraper.errors.ExtractError`."""
        return await self._reader.extractor.extract(
            page.body, page.url, content_type=page.content_type, now=self._reader.clock(), recipe=recipe
        )


class _Hands:
    """What :mod:`scraper.ways` needs of a visit, for one page."""

    def __init__(self, visit: PageVisit, request: ReadRequest) -> None:
        self._visit, self._request = visit, request

    async def fetch(self, url: str, validators: Validators | None) -> Page | NotModified:
        return await self._visit.fetch(replace(self._request, validators=validators), url)

    async def understand(self, page: Page, recipe: Recipe | None) -> Extraction:
        return await self._visit.understand(page, recipe)

    async def apply(self, function: Callable[..., object], about: str, /, *args: object) -> Any:
        extractor = self._visit.extractor
        if not isinstance(extractor, Apart):
            raise ExtractError("internal", "there is no process in which data can be read", url=about)
        return await extractor.apply(function, about, *args)

    async def render(self, shell: Page) -> Rendered:
        return await self._visit.scripts(self._request).render(shell)

    def is_same(self, page: Page) -> bool:
        return _is_same(self._request, page, hashlib.sha256(page.body).hexdigest())


def _is_same(request: ReadRequest, page: Page, digest: str) -> bool:
    """Whether a page is what was read before, byte for byte or in all that it lists."""
    if digest == request.body_sha256:
        return True
    return request.page_print is not None and page.url == request.url and fits(request.page_print, page.body)


def _is_new(request: ReadRequest, said: Extraction) -> bool:
    """Whether a page lists something else than it did, or is an article that is another than before."""
    if suspicion(said) is not None:
        return said.verdict.kind is PageKind.ARTICLE and request.url != request.source_url
    items, _ = differ.keys_for(said.items, request.source_url)
    return differ.listing_digest(items) != request.listing_sha256
