"""The one transaction of a check: all of it or nothing.

Check row, validators, items, keys, appearances, revisions, changes, episodes, the messages that are due and the time of
the next look are committed together, and only if the lease still holds.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scraper import health
from scraper.clock import to_text
from scraper.diff import Diff
from scraper.errors import NotFoundError
from scraper.hooks import CadencePolicy, ChangeListener, CheckFacts, NextCheck, RecordedChange
from scraper.identity import item_key
from scraper.store import leases
from scraper.store.captures import Capture
from scraper.store.db import Store
from scraper.store.rows import ITEM_COLUMNS, item_values, published_columns, unspaced_text
from scraper.types import (
    ArticleData,
    ChangeKind,
    EpisodeClass,
    ItemChange,
    ItemKey,
    Match,
    Outcome,
    Validators,
)

_FOLDABLE = (Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.FAILED, Outcome.SUSPECT)


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What one check found, ready to be committed.

    ``diff`` is ``None`` where nothing was to be compared (not modified, failed, wholly suspect, or the same listing as
    before). ``leases`` names the leases held and their fencing tokens; the first must still hold. ``site_spacing`` is
    how long the site is left alone from now on, ``site_not_before`` what it asked for itself.
    """

    check_key: str
    source_id: int
    leases: tuple[tuple[str, int], ...]
    started_at: datetime
    duration: timedelta
    outcome: Outcome
    reason: str | None = None
    message: str | None = None
    http_status: int | None = None
    final_url: str | None = None
    bytes: int | None = None
    items: int | None = None
    kind: str | None = None
    confidence: float | None = None
    not_before: datetime | None = None
    validators: Validators | None = None
    body_sha256: str | None = None
    listing_sha256: str | None = None
    feed_url: str | None = None
    language: str | None = None
    article: ArticleData | None = None
    capture: Capture | None = None
    diff: Diff | None = None
    baseline: bool = False
    site_not_before: datetime | None = None
    site_spacing: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What the transaction wrote."""

    check_id: int
    outcome: Outcome
    new_items: int = 0
    changes: tuple[RecordedChange, ...] = ()
    messages: int = 0
    next_check: NextCheck | None = None


@dataclass(slots=True)
class _Writing:
    """The state of one transaction while it is written."""

    conn: sqlite3.Connection
    record: CheckRecord
    source: sqlite3.Row
    now: datetime
    at: str
    check_id: int = 0
    capture: str | None = None
    changes: list[RecordedChange] = field(default_factory=list)
    new_items: int = 0


def commit_check(
    store: Store,
    record: CheckRecord,
    *,
    listener: ChangeListener,
    cadence: CadencePolicy,
    now: datetime,
    policy: health.Policy | None = None,
) -> Committed:
    """Write a check and give its lease back.

    Raises:
        LeaseLostError: another process took the source over; nothing was written.
        NotFoundError: the source is gone.
        StoreError: the database is locked, full or damaged; nothing was written.
    """
    durable = bool(record.diff and record.diff.changes) or record.outcome in (Outcome.FAILED, Outcome.SUSPECT)
    with store.transaction(durable=durable) as conn:
        leases.require(conn, *record.leases[0])
        source = conn.execute("SELECT * FROM sources WHERE id = ?", (record.source_id,)).fetchone()
        if source is None:
            raise NotFoundError("source", str(record.source_id))
        writing = _Writing(conn, record, source, now, to_text(now))
        writing.capture = _write_capture(writing)
        writing.check_id = _write_check(writing)
        if record.diff is not None:
            _write_diff(writing, record.diff)
        if record.article is not None:
            _write_article(writing, record.article)
        failures = _write_episode(writing, policy or health.Policy())
        next_check = _write_source(writing, failures, cadence)
        messages = listener.changes_recorded(conn, writing.changes, now) if writing.changes else 0
        if writing.changes or writing.new_items:
            conn.execute(
                "UPDATE checks SET new_items = new_items + ?, changes = changes + ? WHERE id = ?",
                (writing.new_items, len(writing.changes), writing.check_id),
            )
        for lease in record.leases:
            leases.release(conn, *lease)
    return Committed(writing.check_id, record.outcome, writing.new_items, tuple(writing.changes), messages, next_check)


# -- the check itself ------------------------------------------------------------------------------------------------


def _write_capture(writing: _Writing) -> str | None:
    capture = writing.record.capture
    if capture is None:
        return None
    writing.conn.execute(
        "INSERT INTO captures(sha256, bytes, stored_bytes, content_type, url, captured_at, retention) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(sha256) DO NOTHING",
        (
            capture.sha256,
            capture.bytes,
            capture.stored_bytes,
            capture.content_type,
            capture.url,
            writing.at,
            capture.retention,
        ),
    )
    return capture.sha256


def _write_check(writing: _Writing) -> int:
    record, conn = writing.record, writing.conn
    milliseconds = round(record.duration.total_seconds() * 1000)
    previous = conn.execute(
        "SELECT id, outcome, reason, http_status, listing_sha256, items FROM checks WHERE source_id = ? "
        "ORDER BY id DESC LIMIT 1",
        (record.source_id,),
    ).fetchone()
    if previous and record.outcome in _FOLDABLE and record.diff is None and _is_same(previous, record):
        conn.execute(
            "UPDATE checks SET count = count + 1, last_at = ?, duration_ms = ?, message = ? WHERE id = ?",
            (to_text(record.started_at), milliseconds, record.message, previous["id"]),
        )
        return int(previous["id"])
    started = to_text(record.started_at)
    row = conn.execute(
        "INSERT INTO checks(check_key, source_id, started_at, last_at, outcome, reason, message, http_status, "
        "final_url, bytes, duration_ms, items, kind, listing_sha256, confidence, not_before_at, capture_sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            record.check_key,
            record.source_id,
            started,
            started,
            record.outcome.value,
            record.reason,
            record.message,
            record.http_status,
            record.final_url,
            record.bytes,
            milliseconds,
            record.items,
            record.kind,
            record.listing_sha256,
            record.confidence,
            to_text(record.not_before) if record.not_before else None,
            writing.capture,
        ),
    ).fetchone()
    return int(row[0])


def _is_same(previous: sqlite3.Row, record: CheckRecord) -> bool:
    return bool(
        previous["outcome"] == record.outcome.value
        and previous["reason"] == record.reason
        and previous["http_status"] == record.http_status
        and previous["items"] == record.items
        and previous["listing_sha256"] == record.listing_sha256
    )


# -- items -----------------------------------------------------------------------------------------------------------


def _write_diff(writing: _Writing, diff: Diff) -> None:
    # Discovery order is the order of ids: the oldest of a page first, so that "newest first" is id descending.
    new_ids = {
        id(match): _insert_item(writing, match, rank)
        for match, rank in reversed(list(zip(diff.matches, diff.ranks, strict=True)))
        if match.known is None
    }
    for match, rank in zip(diff.matches, diff.ranks, strict=True):
        if match.known is not None:
            _touch_appearance(writing, match, rank)
            _learn_keys(writing, match)
    for change in diff.filled:
        if change.match.known is not None:
            _revise(writing, change)
    for change in diff.changes:
        item_id = new_ids.get(id(change.match)) or (change.match.known.item_id if change.match.known else 0)
        revision = _apply(writing, change)
        _record_change(writing, change, item_id, revision)
    added = sum(change.kind is ChangeKind.ADDED for change in diff.changes)
    writing.new_items = len(new_ids) if writing.record.baseline else added
    _write_gone(writing, diff)


def _insert_item(writing: _Writing, match: Match, rank: float) -> int:
    conn = writing.conn
    key = _free_key(writing, match.keys)
    item = match.data
    row = conn.execute(
        f"INSERT INTO items(item_key, source_id, is_baseline, first_seen_at, first_check_id, changed_at, unspaced, "  # noqa: S608
        f"{', '.join(ITEM_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?{', ?' * len(ITEM_COLUMNS)}) RETURNING id",
        (
            key,
            writing.record.source_id,
            int(writing.record.baseline),
            writing.at,
            writing.check_id,
            writing.at,
            unspaced_text(item.title, item.summary),
            *item_values(item),
        ),
    ).fetchone()
    item_id = int(row[0])
    conn.execute(
        "INSERT INTO appearances(source_id, item_id, first_listed_at, listed, rank) VALUES (?, ?, ?, 1, ?)",
        (writing.record.source_id, item_id, writing.at, rank),
    )
    _insert_keys(writing, item_id, match.keys)
    _insert_revision(writing, item_id, 1, "", match)
    _log_identity(writing, item_id, "new", f"no known item has its {match.keys[0].kind} {match.keys[0].key}")
    return item_id


def _free_key(writing: _Writing, keys: Sequence[ItemKey]) -> str:
    """The item's public id. A key may have been another item's before (an address that is used again)."""
    for ordinal in range(1000):
        key = item_key(writing.source["source_key"], keys, ordinal)
        if writing.conn.execute("SELECT 1 FROM items WHERE item_key = ?", (key,)).fetchone() is None:
            return key
    raise AssertionError("a thousand items had the same first key")


def _insert_keys(writing: _Writing, item_id: int, keys: Sequence[ItemKey]) -> None:
    writing.conn.executemany(
        "INSERT OR IGNORE INTO item_keys(source_id, kind, key, item_id, strong, first_seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [(writing.record.source_id, key.kind, key.key, item_id, int(key.strong), writing.at) for key in keys],
    )


def _learn_keys(writing: _Writing, match: Match) -> None:
    known = match.known
    if known is None:
        return
    learnt = [key for key in match.keys if key not in known.keys]
    if learnt:
        _insert_keys(writing, known.item_id, learnt)
    if match.by and not any(key.strong and key.kind in match.by for key in match.keys):
        _log_identity(writing, known.item_id, "recognised", f"by {' and '.join(match.by)} together")


def _log_identity(writing: _Writing, item_id: int, decision: str, reason: str) -> None:
    writing.conn.execute(
        "INSERT INTO identity_log(item_id, check_id, decided_at, decision, reason) VALUES (?, ?, ?, ?, ?)",
        (item_id, writing.check_id, writing.at, decision, reason[:500]),
    )


def _touch_appearance(writing: _Writing, match: Match, rank: float) -> None:
    known = match.known
    if known is None or (known.listed and known.rank == rank and not known.missed):
        return
    writing.conn.execute(
        "UPDATE appearances SET listed = 1, left_at = NULL, rank = ?, missed = 0 WHERE source_id = ? AND item_id = ?",
        (rank, writing.record.source_id, known.item_id),
    )
    if not known.listed:
        writing.conn.execute("UPDATE items SET status = 'listed' WHERE id = ?", (known.item_id,))


def _insert_revision(writing: _Writing, item_id: int, number: int, fields: str, match: Match) -> None:
    writing.conn.execute(
        "INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, capture_sha256, "  # noqa: S608 - constants
        f"{', '.join(ITEM_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?{', ?' * len(ITEM_COLUMNS)})",
        (item_id, number, writing.at, writing.check_id, fields, writing.capture, *item_values(match.data)),
    )


def _revise(writing: _Writing, change: ItemChange) -> int:
    """Store another form of an item; its number."""
    known = change.match.known
    if known is None:
        raise AssertionError("only a known item is revised")
    number = known.revision + 1
    columns = ", ".join(f"{name} = ?" for name in ITEM_COLUMNS)
    item = change.match.data
    writing.conn.execute(
        f"UPDATE items SET {columns}, revision = ?, changed_at = ?, unspaced = ? WHERE id = ?",  # noqa: S608 - constants
        (*item_values(item), number, writing.at, unspaced_text(item.title, item.summary), known.item_id),
    )
    _insert_revision(writing, known.item_id, number, ",".join(change.fields), change.match)
    return number


def _apply(writing: _Writing, change: ItemChange) -> int:
    """Write what a change means for its item; the revision that the item then has."""
    known = change.match.known
    if change.kind in (ChangeKind.REVISED, ChangeKind.RELOCATED):
        return _revise(writing, change)
    if change.kind is ChangeKind.WITHDRAWN and known:
        writing.conn.execute(
            "UPDATE items SET status = 'withdrawn', changed_at = ? WHERE id = ?", (writing.at, known.item_id)
        )
    return known.revision if known else 1


def _record_change(writing: _Writing, change: ItemChange, item_id: int, revision: int) -> None:
    conn = writing.conn
    key = conn.execute("SELECT item_key FROM items WHERE id = ?", (item_id,)).fetchone()[0]
    earlier = conn.execute("SELECT count(*) FROM changes WHERE item_id = ?", (item_id,)).fetchone()[0]
    event_id = _event_id(writing.source["source_key"], key, change.kind.value, str(earlier))
    row = conn.execute(
        "INSERT INTO changes(event_id, changed_at, source_id, item_id, kind, revision, fields, reason, tell, check_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            event_id,
            writing.at,
            writing.record.source_id,
            item_id,
            change.kind.value,
            revision,
            ",".join(change.fields),
            change.reason,
            int(change.tell),
            writing.check_id,
        ),
    ).fetchone()
    writing.changes.append(
        RecordedChange(int(row[0]), event_id, change.kind, writing.record.source_id, item_id, None, change.tell)
    )


def _event_id(*parts: str) -> str:
    """The same fact has the same id, also when its check is redone on the database of before."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _write_gone(writing: _Writing, diff: Diff) -> None:
    conn, source_id = writing.conn, writing.record.source_id
    conn.executemany(
        "UPDATE appearances SET missed = ? WHERE source_id = ? AND item_id = ?",
        [(count, source_id, item_id) for item_id, count in diff.missed],
    )
    conn.executemany(
        "UPDATE appearances SET listed = 0, left_at = ?, missed = 0 WHERE source_id = ? AND item_id = ?",
        [(writing.at, source_id, item_id) for item_id in diff.left],
    )
    conn.executemany(
        "UPDATE items SET status = 'scrolled_off' WHERE id = ? AND status = 'listed'",
        [(item_id,) for item_id in diff.left],
    )


