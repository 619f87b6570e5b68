"""Writing the check itself: its row, or one more in a run of equal ones, and the answer it kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from scraper.clock import to_text
from scraper.store.captures import Capture
from scraper.store.writing import CheckRecord, FetchRecord, Writing
from scraper.types import Outcome


def write_capture_row(writing: Writing) -> str | None:
    """Name the stored answer; the digest of its body, or ``None`` if none was kept."""
    capture = writing.record.capture
    if capture is None:
        return None
    return name_capture(writing, capture)


def name_capture(writing: Writing, capture: Capture) -> str:
    """Put a stored answer on record; its digest."""
    # What was kept as a curiosity may turn out to be evidence; never the other way round.
    writing.conn.execute(
        "INSERT INTO captures(sha256, bytes, stored_bytes, content_type, url, captured_at, retention) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(sha256) DO UPDATE SET retention = excluded.retention "
        "WHERE captures.retention = 'suspect'",
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


def write_check(writing: Writing) -> int:
    """The id of the check's row: a new one, or that of the run of equal checks that goes on."""
    record, conn = writing.record, writing.conn
    started, milliseconds = to_text(record.started_at), round(record.duration.total_seconds() * 1000)
    previous = writing.source
    if previous["check_id"] is not None and _goes_on(previous, record):
        conn.execute(
            "UPDATE checks SET count = count + 1, last_at = ?, duration_ms = ?, message = ? WHERE id = ?",
            (started, milliseconds, record.message, previous["check_id"]),
        )
        return int(previous["check_id"])
    row = conn.execute(
        "INSERT INTO checks(check_key, source_id, started_at, last_at, outcome, reason, message, http_status, "
        "final_url, bytes, duration_ms, items, kind, listing_sha256, confidence, not_before_at, capture_sha256, "
        "screenshot_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
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
            name_capture(writing, record.screenshot) if record.screenshot else None,
        ),
    ).fetchone()
    return int(row[0])


def _goes_on(previous: sqlite3.Row, record: CheckRecord) -> bool:
    """Whether a check says the same as the one before, so that the database does not grow while nothing changes."""
    if record.outcome is Outcome.CHANGED or record.has_changes or (record.diff and record.diff.filled):
        return False
    return bool(
        previous["check_outcome"] == record.outcome.value
        and previous["check_reason"] == record.reason
        and previous["check_status"] == record.http_status
        # The same body is not read again: its items were not counted.
        and (record.outcome is Outcome.UNCHANGED or previous["check_items"] == record.items)
    )


def write_fetches(writing: Writing, fetches: Sequence[FetchRecord]) -> None:
    """Note the requests that were made besides the one for the listing."""
    for one in fetches:
        writing.conn.execute(
            "INSERT INTO fetches(source_id, purpose, url, fetched_at, http_status, outcome, message, bytes, "
            "capture_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                writing.record.source_id,
                one.purpose,
                one.url,
                to_text(one.fetched_at),
                one.http_status,
                one.outcome,
                one.message,
                one.size,
                name_capture(writing, one.capture) if one.capture else None,
            ),
        )


def count_changes(writing: Writing) -> None:
    """Note on the check's row what it led to."""
    if writing.changes or writing.new_items:
        writing.conn.execute(
            "UPDATE checks SET new_items = new_items + ?, changes = changes + ? WHERE id = ?",
            (writing.new_items, len(writing.changes), writing.check_id),
        )
