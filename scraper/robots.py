"""robots.txt as RFC 9309 says: what may be fetched, kept for at most a day, asked for again after that.

The decision is pure (:func:`decide`); :class:`RobotsGate` fetches, keeps and applies it. Protego matches the paths, but
sees only the one group that is meant for us: given a whole hostile file (ten thousand agents sharing ten thousand
rules) it would hold their product in memory.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakValueDictionary

from protego import Protego

from scraper.errors import FetchError
from scraper.fetch import Download, FetchRequest, Gate, Limits, OpenGate, fetch
from scraper.types import Page
from scraper.urls import origin_of

PARSED_BYTES: Final = 500 * 1024
"""RFC 9309 2.5: at least 500 KiB are parsed; we parse no more."""
FRESH: Final = timedelta(hours=24)
GIVEN_UP: Final = timedelta(days=30)
"""RFC 9309 2.3.1.4: a robots.txt that was unreachable for so long may count as not there."""
CRAWL_DELAY_CAP: Final = 60.0
ROBOTS_LIMITS: Final = Limits(body_bytes=5_000_000)

_AGENT: Final = re.compile(r"user[ -]?agent\s*[:\s]\s*(.*)", re.IGNORECASE)
_RULE: Final = re.compile(r"(allow|disallow|crawl[ -]delay)\s*[:\s]\s*(.*)", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class RobotsRecord:
    """What an origin said about robots.

    ``status`` is the HTTP status, ``None`` if it could not be reached; ``body`` are at most :data:`PARSED_BYTES` of a
    2xx answer. ``unreachable_since`` is when the present row of failures (5xx or network) began, else ``None``.
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
    rules = _rules(robots.body, product_token(user_agent))
    delay = rules.crawl_delay("*")
    capped = min(delay, CRAWL_DELAY_CAP) if delay is not None else None
    try:
        allowed = rules.can_fetch(url, "*")
    except ValueError:  # a URL that urlsplit refuses
        allowed = False
    return RobotsDecision(allowed, "robots.txt allows it" if allowed else "robots.txt forbids it", capped)


def product_token(user_agent: str) -> str:
    """The name by which robots.txt addresses us (RFC 9309 2.2.1), in lower case."""
    found = _TOKEN.match(user_agent.strip())
    return found.group().lower() if found else "*"


def our_rules(text: str, token: str) -> list[str]:
    """The rule lines of all groups for ``token`` in order, else of those for ``*``. Linear in ``text``."""
    groups: dict[str, list[str]] = {}
    current: set[str] = set()
    open_group = True  # agents may still join: no rule has come yet
    for raw in re.split(r"\r\n|\r|\n", text):
        line = raw.partition("#")[0].strip()
        if found := _AGENT.match(line):
            if not open_group:
                current, open_group = set(), True
            name = _agent_name(found.group(1))
            if name in (token, "*"):
                current.add(name)
                groups.setdefault(name, [])
        elif found := _RULE.match(line):
            open_group = open_group and found.group(1).lower().startswith("crawl")
            for name in current:
                groups[name].append(f"{found.group(1)}: {found.group(2)}")
    return groups.get(token, groups.get("*", []))


def _agent_name(value: str) -> str:
    if value.strip() == "*":
        return "*"
    found = _TOKEN.match(value)
    return found.group().lower() if found else ""


@lru_cache(maxsize=64)
def _rules(body: bytes, token: str) -> Protego:
    text = body[:PARSED_BYTES].decode("utf-8-sig", "replace")
    return Protego.parse("\n".join(["User-agent: *", *our_rules(text, token)]))


class RobotsGate:
    """Lets a URL pass if the robots.txt of its origin does, then asks the gate behind it (``then``: spacing).

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
    ) -> None:
        self._store = store
        self._download = download
        self._user_agent = user_agent
        self._now = now
        self._then = then or OpenGate()
        self._limits = limits
        self._busy: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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
        record = await self._store.get_robots(origin)
        if record is None or not self._is_fresh(record):
            lock = self._busy.setdefault(origin, asyncio.Lock())
            async with lock:
                record = await self._store.get_robots(origin)  # somebody may have asked meanwhile
                if record is None or not self._is_fresh(record):
                    record = await self._renew(url, origin, record)
        return self._decide(record, url)

    def _is_fresh(self, record: RobotsRecord) -> bool:
        return record.fetched_at <= self._now() < record.expires_at

    async def _renew(self, url: str, origin: str, before: RobotsRecord | None) -> RobotsRecord:
        record, trouble = await self._ask(url, origin, before)
        await self._store.put_robots(record)
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
            page = await fetch(request, download=self._download, gate=self._then, now=self._now, limits=self._limits)
        except FetchError as error:
            return self._without_file(error, origin, before)
        at = self._now()
        body = page.body[:PARSED_BYTES] if isinstance(page, Page) else b""
        return RobotsRecord(origin, fetched_at=at, expires_at=at + FRESH, status=200, body=body), None

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
