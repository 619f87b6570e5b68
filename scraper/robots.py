"""robots.txt as RFC 9309 says: what may be fetched, kept for at most a day, asked for again after that.

The decision is pure (:func:`decide`); :class:`RobotsGate` fetches, keeps and applies it.

A page may make us ask as many origins as it likes (redirects, what its scripts ask for). What those of a look say is
bounded together, read and kept (:data:`FOREIGN_BYTES`, :data:`FOREIGN_KEPT`); the page's own origin is bounded alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakValueDictionary

from scraper.errors import FetchError
from scraper.fetch import Download, FetchRequest, Gate, Limits, OpenGate, fetch
from scraper.robots_rules import is_made_for, parsed_rules, rules_kept
from scraper.types import Page
from scraper.urls import origin_of

FRESH: Final = timedelta(hours=24)
GIVEN_UP: Final = timedelta(days=30)
"""RFC 9309 2.3.1.4: a robots.txt that was unreachable for so long may count as not there."""
CRAWL_DELAY_CAP: Final = 60.0
ROBOTS_LIMITS: Final = Limits(body_bytes=5_000_000)
FOREIGN_BYTES: Final = 1_000_000
"""Of the robots.txt of one look's other origins, unpacked; what lies beyond is not asked for."""
FOREIGN_KEPT: Final = 40_000
"""Of those, what is put on record for later looks; the rest is remembered during the look."""
_RECORD_BYTES: Final = 4_000
"""What a record counts for besides its rules, so that empty ones are few as well."""


@dataclass(frozen=True, slots=True)
class RobotsRecord:
    """What an origin said about robots.

    ``status`` is the HTTP status, ``None`` if it could not be reached; ``body`` are the rules of a 2xx answer
    (:func:`scraper.robots_rules.rules_kept`). ``unreachable_since`` is when the present row of failures (5xx or
    network) began, else ``None``.
    """

    origin: str
    fetched_at: datetime
    expires_at: datetime
    status: int | None = None
    body: bytes = b""
    unreachable_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """Whether a URL may be fetched; ``reason`` is a short sentence; ``crawl_delay`` is in seconds, already capped."""

    allowed: bool
    reason: str
    crawl_delay: float | None = None


class RobotsStore(Protocol):
    """Where records are kept, by origin."""

    async def get_robots(self, origin: str) -> RobotsRecord | None: ...

    async def put_robots(self, record: RobotsRecord) -> None: ...


class MemoryRobots:
    """A :class:`RobotsStore` for one run."""

    def __init__(self) -> None:
        self._records: dict[str, RobotsRecord] = {}

    async def get_robots(self, origin: str) -> RobotsRecord | None:
        return self._records.get(origin)

    async def put_robots(self, record: RobotsRecord) -> None:
        self._records[record.origin] = record


def decide(robots: RobotsRecord | None, url: str, user_agent: str, now: datetime) -> RobotsDecision:
    """What ``robots`` says about ``url`` for the product that ``user_agent`` begins with (``presswatch/1.0 (...)``).

    A 4xx (and a redirect that leads nowhere) allows all; a 5xx or an unreachable file allows nothing, until it has
    been so for 30 days; ``None`` (not yet asked) allows nothing. Expiry is the caller's affair. Never raises.
    """
    if robots is None:
        return RobotsDecision(False, "robots.txt has not been read yet")
    if robots.status is None or robots.status >= 500:
        since = robots.unreachable_since or robots.fetched_at
        if now - since > GIVEN_UP:
            return RobotsDecision(True, "robots.txt has been unreachable for more than 30 days")
        said = f"answers {robots.status}" if robots.status else "cannot be reached"
        return RobotsDecision(False, f"robots.txt {said}, which forbids everything until it does (RFC 9309 2.3.1.4)")
    if robots.status >= 300:
        return RobotsDecision(True, f"there is no robots.txt (status {robots.status})")
    rules = parsed_rules(robots.body, user_agent)
    delay = rules.crawl_delay("*")
    capped = min(delay, CRAWL_DELAY_CAP) if delay is not None else None
    try:
        allowed = rules.can_fetch(url, "*")
    except ValueError:  # a URL that urlsplit refuses
        allowed = False
    return RobotsDecision(allowed, "robots.txt allows it" if allowed else "robots.txt forbids it", capped)