# -- the page's own article ------------------------------------------------------------------------------------------


def _write_article(writing: _Writing, article: ArticleData) -> None:
    conn = writing.conn
    url = article.url or writing.source["url"]
    old = conn.execute(
        "SELECT id, revision, title, text FROM articles WHERE source_id = ? AND url = ?",
        (writing.record.source_id, url),
    ).fetchone()
    fields = [name for name in ("title", "text") if old is None or old[name] != getattr(article, name)]
    if not fields:
        return
    dated = published_columns(article.published)[:4]
    number = old["revision"] + 1 if old else 1
    values = (article.title, article.text, article.author, *dated, unspaced_text(article.title, article.text))
    if old:
        article_id = old["id"]
        conn.execute(
            "UPDATE articles SET title = ?, text = ?, author = ?, published_on = ?, published_at = ?, "
            "published_raw = ?, published_precision = ?, unspaced = ?, revision = ?, changed_at = ? WHERE id = ?",
            (*values, number, writing.at, article_id),
        )
    else:
        article_id = conn.execute(
            "INSERT INTO articles(title, text, author, published_on, published_at, published_raw, published_precision, "
            "unspaced, source_id, url, first_seen_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "RETURNING id",
            (*values, writing.record.source_id, url, writing.at, writing.at),
        ).fetchone()[0]
    conn.execute(
        "INSERT INTO article_revisions(article_id, number, recorded_at, check_id, fields, title, text, author, "
        "published_on, capture_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article_id,
            number,
            writing.at,
            writing.check_id,
            ",".join(fields) if old else "",
            article.title,
            article.text,
            article.author,
            dated[0],
            writing.capture,
        ),
    )


