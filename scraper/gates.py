"""What stands before every request: robots.txt, then the time that a site is left alone between two requests."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from scraper.clock import Clock
from scraper.errors import FetchError
from scraper.robots import RobotsGate
from scraper.urls import site_of


class SiteBook(Protocol):
    """Where it is noted when each site may be asked next."""

    async def reserve(self, site: str, spacing: timedelta) -> datetime | None:
        """Reserve the site's next moment for one request: ``None`` if that is now, else the instant to wait for."""
        ...


class SpacingGate:
    """Waits until a site may be asked, at most for ``patience``. The look's own site (``paid``) is paid for once, by
    its lease."""

    def __init__(
        self, sites: SiteBook, clock: Clock, *, spacing: timedelta, patience: timedelta, paid: str | None
    ) -> None:
        self._sites = sites
        self._clock = clock
        self._patience = patience
        self._paid = paid
        self._asked: set[str] = set()
        self.spacing = spacing

    async def admit(self, url: str) -> None:
        """Return when the site of ``url`` may be asked. Raises :class:`FetchError` (``rate_limited``) if that is too
        far off."""
        site = site_of(url)
        give_up = self._clock() + self._patience
        if site in self._asked:
            # The request before has ended by now, and was not sent later than that: what was reserved at its lease may
            # lie a slow start before the moment at which the site saw it.
            if self.spacing > self._patience:
                later = self._clock() + self.spacing
                raise FetchError("rate_limited", f"{site} is to be left alone for now", url=url, not_before=later)
            await asyncio.sleep(self.spacing.total_seconds())
        self._asked.add(site)
        if site == self._paid:
            self._paid = None
            return
        while True:
            until = await self._sites.reserve(site, self.spacing)
            if until is None:
                return
            if until > give_up:
                raise FetchError("rate_limited", f"{site} is to be left alone for now", url=url, not_before=until)
            await asyncio.sleep(max((until - self._clock()).total_seconds(), 0.01))


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
