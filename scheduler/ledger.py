"""The outbox's rows: which messages may go now, and what became of them. Every function runs on the caller's
connection; those that write, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.fact_rows import load_messages
from scheduler.lane import Attempt, Job
from scheduler.messages import make_message_id
from scraper.clock import from_text, to_text

_CLAIM = """
WITH waiting AS (
  SELECT source_id, min(id) AS first FROM messages
  WHERE channel_id = :channel AND state = 'pending' AND due_at > :now AND source_id IS NOT NULL GROUP BY source_id)
SELECT m.id, m.source_id, m.attempts, m.handed_at IS NOT NULL AS is_handed
FROM messages m LEFT JOIN waiting w ON w.source_id = m.source_id
WHERE m.channel_id = :channel AND m.state = 'pending' AND m.due_at <= :now AND (w.first IS NULL OR m.id < w.first)
ORDER BY m.id LIMIT :limit
"""
_SERIES = """
SELECT attempted_at, duration_ms, wait_s FROM deliveries WHERE message_id = ?
AND id >= (SELECT max(id) FROM deliveries WHERE message_id = ? AND attempt = 1) ORDER BY id
"""
_ATTEMPTS = """
SELECT count(*) FROM (
  SELECT 1 FROM deliveries d JOIN messages m ON m.id = d.message_id
  WHERE m.channel_id = ? AND d.attempted_at > ? AND d.attempted_at <= ? LIMIT ?)
"""


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as observed. ``failing_since`` is ``None`` while it is well."""

    channel_id: int
    name: str
    usable: bool
    failing_since: datetime | None


def list_channels(conn: sqlite3.Connection) -> dict[str, ChannelRow]:
    """All channels that were ever configured, by name."""
    rows = conn.execute("SELECT id, name, active, disabled_at, failing_since_at FROM channels")
    return {
        row["name"]: ChannelRow(
            row["id"],
            row["name"],
            bool(row["active"]) and row["disabled_at"] is None,
            from_text(row["failing_since_at"]) if row["failing_since_at"] else None,
        )
        for row in rows
    }


def list_sendable(conn: sqlite3.Connection, channel_id: int, now: datetime, limit: int) -> list[sqlite3.Row]:
    """Messages of one channel that may go now, in order: due, and not behind one of the same source that waits for
    its retry."""
    given = {"channel": channel_id, "now": to_text(now), "limit": limit}
    return conn.execute(_CLAIM, given).fetchall()


def record_handed(conn: sqlite3.Connection, rows: Iterable[sqlite3.Row], now: datetime) -> None:
    """Rows of :func:`list_sendable` go to their channel: every attempt says the same from now on."""
    conn.executemany(
        "UPDATE messages SET handed_at = ? WHERE id = ? AND handed_at IS NULL",
        [(to_text(now), row["id"]) for row in rows if not row["is_handed"]],
    )


def load_jobs(conn: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[Job]:
    """The rows of :func:`list_sendable` with all that their messages say."""
    messages = load_messages(conn, [row["id"] for row in rows])
    return [Job(row["id"], row["source_id"], row["attempts"], messages[row["id"]]) for row in rows]


def record_sent(conn: sqlite3.Connection, attempts: Sequence[Attempt]) -> None:
    """The receiver has these."""
    conn.executemany(
        "UPDATE messages SET state = 'sent', sent_at = ?, attempts = ?, last_error = NULL WHERE id = ?",
        [(to_text(done.at), done.job.attempts + 1, done.job.row_id) for done in attempts],
    )
    _record_deliveries(conn, attempts, "sent")


def record_retry(conn: sqlite3.Connection, done: Attempt, due: datetime, wait: timedelta) -> None:
    """To be tried again, not before ``due``, which is ``wait`` from now."""
    conn.execute(
        "UPDATE messages SET due_at = ?, attempts = ?, last_error = ? WHERE id = ? AND state = 'pending'",
        (to_text(due), done.job.attempts + 1, str(done.error), done.job.row_id),
    )
    _record_deliveries(conn, [done], "retry", wait)


def record_dead(conn: sqlite3.Connection, done: Attempt) -> None:
    """To the dead letters: the next of its source may go."""
    conn.execute(
        "UPDATE messages SET state = 'dead', attempts = ?, last_error = ? WHERE id = ? AND state = 'pending'",
        (done.job.attempts + 1, str(done.error), done.job.row_id),
    )
    _record_deliveries(conn, [done], "dead")


def _record_deliveries(
    conn: sqlite3.Connection, attempts: Sequence[Attempt], outcome: str, wait: timedelta | None = None
) -> None:
    conn.executemany(
        "INSERT INTO deliveries(message_id, attempt, attempted_at, duration_ms, outcome, wait_s, http_status, error) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                done.job.row_id,
                done.job.attempts + 1,
                to_text(done.at),
                done.duration_ms,
                outcome,
                wait.total_seconds() if wait is not None else None,
                done.error.status if done.error else None,
                str(done.error) if done.error else None,
            )
            for done in attempts
        ],
    )
    conn.executemany(
        "INSERT OR IGNORE INTO receipts(message_id, recipient) VALUES (?, ?)",
        [(done.job.row_id, one) for done in attempts if done.error for one in done.error.received_by],
    )


