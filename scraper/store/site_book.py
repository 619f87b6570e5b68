"""When each site may be asked next, kept in the database: all processes on it share one spacing."""

from __future__ import annotations

from datetime import datetime, timedelta

from scraper.clock import Clock
from scraper.store.jobs import reserve_site
from scraper.store.thread import StoreThread


class StoredSites:
    """A :class:`scraper.gates.SiteBook` on the database."""

    def __init__(self, store: StoreThread, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def reserve(self, site: str, spacing: timedelta) -> datetime | None:
        """As :func:`scraper.store.jobs.reserve_site`, now."""
        return await self._store.write(lambda store: reserve_site(store.conn, site, spacing, self._clock()))