# -- the source ------------------------------------------------------------------------------------------------------


def _write_episode(writing: _Writing, policy: health.Policy) -> int:
    """Open or close the source's episode; how many checks in a row were unwell, this one included."""
    record, conn = writing.record, writing.conn
    well = health.episode_of(record.outcome, record.reason) is None
    failures = 0 if well else writing.source["failures"] + 1
    row = conn.execute(
        "SELECT id, class FROM episodes WHERE source_id = ? AND closed_at IS NULL ORDER BY id LIMIT 1",
        (record.source_id,),
    ).fetchone()
    current = EpisodeClass(row["class"]) if row else None
    step = health.step(current, record.outcome, record.reason, failures, policy)
    if step is None:
        return failures
    if step.action == "open":
        episode_id = conn.execute(
            "INSERT INTO episodes(source_id, class, opened_at, reason, check_id) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (record.source_id, step.episode.value, writing.at, record.message or record.reason or "", writing.check_id),
        ).fetchone()[0]
        _record_episode(writing, ChangeKind.EPISODE_OPENED, episode_id, f"{step.episode.value}: {record.message or ''}")
    else:
        conn.execute("UPDATE episodes SET closed_at = ? WHERE id = ?", (writing.at, row["id"]))
        _record_episode(writing, ChangeKind.EPISODE_CLOSED, row["id"], f"{step.episode.value}: over")
    return failures


