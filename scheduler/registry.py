"""Channels and rules in the database: which there are, which rest, and what an operator does to their messages."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.rules import Rule
from scraper.clock import from_text, to_text
from scraper.errors import NotFoundError


class NamedChannel(Protocol):
    """What the registry needs to know of a configured channel."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...


def sync_channels(
    conn: sqlite3.Connection, channels: Sequence[NamedChannel], rules: Sequence[Rule], now: datetime
) -> None:
    """Make the tables ``channels`` and ``rules`` say what is configured (in the caller's transaction).

    What is no longer configured stays, inactive, with its messages: what is pending there waits until the channel
    is configured again. What was observed of a channel (disabled, failing) stays.
    """
    at = to_text(now)
    conn.execute("UPDATE channels SET active = 0")
    conn.executemany(
        "INSERT INTO channels(name, kind, created_at) VALUES (?, ?, ?) "
        "ON CONFLICT(name) DO UPDATE SET kind = excluded.kind, active = 1",
        [(channel.name, channel.kind, at) for channel in channels],
    )
    conn.execute("UPDATE rules SET active = 0")
    conn.executemany(
        "INSERT INTO rules(name, created_at) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET active = 1",
        [(rule.name, at) for rule in rules],
    )


def enable_channel(conn: sqlite3.Connection, name: str) -> None:
    """Take back that a channel was disabled or is failing: somebody has seen to it, or a test message arrived.

    Raises :class:`NotFoundError` for a name that was never configured.
    """
    done = conn.execute(
        "UPDATE channels SET disabled_at = NULL, disabled_reason = NULL, failing_since_at = NULL WHERE name = ?",
        (name,),
    )
    if done.rowcount == 0:
        raise NotFoundError("channel", name)


def retry_dead(conn: sqlite3.Connection, now: datetime, *, channel: str | None = None) -> int:
    """Make dead letters (of one channel, or all that are configured) due again; how many. They are tried as long as a
    fresh message. Raises :class:`NotFoundError` for a channel that is not configured: there they would wait for ever.
    """
    if channel is not None:
        _channel_id(conn, channel)
        if not conn.execute("SELECT active FROM channels WHERE name = ?", (channel,)).fetchone()["active"]:
            raise NotFoundError("channel", channel, hint="it is no longer configured; its messages are kept")
    sql = (
        "UPDATE messages SET state = 'pending', due_at = ?, attempts = 0 WHERE state = 'dead' "
        "AND channel_id IN (SELECT id FROM channels WHERE active = 1 AND (? IS NULL OR name = ?))"
    )
    return conn.execute(sql, (to_text(now), channel, channel)).rowcount


def count_abandoned(conn: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """What is kept for channels that are no longer configured: by name how many messages ``wait`` and are ``dead``."""
    rows = conn.execute(
        "SELECT c.name, sum(m.state <> 'dead') AS wait, sum(m.state = 'dead') AS dead FROM channels c "
        "JOIN messages m ON m.channel_id = c.id AND m.state IN ('held', 'pending', 'dead') "
        "WHERE c.active = 0 GROUP BY c.id ORDER BY c.name"
    )
    return {row["name"]: {"wait": row["wait"], "dead": row["dead"]} for row in rows}


def shift_due(conn: sqlite3.Connection, by: timedelta) -> int:
    """Move every pending message by ``by``, as the wall clock was: what waits ten minutes still waits ten minutes
    after the clock was set. How many were moved."""
    rows = conn.execute("SELECT id, due_at FROM messages WHERE state = 'pending'").fetchall()
    conn.executemany(
        "UPDATE messages SET due_at = ? WHERE id = ?",
        [(to_text(from_text(row["due_at"]) + by), row["id"]) for row in rows],
    )
    return len(rows)


def _channel_id(conn: sqlite3.Connection, name: str) -> int:
    row = conn.execute("SELECT id FROM channels WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFoundError("channel", name)
    return int(row["id"])
