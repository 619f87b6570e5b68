"""Noticing that a source publishes nothing any more: one episode, opened and closed once."""

from __future__ import annotations

from datetime import datetime, timedelta

from scraper.clock import from_text, to_text
from scraper.durations import span_in_words
from scraper.health_silence import LEAST_GAPS, MOST_FINDS, Silence, Span, judge_silence
from scraper.store.write_episode import close_episode, open_episode
from scraper.store.writing import Writing
from scraper.types import ChangeKind, EpisodeClass

_OPEN = "SELECT id FROM episodes WHERE source_id = ? AND class = 'silent' AND closed_at IS NULL"
_FINDS = (
    "SELECT DISTINCT changed_at FROM changes WHERE source_id = ? AND kind = 'added' ORDER BY changed_at DESC LIMIT ?"
)
_LOOKS = "SELECT started_at, last_at, outcome FROM checks WHERE source_id = ? AND last_at >= ? ORDER BY id"
_LEAST_BLIND = timedelta(hours=1)
_MISSED_LOOKS = 3
"""So many intervals without a believable look are a time in which nobody could look."""


def write_silence(writing: Writing, *, failures: int) -> None:
    """After a believable look: a find ends the silence and teaches the rhythm; nothing found for too long begins it."""
    if failures or writing.record.baseline:
        return
    conn, source = writing.conn, writing.source
    found = any(change.kind is ChangeKind.ADDED for change in writing.changes)
    is_over = source["silent_after_at"] is not None and source["silent_after_at"] <= writing.at
    if not found and not is_over:
        return
    episode = conn.execute(_OPEN, (source["id"],)).fetchone()
    if found and episode:
        close_episode(writing, episode["id"], EpisodeClass.SILENT)
    if not found and episode:
        return
    silence = _learn(writing)
    at = to_text(silence.conspicuous_at) if silence else None
    if at != source["silent_after_at"]:
        conn.execute("UPDATE sources SET silent_after_at = ? WHERE id = ?", (at, source["id"]))
    if silence and not found and silence.is_conspicuous(writing.now):
        open_episode(writing, EpisodeClass.SILENT, _reason(silence, writing.now))


def _reason(silence: Silence, now: datetime) -> str:
    return (
        f"nothing new for {span_in_words(now - silence.since)}; before, it was never much longer than "
        f"{span_in_words(silence.longest)}"
    )


def _learn(writing: Writing) -> Silence | None:
    source_id = writing.source["id"]
    rows = writing.conn.execute(_FINDS, (source_id, MOST_FINDS)).fetchall()
    if len(rows) <= LEAST_GAPS:
        return None
    finds = [from_text(row["changed_at"]) for row in reversed(rows)]
    return judge_silence(finds, _blind(writing, finds[0]))


def _blind(writing: Writing, since: datetime) -> list[Span]:
    """Stretches between two believable looks that are longer than the interval explains."""
    row = writing.conn.execute(
        "SELECT interval_s FROM cadences WHERE source_id = ?", (writing.source["id"],)
    ).fetchone()
    interval = timedelta(seconds=row["interval_s"]) if row else timedelta(0)
    least = max(interval * _MISSED_LOOKS, _LEAST_BLIND)
    spans, seen = [], since
    for look in writing.conn.execute(_LOOKS, (writing.source["id"], to_text(since))):
        if look["outcome"] in ("failed", "suspect"):
            continue
        begin = from_text(look["started_at"])
        if begin - seen > least:
            spans.append((seen, begin))
        seen = max(seen, from_text(look["last_at"]))
    return spans
