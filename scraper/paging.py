"""Following the pages of a listing from one to the next: politely, and never farther than is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from scraper.answers import not_modified_unasked, whole_page
from scraper.errors import CheckError, FetchError
from scraper.gaps import FurtherPage
from scraper.reading import Reading
from scraper.store.writing import FetchRecord
from scraper.types import Extraction, Page
from scraper.urls import canonicalize_url, site_of

Read = Callable[[str], Awaitable[Reading]]
IsDone = Callable[[FurtherPage], Awaitable[bool]]


@dataclass(slots=True)
class Trail:
    """Where a listing's pages lead. ``url`` is the next one, ``None`` at the end; a page that was visited, or is on
    another site, is no next one."""

    url: str | None
    visited: set[str]

    @classmethod
    def after(cls, page_url: str, next_url: str | None) -> Trail:
        """The trail that begins behind the page at ``page_url``, with ``next_url``."""
        trail = cls(None, {canonicalize_url(page_url)})
        trail.step(page_url, next_url)
        return trail

    def step(self, page_url: str, next_url: str | None) -> None:
        """Go on from ``page_url`` to the page that it names as its next one."""
        self.url = None
        if next_url is None or site_of(next_url) != site_of(page_url):
            return
        key = canonicalize_url(next_url)
        if key not in self.visited:
            self.visited.add(key)
            self.url = next_url


async def read_further(trail: Trail, *, read: Read, now: Callable[[], datetime]) -> tuple[FurtherPage, Page | None]:
    """The next page of ``trail``, which moves on behind it. A page that cannot be had ends the trail and is a result;
    :class:`CheckError` is never raised."""
    url = trail.url
    if url is None:
        raise ValueError("the trail has ended")
    trail.url = None
    at = now()
    try:
        page, found = _whole(url, await read(url))
    except CheckError as error:
        status = error.status if isinstance(error, FetchError) else None
        return FurtherPage(FetchRecord("next_page", url, at, "failed", status, message=str(error)[:500])), None
    trail.step(page.url, found.next_page_url)
    record = FetchRecord("next_page", url, at, "ok", page.status, size=len(page.body))
    return FurtherPage(record, found.items), page


def _whole(url: str, reading: Reading) -> tuple[Page, Extraction]:
    """A page that could be read; else raises :class:`CheckError`."""
    if reading.error is not None:
        raise reading.error
    page = whole_page(reading.answer, url)
    if reading.extraction is None:
        raise not_modified_unasked(url)
    return page, reading.extraction


async def fill_gap(
    trail: Trail,
    most: int,
    *,
    read: Read,
    is_done: IsDone,
    now: Callable[[], datetime],
    into: list[FurtherPage],
    why: str = "all items are new",
) -> str | None:
    """Follow ``trail`` for at most ``most`` pages until ``is_done`` says that a page shows what is known; ``into``
    receives the pages as they come, so that nothing is lost when time runs out. Why the end was not reached, beginning
    with ``why`` they are followed, or ``None``."""
    for number in range(1, most + 1):
        if trail.url is None:
            return None if number > 1 else f"{why}, and no next page is named"
        page, _ = await read_further(trail, read=read, now=now)
        into.append(page)
        if page.fetch.outcome == "failed":
            return f"{why}; the next page could not be read: {page.fetch.message}"
        if await is_done(page):
            return None
    return f"{why}, those of {most} more pages too; older ones may be missing" if trail.url else None
