"""Digests in the making: messages that collect changes until they are due (state ``held``).

They are due when rules and channels said so as the changes were noticed; where these say something else later, what is
held goes where they say now (:func:`reschedule_held`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from scheduler.fact_rows import load_changes
from scheduler.facts import ChangeFacts
from scheduler.messages import PROGRAM_KINDS, TellingPlan, make_held_id, make_message_id
from scheduler.payload import digest_sizes
from scheduler.rules import DEFAULT_RULE
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
_WAITING = """
SELECT m.id, m.due_at, ch.name AS channel FROM messages m JOIN channels ch ON ch.id = m.channel_id
WHERE m.state = 'held' AND m.due_at > ? AND ch.active = 1 ORDER BY m.id
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


def reschedule_held(conn: sqlite3.Connection, plan: TellingPlan, now: datetime) -> int:
    """Have what is held for a time that ``plan`` no longer gives told when it would be if it were noticed ``now``, at
    once if need be (in the caller's transaction); how many changes. What no rule wants any more is told all the same,
    when its channel may be told."""
    moved = 0
    for held in conn.execute(_WAITING, (to_text(now),)).fetchall():
        told = _told_together(conn, held["id"])
        elsewhere: dict[str, list[int]] = {}
        for change_id, changes in told.items():
            # A digest before quiet hours may be over while it waits for their end: as they were noticed counts first.
            if _due(plan, held["channel"], changes) != held["due_at"]:
                due = _due(plan, held["channel"], changes, now) or to_text(now)
                elsewhere.setdefault(due, []).append(change_id)
        elsewhere.pop(held["due_at"], None)
        for due, change_ids in elsewhere.items():
            _hold_until(conn, held, due, change_ids, is_all=len(change_ids) == len(told))
            moved += len(change_ids)
    return moved


def _told_together(conn: sqlite3.Connection, message_id: int) -> dict[int, list[ChangeFacts]]:
    """The changes that a message tells, by the first of each article."""
    sql = "SELECT change_id, coalesce(also_of, change_id) AS first FROM message_changes WHERE message_id = ?"
    first = {row["change_id"]: row["first"] for row in conn.execute(sql, (message_id,))}
    told: dict[int, list[ChangeFacts]] = {}
    for change_id, change in load_changes(conn, first).items():
        told.setdefault(first[change_id], []).append(change)
    return told


def _due(plan: TellingPlan, channel: str, changes: Sequence[ChangeFacts], now: datetime | None = None) -> str | None:
    """Until when what is told together is held, as the database has it, if it is noticed ``now`` (``None``: when it
    was); ``None``: it is not held."""
    releases = []
    for change in changes:
        at = now or change.changed_at
        rules = plan.wishes(change, (channel,), at).get(channel) or [DEFAULT_RULE]
        releases.append(plan.release_at(rules[0], channel, at))
    soonest = None if None in releases else min(release for release in releases if release is not None)
    return to_text(soonest) if soonest is not None else None


def _hold_until(
    conn: sqlite3.Connection, held: sqlite3.Row, due: str, change_ids: Sequence[int], *, is_all: bool
) -> None:
    name = make_held_id(held["channel"], due)
    if is_all:  # it keeps its place among the messages, before what was noticed later
        done = conn.execute(
            "UPDATE OR IGNORE messages SET message_id = ?, due_at = ? WHERE id = ?", (name, due, held["id"])
        )
        if done.rowcount:
            return
    conn.execute(
        "INSERT INTO messages(message_id, channel_id, rule_id, kind, created_at, due_at, state) "
        "SELECT ?, channel_id, rule_id, kind, created_at, ?, state FROM messages WHERE id = ? "
        "ON CONFLICT(message_id) DO NOTHING",
        (name, due, held["id"]),
    )
    target = conn.execute("SELECT id FROM messages WHERE message_id = ?", (name,)).fetchone()["id"]
    for change_id in change_ids:
        _move(conn, change_id, held["id"], target)
    if is_all:
        conn.execute("DELETE FROM messages WHERE id = ?", (held["id"],))


def _move(conn: sqlite3.Connection, change_id: int, held_id: int, target_id: int) -> None:
    """A change, and what is told with it, out of what is held into another message."""
    moved = (target_id, held_id, change_id)
    conn.execute("UPDATE tellings SET message_id = ? WHERE message_id = ? AND change_id = ?", moved)
    conn.execute(
        "UPDATE message_changes SET message_id = ? WHERE message_id = ? AND (change_id = ? OR also_of = ?)",
        (*moved, change_id),
    )


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
        _move(conn, change["change_id"], held["id"], row["id"] if row else held["id"])
    return 1 if row else 0


def _named(held: sqlite3.Row, part: Sequence[sqlite3.Row]) -> tuple[str, str, int | None]:
    """Id, kind and source of the message that tells ``part``."""
    sources = {change["source_id"] for change in part}
    return (
        make_message_id(held["channel"], [change["token"] for change in part]),
        "change" if len(part) == 1 else "digest",
        part[0]["source_id"] if len(sources) == 1 else None,
    )
