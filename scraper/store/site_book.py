"""When each site may be asked next, kept in the database: all processes on it share one spacing."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Final

from scraper.clock import Clock, to_text
from scraper.store.jobs import reserve_site
from scraper.store.thread import StoreThread

_FORGOTTEN_AFTER: Final = timedelta(days=1)


class StoredSites:
    """A :class:`scraper.gates.SiteBook` on the database."""

    def __init__(self, store: StoreThread, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def reserve(self, site: str, spacing: timedelta) -> datetime | None:
        """As :func:`scraper.store.jobs.reserve_site`, now."""
        return await self._store.write(lambda store: reserve_site(store.conn, site, spacing, self._clock()))


def forget_sites(conn: sqlite3.Connection, now: datetime) -> int:
    """Remove what was noted of sites that no source is on and that could have been asked for a day: any page may name
    some. How many rows."""
    gone = conn.execute(
        "DELETE FROM sites WHERE coalesce(not_before_at, '') <= ? AND site NOT IN (SELECT site FROM sources)",
        (to_text(now - _FORGOTTEN_AFTER),),
    )
    return gone.rowcount
