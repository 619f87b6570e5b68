"""What the daemon does to the database besides checks: dates after a clock jump, nightly compaction."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from scheduler.registry import shift_due
from scraper.clock import from_text, to_text
from scraper.following import STEPS
from scraper.store.db import Store

_FARTHEST = timedelta(hours=25)
"""No server may ask us to wait for more than a day, so nothing honest is due later than its interval and this."""


def correct_due(conn: sqlite3.Connection, now: datetime, moved: timedelta = timedelta(0)) -> None:
    """Put right what is due after the clock moved by ``moved`` (or, at the start, may have been set meanwhile).

    After a step back everything due moves back with it; after a step forward things are simply due. What lies farther
    ahead than can be was written under a wrong clock and is due now, spread over its interval. Digests keep their time
    of the day.
    """
    if moved < timedelta(0):
        _shift(conn, moved)
        shift_due(conn, moved)
    conn.execute(
        "UPDATE cadences SET next_check_at = ?, reason = 'the clock was set' "
        "WHERE julianday(next_check_at) - julianday(?) > ? + interval_s / 43200.0",
        (to_text(now), to_text(now), _FARTHEST / timedelta(days=1)),
    )
    conn.execute(
        "UPDATE messages SET due_at = ? WHERE state = 'held' AND created_at > ?",
        (to_text(now), to_text(now + _FARTHEST)),
    )
    conn.execute(
        "UPDATE article_looks SET due_at = ? WHERE due_at > ?", (to_text(now), to_text(now + STEPS[-1] + _FARTHEST))
    )
    conn.execute("UPDATE sites SET not_before_at = NULL WHERE not_before_at > ?", (to_text(now + _FARTHEST),))
    conn.execute("UPDATE leases SET expires_at = ? WHERE expires_at > ?", (to_text(now), to_text(now + _FARTHEST)))


def _shift(conn: sqlite3.Connection, by: timedelta) -> None:
    for source_id, at in conn.execute("SELECT source_id, next_check_at FROM cadences").fetchall():
        conn.execute(
            "UPDATE cadences SET next_check_at = ? WHERE source_id = ?", (to_text(from_text(at) + by), source_id)
        )
    for item_id, at in conn.execute("SELECT item_id, due_at FROM article_looks WHERE due_at IS NOT NULL").fetchall():
        conn.execute("UPDATE article_looks SET due_at = ? WHERE item_id = ?", (to_text(from_text(at) + by), item_id))
    for site, at in conn.execute("SELECT site, not_before_at FROM sites WHERE not_before_at IS NOT NULL").fetchall():
        conn.execute("UPDATE sites SET not_before_at = ? WHERE site = ?", (to_text(from_text(at) + by), site))
    for name, at in conn.execute("SELECT name, expires_at FROM leases WHERE expires_at IS NOT NULL").fetchall():
        conn.execute("UPDATE leases SET expires_at = ? WHERE name = ?", (to_text(from_text(at) + by), name))


def compact(store: Store) -> None:
    """Nightly: fold the write-ahead log into the file, tidy the search indexes, refresh the planner's statistics."""
    with store.transaction(durable=False) as conn:
        conn.execute("INSERT INTO items_fts(items_fts) VALUES ('optimize')")
        conn.execute("INSERT INTO articles_fts(articles_fts) VALUES ('optimize')")
    store.conn.execute("PRAGMA optimize")
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