class RobotsGate:
    """Lets a URL pass if the robots.txt of its origin does, then asks the gate behind it (``then``: spacing). For one
    look at pages of the origin :attr:`home`; all others are foreign.

    robots.txt itself is fetched through ``then`` as well, so it counts as a request to the site.
    """

    def __init__(
        self,
        *,
        store: RobotsStore,
        download: Download,
        user_agent: str,
        now: Callable[[], datetime],
        then: Gate | None = None,
        limits: Limits = ROBOTS_LIMITS,
        home: str | None = None,
    ) -> None:
        self.home = home
        self._store = store
        self._download = download
        self._user_agent = user_agent
        self._now = now
        self._then = then or OpenGate()
        self._limits = limits
        self._busy: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._foreign: dict[str, RobotsRecord] = {}
        self._foreign_read = self._foreign_kept = 0

    async def admit(self, url: str) -> None:
        """Return when ``url`` may be fetched. Raises :class:`FetchError`: ``robots`` where it is forbidden; what kept
        robots.txt from being read (``dns``, ``timeout``, ``rate_limited`` ...); what the gate behind raises."""
        decision = await self.consult(url)
        if not decision.allowed:
            raise FetchError("robots", decision.reason, url=url)
        await self._then.admit(url)

    async def consult(self, url: str) -> RobotsDecision:
        """The decision for ``url``, from a record that is fresh: asks the origin if need be.

        Raises :class:`FetchError` where robots.txt was not to be had and everything is forbidden therefore.
        """
        origin = origin_of(url)
        record = await self._known(origin)
        if record is None or not self._is_fresh(record):
            lock = self._busy.setdefault(origin, asyncio.Lock())
            async with lock:
                record = await self._known(origin)  # somebody may have asked meanwhile
                if record is None or not self._is_fresh(record):
                    record = await self._renew(url, origin, record)
        return self._decide(record, url)

    def _is_fresh(self, record: RobotsRecord) -> bool:
        return record.fetched_at <= self._now() < record.expires_at and is_made_for(record.body, self._user_agent)

    async def _known(self, origin: str) -> RobotsRecord | None:
        return self._foreign.get(origin) or await self._store.get_robots(origin)

    async def _keep(self, record: RobotsRecord) -> None:
        """Put on record what later looks may ask for, within the bounds of this one."""
        if record.origin != self.home:
            size = len(record.body) + _RECORD_BYTES
            if self._foreign_kept + size > FOREIGN_KEPT:
                self._foreign[record.origin] = record
                return
            self._foreign_kept += size
        await self._store.put_robots(record)

    @property
    def _is_flooded(self) -> bool:
        return self._foreign_read > FOREIGN_BYTES

    async def _renew(self, url: str, origin: str, before: RobotsRecord | None) -> RobotsRecord:
        if origin != self.home and self._is_flooded:
            raise _flood(url)
        record, trouble = await self._ask(url, origin, before)
        await self._keep(record)
        if trouble is not None and not self._decide(record, url).allowed:
            raise trouble
        return record

    def _decide(self, record: RobotsRecord, url: str) -> RobotsDecision:
        return decide(record, url, self._user_agent, self._now())

    async def _ask(self, url: str, origin: str, before: RobotsRecord | None) -> tuple[RobotsRecord, FetchError | None]:
        parts = urlsplit(url)
        request = FetchRequest(
            url=urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", "")),
            user_agent=self._user_agent,
            accept="text/plain,*/*;q=0.5",
        )
        try:
            rules = await self._fetch_rules(request, is_foreign=origin != self.home)
        except FetchError as error:
            return self._without_file(error, origin, before)
        if rules is None:
            raise _flood(url)
        at = self._now()
        return RobotsRecord(origin, fetched_at=at, expires_at=at + FRESH, status=200, body=rules), None

    async def _fetch_rules(self, request: FetchRequest, *, is_foreign: bool) -> bytes | None:
        """What is kept of a robots.txt; ``None`` where other origins are too much together. That is raised elsewhere:
        an error holds what was at hand where it arose, a whole file for each."""
        limits = self._limits
        if is_foreign:
            limits = replace(limits, body_bytes=min(limits.body_bytes, FOREIGN_BYTES))
        page = await fetch(request, download=self._download, gate=self._then, now=self._now, limits=limits)
        body = page.body if isinstance(page, Page) else b""
        if is_foreign:
            self._foreign_read += len(body)
        return None if is_foreign and self._is_flooded else rules_kept(body, self._user_agent)

    def _without_file(
        self, error: FetchError, origin: str, before: RobotsRecord | None
    ) -> tuple[RobotsRecord, FetchError | None]:
        """The record for a robots.txt that was not to be had, and the error to raise if it forbids the page."""
        at = self._now()
        if error.reason in ("http_4xx", "redirect"):
            return RobotsRecord(origin, fetched_at=at, expires_at=at + FRESH, status=error.status or 404), None
        # Not kept, so that the next check asks again. "Slow down" (429) says nothing about what is allowed, and
        # counts as unreachable: the "4xx allows" of RFC 9309 was not meant for it.
        status = error.status if error.status and error.status >= 500 else None
        since = before.unreachable_since if before and before.unreachable_since else at
        record = RobotsRecord(origin, fetched_at=at, expires_at=at, status=status, unreachable_since=since)
        if status is None:
            return record, error
        sentence = self._decide(record, origin).reason
        return record, FetchError("robots", sentence, url=error.url, status=status, not_before=error.not_before)


def _flood(url: str) -> FetchError:
    return FetchError("too_large", "the robots.txt of other origins are too large together", url=url)
