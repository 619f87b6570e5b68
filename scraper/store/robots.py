"""robots.txt of each origin, kept in the database, so that a restart asks nobody again."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from scraper.clock import from_text, to_text
from scraper.latest import Latest
from scraper.robots import GIVEN_UP, RobotsRecord
from scraper.store.db import Store
from scraper.store.thread import StoreThread

_REMEMBERED_BYTES, _RECORD_BYTES = 16_000_000, 2_000


class StoredRobots:
    """A :class:`scraper.robots.RobotsStore` on the database, with the latest records in memory."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store
        self._recent = Latest[str, RobotsRecord](_REMEMBERED_BYTES)

    async def get_robots(self, origin: str) -> RobotsRecord | None:
        """The record of ``origin``, fresh or not."""
        found = self._recent.get(origin)
        if found is None:
            found = await self._store.run(lambda store: read_robots(store.conn, origin))
            if found is not None:
                self._remember(found)
        return found

    async def put_robots(self, record: RobotsRecord) -> None:
        """Keep ``record`` in place of the one before."""
        await self._store.write(lambda store: _write(store, record))
        self._remember(record)

    def _remember(self, record: RobotsRecord) -> None:
        self._recent.put(record.origin, record, len(record.body) + _RECORD_BYTES)


def read_robots(conn: sqlite3.Connection, origin: str) -> RobotsRecord | None:
    """What is kept of an origin's robots.txt, fresh or not."""
    row = conn.execute("SELECT * FROM robots WHERE origin = ?", (origin,)).fetchone()
    if row is None:
        return None
    since = row["unreachable_since_at"]
    return RobotsRecord(
        origin=origin,
        fetched_at=from_text(row["fetched_at"]),
        expires_at=from_text(row["expires_at"]),
        status=row["status"],
        body=row["body"],
        unreachable_since=from_text(since) if since else None,
    )


def forget_robots(conn: sqlite3.Connection, now: datetime) -> int:
    """Remove what would be asked for anew, but not since when an origin that is still asked cannot be reached; how many
    rows."""
    gone = conn.execute(
        "DELETE FROM robots WHERE NOT (fetched_at <= :now AND :now < expires_at) "
        "AND (unreachable_since_at IS NULL OR fetched_at > :now OR fetched_at <= :long_ago)",
        {"now": to_text(now), "long_ago": to_text(now - GIVEN_UP)},
    )
    return gone.rowcount


def _write(store: Store, record: RobotsRecord) -> None:
    store.conn.execute(
        "INSERT INTO robots(origin, status, body, fetched_at, expires_at, unreachable_since_at) "
        "VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(origin) DO UPDATE SET status = excluded.status, body = excluded.body, "
        "fetched_at = excluded.fetched_at, expires_at = excluded.expires_at, "
        "unreachable_since_at = excluded.unreachable_since_at",
        (
            record.origin,
            record.status,
            record.body,
            to_text(record.fetched_at),
            to_text(record.expires_at),
            to_text(record.unreachable_since) if record.unreachable_since else None,
        ),
    )
