"""The one transaction of a look at an item's article: its text, what changed, the next look."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from scraper.clock import to_text
from scraper.following import MOST_FAILURES, fingerprint, is_shrunk, is_strange, is_told, next_step, retry_at
from scraper.hooks import ChangeListener
from scraper.store import leases
from scraper.store.article_jobs import ArticleJob
from scraper.store.db import Store
from scraper.store.write_article import WrittenArticle, stored_article, write_item_article
from scraper.store.write_check import name_capture, write_fetches
from scraper.store.write_gone import write_back, write_gone
from scraper.store.write_source import space_site
from scraper.store.writing import CheckRecord, Fact, FetchRecord, Writing, write_fact
from scraper.types import ArticleData, ChangeKind, Outcome, Validators

_SOON = timedelta(hours=1)
_MOST_MISSED = 10
_MOST_COMPARED = 100
"""Newest articles of a source among which a strange text is looked for."""

Finding = Literal["article", "same", "gone", "failed"]


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """What a look at an article found.

    ``article`` is ``None`` unless the finding is ``article``, and also where an answer holds none; ``gone``: a 404 or
    410, or sent to the front page. ``site_not_before`` is given where the site asked to be left alone.
    """

    fetch: FetchRecord
    finding: Finding
    article: ArticleData | None = None
    validators: Validators | None = None
    body_sha256: str | None = None
    site_spacing: timedelta | None = None
    site_not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What was committed: ``changes`` counts what was written to the log, ``due`` is the next look."""

    changes: int
    due: datetime | None


def queue_articles(writing: Writing, item_ids: Sequence[int]) -> None:
    """New items of a source that is followed: their articles are due now."""
    if not writing.source["follow"]:
        return
    writing.conn.executemany(
        "INSERT INTO article_looks(item_id, source_id, due_at) SELECT id, source_id, ? FROM items "
        "WHERE id = ? AND url IS NOT NULL ON CONFLICT(item_id) DO NOTHING",
        [(writing.at, item_id) for item_id in item_ids],
    )


def ask_after_missing(writing: Writing, missed: Sequence[tuple[int, int]]) -> None:
    """Items that vanished from between others: their own pages say sooner whether they were withdrawn. Of many that
    vanish in one look a few are asked after."""
    if not writing.source["follow"]:
        return
    writing.conn.executemany(
        "INSERT INTO article_looks(item_id, source_id, due_at) SELECT id, source_id, ? FROM items "
        "WHERE id = ? AND url IS NOT NULL ON CONFLICT(item_id) "
        "DO UPDATE SET due_at = excluded.due_at, failures = 0, gone = 0, gone_at = NULL",
        [(writing.at, item_id) for item_id, count in missed[:_MOST_MISSED] if count == 1],
    )


def commit_article(
    store: Store, job: ArticleJob, record: ArticleRecord, *, listener: ChangeListener, now: datetime
) -> LookedAt:
    """Write a look at an article and give its lease back.

    Raises:
        LeaseLostError: another process took the site over; nothing was written.
        StoreError: the database is locked, full or damaged; nothing was written.
    """
    # The page of a withdrawn item that answers may be told.
    with store.transaction(durable=record.finding in ("article", "gone") or job.withdrawn) as conn:
        leases.require(conn, *job.lease)
        writing = _writing(conn, job, record, now)
        write_fetches(writing, [record.fetch])
        due = _write(writing, job, record)
        space_site(writing, job.site)
        if writing.changes:
            listener.changes_recorded(conn, writing.changes, now)
        leases.release(conn, *job.lease)
    return LookedAt(len(writing.changes), due)


def _writing(conn: sqlite3.Connection, job: ArticleJob, record: ArticleRecord, now: datetime) -> Writing:
    source = conn.execute("SELECT * FROM sources WHERE id = ?", (job.source_id,)).fetchone()
    carrier = CheckRecord(
        check_key="",
        source_id=job.source_id,
        leases=(job.lease,),
        started_at=record.fetch.fetched_at,
        duration=timedelta(0),
        outcome=Outcome.UNCHANGED,
        message=record.fetch.message,
        site_spacing=record.site_spacing,
        site_not_before=record.site_not_before,
    )
    writing = Writing(conn, carrier, source, now, to_text(now))
    writing.capture = name_capture(writing, record.fetch.capture) if record.fetch.capture else None
    writing.screenshot = name_capture(writing, record.fetch.screenshot) if record.fetch.screenshot else None
    return writing


