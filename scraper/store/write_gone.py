"""Withdrawing an item whose article is gone, and taking that back: what its page says counts together with what the
listing says."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from scraper.clock import from_text, to_text
from scraper.flaps import MOST_RETURNS, tell_withdrawal
from scraper.following import next_step
from scraper.store.article_jobs import ArticleJob
from scraper.store.known import returns_of
from scraper.store.writing import Writing, write_item_fact
from scraper.types import ChangeKind

_SOON = timedelta(hours=1)
_BUSY = timedelta(minutes=1)
_CONFIRMED = 2
"""So many looks at the listing that missed an item need but one at its page."""
_LATER = timedelta(days=3)
"""After so long a page that was gone is looked at again, whatever the steps say."""


def write_gone(writing: Writing, job: ArticleJob) -> datetime | None:
    """An item that the listing misses, or that left it by the old end, is withdrawn when its page is found gone twice,
    with a believable look at the listing between; one that is still listed has a broken link, and no more. When to look
    again: what is withdrawn so may be back."""
    row = _item(writing, job)
    if row["status"] in ("withdrawn", "merged"):
        return next_step(job.first_at or writing.now, writing.now) if _was_withdrawn_here(writing, job, row) else None
    if row["listed"] and not row["missed"]:
        return next_step(job.first_at or writing.now, writing.now)
    if row["missed"] < _CONFIRMED and not _was_gone_before(writing, job):
        return _after_listing(writing, _BUSY if row["missed"] else _SOON)
    if _is_being_checked(writing):
        return writing.now + _BUSY
    _withdraw(writing, job, row)
    return writing.now + _LATER


def write_back(writing: Writing, job: ArticleJob) -> datetime | None:
    """The page of an item answers: if it was withdrawn because the page was gone, it is back. ``None``, or when to look
    again because that cannot be said now."""
    row = _item(writing, job)
    if not _was_withdrawn_here(writing, job, row):
        return None
    if _is_being_checked(writing):
        return writing.now + _BUSY
    writing.conn.execute(
        "UPDATE items SET status = 'scrolled_off', changed_at = ? WHERE id = ?", (writing.at, job.item_id)
    )
    returns = returns_of(writing.conn, [job.item_id]).get(job.item_id, 0)
    _write(writing, job, row, ChangeKind.REINSTATED, "its page is back", tell=returns < MOST_RETURNS)
    return None


def _was_withdrawn_here(writing: Writing, job: ArticleJob, row: sqlite3.Row) -> bool:
    """Whether it is withdrawn because of its page, and not by looks at the listing."""
    if row["status"] != "withdrawn":
        return False
    last = writing.conn.execute(
        "SELECT check_id FROM changes WHERE item_id = ? AND kind = 'withdrawn' ORDER BY id DESC LIMIT 1", (job.item_id,)
    ).fetchone()
    return last is not None and last["check_id"] is None


def _item(writing: Writing, job: ArticleJob) -> sqlite3.Row:
    row: sqlite3.Row = writing.conn.execute(
        "SELECT i.item_key, i.revision, i.status, a.listed, a.missed FROM items i "
        "JOIN appearances a ON a.item_id = i.id AND a.source_id = i.source_id WHERE i.id = ?",
        (job.item_id,),
    ).fetchone()
    return row


def _was_gone_before(writing: Writing, job: ArticleJob) -> bool:
    """Whether it was gone at an earlier look, and the listing was well since then. Servers of one site that take turns
    may not have the page yet, or a whole site may be away for an hour."""
    seen = writing.source["last_ok_at"]
    return job.gone_at is not None and seen is not None and seen >= to_text(job.gone_at)


def _after_listing(writing: Writing, least: timedelta) -> datetime:
    """When the listing will have been looked at again, but not sooner than ``least`` from now."""
    row = writing.conn.execute(
        "SELECT next_check_at FROM cadences WHERE source_id = ?", (writing.record.source_id,)
    ).fetchone()
    soonest = writing.now + least
    return max(from_text(row["next_check_at"]), soonest) if row else soonest


def _is_being_checked(writing: Writing) -> bool:
    """Whether somebody compares the listing at this moment, with what was known before."""
    row = writing.conn.execute(
        "SELECT holder, expires_at FROM leases WHERE name = ?", (f"source:{writing.record.source_id}",)
    ).fetchone()
    return bool(row and row["holder"] and row["expires_at"] > writing.at)


def _withdraw(writing: Writing, job: ArticleJob, row: sqlite3.Row) -> None:
    conn, source_id = writing.conn, writing.record.source_id
    conn.execute(
        "UPDATE appearances SET listed = 0, left_at = coalesce(left_at, ?), missed = 0 "
        "WHERE source_id = ? AND item_id = ?",
        (writing.at, source_id, job.item_id),
    )
    conn.execute("UPDATE items SET status = 'withdrawn', changed_at = ? WHERE id = ?", (writing.at, job.item_id))
    returns = returns_of(conn, [job.item_id]).get(job.item_id, 0)
    reason, tell = tell_withdrawal("no longer listed, and its page is gone", returns)
    _write(writing, job, row, ChangeKind.WITHDRAWN, reason, tell=tell)


def _write(writing: Writing, job: ArticleJob, row: sqlite3.Row, kind: ChangeKind, reason: str, *, tell: bool) -> None:
    key, revision = row["item_key"], row["revision"]
    write_item_fact(writing, kind, job.item_id, key, revision=revision, reason=reason, tell=tell)