def _record_episode(writing: _Writing, kind: ChangeKind, episode_id: int, reason: str) -> None:
    conn, source_id = writing.conn, writing.record.source_id
    ordinal = conn.execute("SELECT count(*) FROM episodes WHERE source_id = ?", (source_id,)).fetchone()[0]
    event_id = _event_id(writing.source["source_key"], "episode", kind.value, str(ordinal))
    row = conn.execute(
        "INSERT INTO changes(event_id, changed_at, source_id, episode_id, kind, reason, tell, check_id) "
        "VALUES (?, ?, ?, ?, ?, ?, 1, ?) RETURNING id",
        (event_id, writing.at, source_id, episode_id, kind.value, reason[:500], writing.check_id),
    ).fetchone()
    writing.changes.append(RecordedChange(int(row[0]), event_id, kind, source_id, None, episode_id, tell=True))


def _write_source(writing: _Writing, failures: int, cadence: CadencePolicy) -> NextCheck | None:
    record, conn, source = writing.record, writing.conn, writing.source
    changed: dict[str, str | int | None] = {
        "last_check_at": writing.at,
        "outcome": record.outcome.value,
        "failures": failures,
    }
    if failures == 0:
        changed["last_ok_at"] = writing.at
        if record.outcome is not Outcome.NOT_MODIFIED:
            changed |= _understood(record)
        if record.baseline and source["baseline_at"] is None:
            changed["baseline_at"] = writing.at
        elif record.outcome is Outcome.CHANGED:
            changed["last_changed_at"] = writing.at
    assignments = ", ".join(f"{name} = ?" for name in changed)
    conn.execute(f"UPDATE sources SET {assignments} WHERE id = ?", (*changed.values(), record.source_id))  # noqa: S608
    _space_site(writing)
    every = timedelta(seconds=source["every_s"]) if source["every_s"] else None
    facts = CheckFacts(
        source_id=record.source_id,
        url=source["url"],
        every=every,
        outcome=record.outcome,
        reason=record.reason,
        failures=failures,
        new_items=writing.new_items,
        not_before=record.not_before,
    )
    if source["origin"] != "config":
        return None
    decided = cadence.next_check(facts, writing.now)
    conn.execute(
        "INSERT INTO cadences(source_id, next_check_at, reason, interval_s, retry_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT(source_id) DO UPDATE SET next_check_at = excluded.next_check_at, reason = excluded.reason, "
        "interval_s = excluded.interval_s, retry_at = excluded.retry_at",
        (
            record.source_id,
            to_text(decided.at),
            decided.reason,
            decided.interval.total_seconds(),
            to_text(decided.at) if failures else None,
        ),
    )
    return decided