def _write(writing: Writing, job: ArticleJob, record: ArticleRecord) -> datetime | None:
    match record.finding:
        case "failed":
            return _failed(writing, job)
        case "gone":
            if writing.source["failures"]:
                # All of the site may be away.
                return _failed(writing, job)
            due = write_gone(writing, job)
            first_at = job.first_at or writing.now
            _remember(
                writing,
                job,
                due,
                gone=job.gone + 1,
                gone_at=min(job.gone_at or writing.now, writing.now),
                first_at=first_at,
            )
            return due
        case "same":
            return _answered(writing, job, record)
    return _write_text(writing, job, record)


def _failed(writing: Writing, job: ArticleJob, *, doubted: str | None = None) -> datetime | None:
    due = retry_at(job.failures + 1, job.first_at, writing.now)
    failures = job.failures + 1 if due and job.failures + 1 < MOST_FAILURES else 0
    _remember(writing, job, due, failures=failures, doubted=doubted)
    return due


def _write_text(writing: Writing, job: ArticleJob, record: ArticleRecord) -> datetime | None:
    article = record.article
    if article is None:
        return _answered(writing, job, record)
    old = stored_article(writing.conn, job.item_id)
    strange = is_strange(job.title, old, article)
    if strange or (old and is_shrunk(old, article)):
        text = fingerprint(article.text)
        if job.doubted != text or (strange and _stands_elsewhere(writing, job, text)):
            return _doubt(writing, job, text)
    written = write_item_article(writing, article, job.item_id, job.url)
    if written and written.fields:
        _tell_edit(writing, job, written)
    return _answered(writing, job, record)


def _doubt(writing: Writing, job: ArticleJob, text: str) -> datetime | None:
    """A text that is to be seen twice; one that is another one each time is a failure, like one that never counts."""
    if job.doubted is None:
        due: datetime | None = writing.now + _SOON
        _remember(writing, job, due, doubted=text, first_at=job.first_at or writing.now)
        return due
    return _failed(writing, job, doubted=text)


def _stands_elsewhere(writing: Writing, job: ArticleJob, text: str) -> bool:
    """Whether a strange text stands, or stood, at another article of the source."""
    given = (writing.record.source_id, job.item_id)
    doubted = "SELECT 1 FROM article_looks WHERE source_id = ? AND item_id <> ? AND doubted = ? LIMIT 1"
    if writing.conn.execute(doubted, (*given, text)).fetchone():
        return True
    texts = writing.conn.execute(
        "SELECT text FROM articles WHERE source_id = ? AND item_id <> ? ORDER BY id DESC LIMIT ?",
        (*given, _MOST_COMPARED),
    )
    return any(fingerprint(row["text"]) == text for row in texts)


def _answered(writing: Writing, job: ArticleJob, record: ArticleRecord) -> datetime | None:
    first_at = job.first_at or writing.now
    due = next_step(first_at, writing.now)
    if record.finding == "same" or record.article is not None:
        due = write_back(writing, job) or due
    _remember(writing, job, due, first_at=first_at, record=record)
    return due


def _remember(
    writing: Writing,
    job: ArticleJob,
    due: datetime | None,
    *,
    failures: int = 0,
    gone: int = 0,
    gone_at: datetime | None = None,
    doubted: str | None = None,
    first_at: datetime | None = None,
    record: ArticleRecord | None = None,
) -> None:
    changed: dict[str, str | int | None] = {
        "due_at": to_text(due) if due else None,
        "failures": failures,
        "gone": gone,
        "gone_at": to_text(gone_at) if gone_at else None,
        "doubted": doubted,
    }
    if first_at is not None:
        changed["first_at"] = to_text(first_at)
    if record is not None and record.finding == "article":
        said = record.validators
        changed |= {
            "validator_url": said.url if said else None,
            "etag": said.etag if said else None,
            "last_modified": said.last_modified if said else None,
            "body_sha256": record.body_sha256,
        }
    assignments = ", ".join(f"{name} = ?" for name in changed)
    writing.conn.execute(
        f"UPDATE article_looks SET {assignments}, looks = looks + ? WHERE item_id = ?",  # noqa: S608 - constants
        (*changed.values(), int(first_at is not None), job.item_id),
    )


def _tell_edit(writing: Writing, job: ArticleJob, written: WrittenArticle) -> None:
    item = writing.conn.execute("SELECT item_key, revision FROM items WHERE id = ?", (job.item_id,)).fetchone()
    fact = Fact(
        kind=ChangeKind.REVISED,
        about=(item["item_key"], "article", str(written.number)),
        item_id=job.item_id,
        revision=item["revision"],
        fields=written.fields,
        reason="the article was edited" + (" back to an earlier form" if written.returned else ""),
        tell=is_told(written.number - 1, returned=written.returned),
    )
    write_fact(writing, fact)
