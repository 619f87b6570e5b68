"""Writing the stretches in which a source is unwell: each has one opening and one closing notice."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from scraper import health
from scraper.clock import to_text
from scraper.store.writing import CheckRecord, Fact, Writing, write_fact
from scraper.types import ChangeKind, EpisodeClass

_ONE_RELAUNCH = timedelta(days=1)


def may_change_episode(record: CheckRecord, source: sqlite3.Row, policy: health.EpisodePolicy) -> bool:
    """Whether committing ``record`` may open or close an episode."""
    step = health.step(_open_one(source), record.outcome, record.reason, source["failures"] + 1, policy)
    return step is not None or _may_be_redesigned(record, source)


def _open_one(source: sqlite3.Row) -> EpisodeClass | None:
    return EpisodeClass(source["episode_class"]) if source["episode_class"] else None


def _may_be_redesigned(record: CheckRecord, source: sqlite3.Row) -> bool:
    known = source["learnt_item"]
    return record.recipe is not None and known is not None and known != record.recipe.item


def write_episode(writing: Writing, policy: health.EpisodePolicy) -> int:
    """Open or close the source's episode; how many checks in a row were unwell, this one included."""
    record, source = writing.record, writing.source
    well = health.episode_of(record.outcome, record.reason) is None
    failures = 0 if well else source["failures"] + 1
    step = health.step(_open_one(source), record.outcome, record.reason, failures, policy)
    if step is None:
        return failures
    if step.action == "open":
        open_episode(writing, step.episode, record.message or record.reason or "")
    else:
        close_episode(writing, source["episode_id"], step.episode)
    return failures


def open_episode(writing: Writing, episode: EpisodeClass, reason: str) -> None:
    """A stretch begins in which the source is unwell; told once."""
    episode_id = writing.conn.execute(
        "INSERT INTO episodes(source_id, class, opened_at, reason, check_id) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (writing.record.source_id, episode.value, writing.at, reason, writing.check_id),
    ).fetchone()[0]
    _write_episode_change(writing, ChangeKind.EPISODE_OPENED, episode_id, f"{episode.value}: {reason}")


def close_episode(writing: Writing, episode_id: int, episode: EpisodeClass) -> None:
    """It is over; told once."""
    writing.conn.execute("UPDATE episodes SET closed_at = ? WHERE id = ?", (writing.at, episode_id))
    _write_episode_change(writing, ChangeKind.EPISODE_CLOSED, episode_id, f"{episode.value}: over")


def note_redesign(writing: Writing) -> None:
    """The list stands elsewhere on its page, and was believed at once: a stretch that is over as it begins, told by one
    notice. A relaunch in several steps within a day is one."""
    diff, conn = writing.record.diff, writing.conn
    # Without a difference it is the same list, item by item.
    recognised = sum(match.known is not None for match in diff.matches) if diff else writing.record.items
    lately = conn.execute(
        "SELECT 1 FROM episodes WHERE source_id = ? AND class = 'layout_changed' AND coalesce(closed_at, ?) > ?",
        (writing.record.source_id, writing.at, to_text(writing.now - _ONE_RELAUNCH)),
    ).fetchone()
    if lately or not recognised:
        return
    episode = EpisodeClass.LAYOUT_CHANGED
    reason = f"the page has a new layout; {recognised} of its items were recognised as known ones, and stay the same"
    open_episode(writing, episode, reason)
    # Closed without a word: there was never any trouble.
    conn.execute(
        "UPDATE episodes SET closed_at = ?1 WHERE source_id = ?2 AND class = ?3 AND closed_at IS NULL",
        (writing.at, writing.record.source_id, episode.value),
    )


def _write_episode_change(writing: Writing, kind: ChangeKind, episode_id: int, reason: str) -> None:
    # Which of the source's episodes it is: two may be open, and close in any order.
    ordinal = writing.conn.execute(
        "SELECT count(*) FROM episodes WHERE source_id = ? AND id <= ?", (writing.record.source_id, episode_id)
    ).fetchone()[0]
    about = ("episode", kind.value, str(ordinal))
    write_fact(writing, Fact(kind, about, episode_id=episode_id, reason=reason))