def _understood(record: CheckRecord) -> dict[str, str | int | None]:
    """What is remembered of a believed answer. The validators stand in the same commit as the items they stand for:
    a crash must not turn "not stored" into "not modified"."""
    validators = record.validators
    understood: dict[str, str | int | None] = {
        "validator_url": validators.url if validators else None,
        "etag": validators.etag if validators else None,
        "last_modified": validators.last_modified if validators else None,
        "body_sha256": record.body_sha256,
        "listing_sha256": record.listing_sha256,
    }
    return understood | {"feed_url": record.feed_url} if record.kind else understood


def _space_site(writing: _Writing) -> None:
    """Leave the site alone: for its spacing after an ordinary answer, for as long as it asked after 429 or 503."""
    record, site = writing.record, writing.source["site"]
    if record.site_not_before is not None:
        writing.conn.execute(
            "UPDATE sites SET not_before_at = max(coalesce(not_before_at, ''), ?), penalties = penalties + 1, "
            "penalty_reason = ? WHERE site = ?",
            (to_text(record.site_not_before), record.message, site),
        )
    elif record.site_spacing is not None:
        writing.conn.execute(
            "UPDATE sites SET not_before_at = max(coalesce(not_before_at, ''), ?), spacing_s = ?, penalties = 0, "
            "penalty_reason = NULL WHERE site = ?",
            (to_text(writing.now + record.site_spacing), record.site_spacing.total_seconds(), site),
        )