def tried_for(conn: sqlite3.Connection, done: Attempt) -> timedelta:
    """How long the message has been tried, in the present series of attempts (a dead letter that is tried again starts
    a new one): of the time between two attempts only the wait that was meant, for during the rest nobody tried: the
    machine slept, the service was off, the clock was set."""
    if not done.job.attempts:
        return timedelta(0)
    rows = conn.execute(_SERIES, (done.job.row_id, done.job.row_id)).fetchall()
    ends = [from_text(row["attempted_at"]) for row in rows[1:]] + [done.at] * bool(rows)
    spent = timedelta(0)
    for row, end in zip(rows, ends, strict=True):
        meant = timedelta(seconds=row["wait_s"] or 0, milliseconds=row["duration_ms"])
        spent += max(min(end - from_text(row["attempted_at"]), meant), timedelta(0))
    return spent


def count_attempts(conn: sqlite3.Connection, channel: ChannelRow, since: datetime, now: datetime, *, most: int) -> int:
    """How many attempts were made on a channel after ``since``, up to ``most``."""
    given = (channel.channel_id, to_text(since), to_text(now), most)
    return int(conn.execute(_ATTEMPTS, given).fetchone()[0])


def record_health(
    conn: sqlite3.Connection, channel: ChannelRow, *, last_sent: datetime | None, failing_since: datetime | None
) -> None:
    """What a channel's last attempts say of it."""
    conn.execute(
        "UPDATE channels SET last_sent_at = coalesce(?, last_sent_at), failing_since_at = ? WHERE id = ?",
        (
            to_text(last_sent) if last_sent else None,
            to_text(failing_since) if failing_since else None,
            channel.channel_id,
        ),
    )


def bring_forward(conn: sqlite3.Connection, channel: ChannelRow, now: datetime) -> int:
    """The receiver is well again: what waited for a retry is due now. How many."""
    return conn.execute(
        "UPDATE messages SET due_at = ? WHERE channel_id = ? AND state = 'pending' AND attempts > 0 AND due_at > ?",
        (to_text(now), channel.channel_id, to_text(now)),
    ).rowcount


def disable_channel(conn: sqlite3.Connection, channel: ChannelRow, reason: str, now: datetime) -> int:
    """The receiver asked never to be called again: what is pending goes to the dead letters. How many."""
    conn.execute(
        "UPDATE channels SET disabled_at = ?, disabled_reason = ? WHERE id = ?",
        (to_text(now), reason, channel.channel_id),
    )
    return conn.execute(
        "UPDATE messages SET state = 'dead', last_error = ? WHERE channel_id = ? AND state = 'pending'",
        (f"the channel is disabled: {reason}", channel.channel_id),
    ).rowcount


def tell_elsewhere(
    conn: sqlite3.Connection, about: ChannelRow, text: str, *, once: str, usable: Sequence[str], now: datetime
) -> str | None:
    """Put a notice about a channel into the outbox of another one: of ``usable`` (names) the one that seems most
    alive and most likely to be read. ``once`` names the occasion: it is told once. The name of that channel, or
    ``None``: there is no other, or it was told before."""
    rows = conn.execute(
        "SELECT id, name FROM channels WHERE active = 1 AND disabled_at IS NULL AND id <> ? "
        "ORDER BY failing_since_at IS NOT NULL, kind IN ('console', 'file'), last_sent_at IS NULL, id",
        (about.channel_id,),
    )
    target = next((row for row in rows if row["name"] in usable), None)
    if target is None:
        return None
    at = to_text(now)
    done = conn.execute(
        "INSERT INTO messages(message_id, channel_id, kind, notice, created_at, due_at) "
        "VALUES (?, ?, 'notice', ?, ?, ?) ON CONFLICT(message_id) DO NOTHING",
        (make_message_id(about.name, ["notice", once]), target["id"], text, at, at),
    )
    return str(target["name"]) if done.rowcount else None
