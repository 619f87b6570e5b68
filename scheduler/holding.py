"""Digests in the making: messages that collect changes until they are due (state ``held``)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from scheduler.fact_rows import load_changes
from scheduler.messages import PROGRAM_KINDS, make_message_id
from scheduler.payload import digest_sizes
from scraper.clock import to_text

_DUE = """
SELECT m.id, m.channel_id, m.rule_id, m.created_at, m.due_at, ch.name AS channel, ch.kind
FROM messages m JOIN channels ch ON ch.id = m.channel_id WHERE m.state = 'held' AND m.due_at <= ? ORDER BY m.id
"""
_HELD = """
SELECT x.change_id, coalesce('article:' || t.url, c.event_id) AS token, c.source_id
FROM message_changes x JOIN changes c ON c.id = x.change_id
LEFT JOIN tellings t ON t.message_id = x.message_id AND t.change_id = x.change_id
WHERE x.message_id = ? AND x.also_of IS NULL ORDER BY x.change_id
"""


def has_held_due(conn: sqlite3.Connection, now: datetime) -> bool:
    """Whether a digest is ready to go."""
    row = conn.execute("SELECT 1 FROM messages WHERE state = 'held' AND due_at <= ? LIMIT 1", (to_text(now),))
    return row.fetchone() is not None


def release_held(conn: sqlite3.Connection, now: datetime) -> int:
    """Make digests that are due messages like any other, in the caller's transaction; how many were made.

    They get their ids now, from the changes they hold. What holds one change only is told as one; a program gets as
    many digests as it takes to name everything.
    """
    made = 0
    for held in conn.execute(_DUE, (to_text(now),)).fetchall():
        changes = conn.execute(_HELD, (held["id"],)).fetchall()
        parts = _in_parts(conn, changes) if held["kind"] in PROGRAM_KINDS else [changes]
        for part in parts[1:]:
            made += _split_off(conn, held, part)
        made += _release(conn, held, parts[0]) if changes else 0
        conn.execute("DELETE FROM messages WHERE id = ? AND state = 'held'", (held["id"],))
    return made


def _in_parts(conn: sqlite3.Connection, changes: Sequence[sqlite3.Row]) -> list[list[sqlite3.Row]]:
    facts = load_changes(conn, (change["change_id"] for change in changes))
    rest = iter(changes)
    return [list(islice(rest, size)) for size in digest_sizes(list(facts.values()))] or [[]]


def _release(conn: sqlite3.Connection, held: sqlite3.Row, part: Sequence[sqlite3.Row]) -> int:
    return conn.execute(
        "UPDATE OR IGNORE messages SET message_id = ?, kind = ?, source_id = ?, state = 'pending' WHERE id = ?",
        (*_named(held, part), held["id"]),
    ).rowcount


def _split_off(conn: sqlite3.Connection, held: sqlite3.Row, part: Sequence[sqlite3.Row]) -> int:
    row = conn.execute(
        "INSERT INTO messages(message_id, kind, source_id, channel_id, rule_id, created_at, due_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(message_id) DO NOTHING RETURNING id",
        (*_named(held, part), held["channel_id"], held["rule_id"], held["created_at"], held["due_at"]),
    ).fetchone()
    for change in part:
        moved = (row["id"] if row else held["id"], held["id"], change["change_id"])
        conn.execute("UPDATE tellings SET message_id = ? WHERE message_id = ? AND change_id = ?", moved)
        conn.execute(
            "UPDATE message_changes SET message_id = ? WHERE message_id = ? AND (change_id = ? OR also_of = ?)",
            (*moved, change["change_id"]),
        )
    return 1 if row else 0


def _named(held: sqlite3.Row, part: Sequence[sqlite3.Row]) -> tuple[str, str, int | None]:
    """Id, kind and source of the message that tells ``part``."""
    sources = {change["source_id"] for change in part}
    return (
        make_message_id(held["channel"], [change["token"] for change in part]),
        "change" if len(part) == 1 else "digest",
        part[0]["source_id"] if len(sources) == 1 else None,
    )
