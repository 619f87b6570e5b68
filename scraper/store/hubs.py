"""Hubs that sources announce, and what has become of our subscriptions with them."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from scraper.clock import from_text, to_text
from scraper.store.writing import Writing
from scraper.types import Outcome

PAUSE = timedelta(seconds=30)
"""Between two looks that a hub asks for: several pings in that time are one look."""
PATIENCE = timedelta(minutes=10)
"""How long a hub may take to confirm; each time that it does not, it is given twice as long."""
DENIED_FOR = timedelta(days=1)
_LONGEST_PATIENCE = timedelta(days=1)
_SHORTEST_LEASE = timedelta(minutes=5)
LONGEST_LEASE = timedelta(days=30)

_DUE = (
    "FROM hubs h JOIN sources s ON s.id = h.source_id "
    "WHERE h.next_at <= ? AND s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config'"
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is to be asked of a hub. ``token`` is the last part of the callback's address, ``secret`` what the hub signs
    with."""

    source_id: int
    slug: str
    hub_url: str
    topic_url: str
    token: str
    secret: str


def write_hub(writing: Writing) -> None:
    """Note the hub that a believed page announces; one that it announces no more is forgotten."""
    record = writing.record
    if record.outcome not in (Outcome.CHANGED, Outcome.UNCHANGED) or record.kind is None:
        return
    if record.hub is None:
        writing.conn.execute("DELETE FROM hubs WHERE source_id = ?", (record.source_id,))
        return
    writing.conn.execute(
        "INSERT INTO hubs(source_id, hub_url, topic_url, token, secret, state, next_at) "
        "VALUES (?, ?, ?, ?, ?, 'announced', ?) ON CONFLICT(source_id) DO UPDATE SET hub_url = excluded.hub_url, "
        "topic_url = excluded.topic_url, token = excluded.token, secret = excluded.secret, state = 'announced', "
        "next_at = excluded.next_at, expires_at = NULL, failures = 0, message = NULL "
        "WHERE hubs.hub_url <> excluded.hub_url OR hubs.topic_url <> excluded.topic_url",
        (
            record.source_id,
            record.hub.hub_url,
            record.hub.topic_url,
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(32),
            writing.at,
        ),
    )


def count_due(conn: sqlite3.Connection, now: datetime) -> int:
    """How many hubs are to be asked now."""
    row = conn.execute(f"SELECT count(*) {_DUE}", (to_text(now),)).fetchone()
    return int(row[0])


def take_due(conn: sqlite3.Connection, now: datetime, limit: int) -> list[Subscription]:
    """Subscriptions to be asked for or renewed now, noted as asked for: a hub that does not confirm is asked again
    later and later."""
    rows = conn.execute(f"SELECT h.*, s.slug {_DUE} ORDER BY h.next_at LIMIT ?", (to_text(now), limit)).fetchall()
    for row in rows:
        again = min(PATIENCE * (1 << min(row["failures"], 20)), _LONGEST_PATIENCE)
        conn.execute(
            "UPDATE hubs SET state = CASE state WHEN 'active' THEN 'active' ELSE 'asked' END, next_at = ?, "
            "failures = failures + 1 WHERE source_id = ?",
            (to_text(now + again), row["source_id"]),
        )
    return [
        Subscription(r["source_id"], r["slug"], r["hub_url"], r["topic_url"], r["token"], r["secret"]) for r in rows
    ]


def note_refusal(conn: sqlite3.Connection, source_id: int, message: str) -> None:
    """The hub did not take the request."""
    conn.execute("UPDATE hubs SET message = ? WHERE source_id = ?", (message[:500], source_id))


def confirm(conn: sqlite3.Connection, token: str, topic: str, lease: timedelta, now: datetime) -> bool:
    """Whether we asked for this topic, as the hub wants to know. It is renewed when most of ``lease`` is over."""
    lease = min(max(lease, _SHORTEST_LEASE), LONGEST_LEASE)
    changed = conn.execute(
        "UPDATE hubs SET state = 'active', expires_at = ?, next_at = ?, failures = 0, message = NULL "
        "WHERE token = ? AND topic_url = ? AND state IN ('asked', 'active')",
        (to_text(now + lease), to_text(now + lease * 0.8), token, topic),
    )
    return changed.rowcount == 1


def deny(conn: sqlite3.Connection, token: str, reason: str, now: datetime) -> bool:
    """The hub will not tell us; it is asked again tomorrow. Whether there is such a subscription."""
    changed = conn.execute(
        "UPDATE hubs SET state = 'denied', next_at = ?, expires_at = NULL, message = ? WHERE token = ?",
        (to_text(now + DENIED_FOR), f"denied: {reason}"[:500], token),
    )
    return changed.rowcount == 1


def secret_of(conn: sqlite3.Connection, token: str) -> str | None:
    """What the hub of this callback signs with; ``None`` if there is no such subscription."""
    row = conn.execute("SELECT secret FROM hubs WHERE token = ?", (token,)).fetchone()
    return str(row["secret"]) if row else None


def ping(conn: sqlite3.Connection, token: str, now: datetime) -> str | None:
    """Look at the source soon: now, or when the pause after the ping before is over. Its slug; ``None`` if it is not
    watched. Whatever the hub says, the site's spacing and its wishes hold."""
    row = conn.execute(
        "SELECT h.source_id, h.pinged_at, s.slug FROM hubs h JOIN sources s ON s.id = h.source_id "
        "WHERE h.token = ? AND s.active = 1 AND s.paused_at IS NULL",
        (token,),
    ).fetchone()
    if row is None:
        return None
    last = from_text(row["pinged_at"]) if row["pinged_at"] else None
    at = max(now, last + PAUSE) if last and last <= now + PAUSE else now
    conn.execute("UPDATE hubs SET pinged_at = ? WHERE source_id = ?", (to_text(at), row["source_id"]))
    conn.execute(
        "UPDATE cadences SET next_check_at = ?, reason = 'its hub tells of news' "
        "WHERE source_id = ? AND next_check_at > ? AND retry_at IS NULL",
        (to_text(at), row["source_id"], to_text(at)),
    )
    return str(row["slug"])
