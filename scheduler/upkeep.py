"""What the daemon does to the database besides checks: dates after a clock jump, nightly tidying and compaction."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from scheduler.registry import shift_due
from scraper.clock import to_text
from scraper.flaps import WINDOW
from scraper.following import STEPS
from scraper.store.db import Store
from scraper.store.hubs import LONGEST_LEASE
from scraper.store.robots import forget_robots
from scraper.store.site_book import forget_sites

_FARTHEST = timedelta(hours=25)
"""No server may ask us to wait for more than a day, so nothing honest is due later than its interval and this."""

_MERGES = 8
_MERGED_PAGES = 64
"""Of a search index a night, a transaction each."""

_DUE = (
    ("cadences", "next_check_at"),
    ("article_looks", "due_at"),
    ("sites", "not_before_at"),
    ("leases", "expires_at"),
    ("hubs", "next_at"),
    ("flaps", "settles_at"),
)
"""What is done when its time has come, besides messages."""


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
    conn.execute(
        "UPDATE hubs SET next_at = ? WHERE next_at > ?", (to_text(now), to_text(now + LONGEST_LEASE + _FARTHEST))
    )
    conn.execute(
        "UPDATE flaps SET settles_at = ? WHERE settled_at IS NULL AND settles_at > ?",
        (to_text(now), to_text(now + 6 * WINDOW + _FARTHEST)),
    )
    conn.execute("UPDATE sites SET not_before_at = NULL WHERE not_before_at > ?", (to_text(now + _FARTHEST),))
    conn.execute("UPDATE leases SET expires_at = ? WHERE expires_at > ?", (to_text(now), to_text(now + _FARTHEST)))


def _shift(conn: sqlite3.Connection, by: timedelta) -> None:
    for table, column in _DUE:
        conn.execute(
            f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%fZ', {column}, ?) "  # noqa: S608 - constants
            f"WHERE {column} IS NOT NULL",
            (f"{by.total_seconds():+.3f} seconds",),
        )


def forget_strangers(conn: sqlite3.Connection, now: datetime) -> None:
    """Nightly: remove what was noted of origins and sites that a page once led to (no commit)."""
    forget_robots(conn, now)
    forget_sites(conn, now)


def compact(store: Store) -> None:
    """Nightly: tidy the search indexes, refresh the planner's statistics, fold the write-ahead log into the file.

    The indexes are merged by so many pages a night, whatever their size, and a few at a time, so that checks are
    written in between (``merge``, https://www.sqlite.org/fts5.html 6.8); ``optimize`` would write all of them anew.
    """
    for table in ("items_fts", "articles_fts"):
        command = f"INSERT INTO {table}({table}, rank) VALUES (?, ?)"  # noqa: S608 - constants
        store.conn.execute(command, ("usermerge", 2))
        for _ in range(_MERGES):
            with store.transaction(durable=False) as conn:
                before = conn.total_changes
                conn.execute(command, ("merge", _MERGED_PAGES))
                written = conn.total_changes - before
            if written < 2:  # the command itself counts as one
                break
    store.conn.execute("PRAGMA optimize")
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
