"""Writing what a check means for its source and site: health, validators, spacing, the next look."""

from __future__ import annotations

from datetime import timedelta

from scraper.clock import from_text, to_text
from scraper.hooks import CadencePolicy, CheckFacts, NextCheck
from scraper.store.jobs import FARTHEST
from scraper.store.writing import CheckRecord, Writing
from scraper.types import ChangeKind, ItemChange, Outcome, Published


def write_source(writing: Writing, failures: int, cadence: CadencePolicy) -> NextCheck | None:
    """Note on the source how the look ended and what it understood; the next look, if it is a configured one."""
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
    if source["origin"] != "file":
        space_site(writing, source["site"])
    every = timedelta(seconds=source["every_s"]) if source["every_s"] else None
    facts = CheckFacts(
        source_id=record.source_id,
        every=every,
        outcome=record.outcome,
        reason=record.reason,
        failures=failures,
        not_before=record.not_before,
        published=_published(record),
        late=_late(record),
        first=record.baseline,
        adaptive=bool(source["adaptive"]),
        cron=source["cron"],
        hours=source["hours"],
        weight=source["weight"],
        timezone=source["timezone"],
        site=source["site"],
        seen_at=from_text(source["last_ok_at"]) if writing.new_items and source["last_ok_at"] else None,
        fresh_until=record.fresh_until,
        hints=record.hints,
    )
    if source["origin"] != "config":
        return None
    decided = cadence.next_check(conn, facts, writing.now)
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


def _published(record: CheckRecord) -> tuple[Published | None, ...]:
    """What the pages say of the items that are new to us; of all of them at the first look."""
    if record.diff is None:
        return ()
    if record.baseline:
        return tuple(match.data.published for match in record.diff.new)
    found = [*record.diff.changes, *(() if record.late else _of_further(record))]
    return tuple(change.match.data.published for change in found if change.kind is ChangeKind.ADDED)


def _late(record: CheckRecord) -> int:
    """How many items came before the last look, on a page that could not be read then."""
    return sum(change.kind is ChangeKind.ADDED for change in _of_further(record)) if record.late else 0


def _of_further(record: CheckRecord) -> list[ItemChange]:
    return [change for one in record.further for change in one.unseen]


def _understood(record: CheckRecord) -> dict[str, str | int | None]:
    """What is remembered of a believed answer. The validators stand in the same commit as the items they stand for:
    a crash must not turn "not stored" into "not modified"."""
    validators = record.validators
    understood: dict[str, str | int | None] = {
        "validator_url": validators.url if validators else None,
        "etag": validators.etag if validators else None,
        "last_modified": validators.last_modified if validators else None,
        "gap_url": record.gap.url if record.gap else None,
        "gap_since_at": to_text(record.gap.since) if record.gap else None,
        "gap_tries": record.gap.tries if record.gap else 0,
        "body_sha256": record.body_sha256,
        "listing_sha256": record.listing_sha256,
    }
    if record.kind:
        understood["feed_url"] = record.feed_url
    if record.language:
        understood["page_language"] = record.language
    return understood


def space_site(writing: Writing, site: str) -> None:
    """Leave the site alone: for its spacing after an ordinary answer, for as long as it asked after 429 or 503."""
    record = writing.record
    # What lies too far ahead was written under a wrong clock and does not count.
    later = "CASE WHEN not_before_at <= ? THEN max(not_before_at, ?) ELSE ? END"
    farthest = to_text(writing.now + FARTHEST)
    if record.site_not_before is not None:
        at = to_text(record.site_not_before)
        writing.conn.execute(
            f"UPDATE sites SET not_before_at = {later}, penalties = penalties + 1, penalty_reason = ? WHERE site = ?",  # noqa: S608
            (farthest, at, at, record.message, site),
        )
    elif record.site_spacing is not None:
        at = to_text(writing.now + record.site_spacing)
        writing.conn.execute(
            f"UPDATE sites SET not_before_at = {later}, spacing_s = ?, penalties = 0, penalty_reason = NULL "  # noqa: S608
            "WHERE site = ?",
            (farthest, at, at, record.site_spacing.total_seconds(), site),
        )
