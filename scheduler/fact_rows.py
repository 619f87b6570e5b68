"""From rows to facts, many at a time: a batch of messages costs a handful of queries, not some for each."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from scheduler.facts import ChangeFacts, EpisodeFacts, MessageFacts, SourceFacts
from scraper.clock import from_text
from scraper.store.rows import ITEM_COLUMNS, item_of
from scraper.types import ChangeKind, EpisodeClass

MOST_LOADED = 100
"""So many changes of one digest are loaded; no form of a message shows more."""

_AS_TOLD = ", ".join(f"CASE WHEN r.id IS NULL THEN i.{name} ELSE r.{name} END AS {name}" for name in ITEM_COLUMNS)
_CHANGES = f"""
SELECT c.id, c.event_id, c.kind, c.changed_at, c.source_id, c.item_id, c.revision, c.fields, c.reason, c.episode_id,
       i.item_key, {_AS_TOLD},
       e.class AS episode_class, e.reason AS episode_reason, e.opened_at, e.closed_at
FROM json_each(?) j JOIN changes c ON c.id = j.value
LEFT JOIN items i ON i.id = c.item_id
LEFT JOIN revisions r ON r.item_id = c.item_id AND r.number = c.revision
LEFT JOIN episodes e ON e.id = c.episode_id
ORDER BY c.id
"""  # noqa: S608 - the columns are a constant
_PREVIOUS = f"""
SELECT c.id AS change_id, {", ".join(f"r.{name}" for name in ITEM_COLUMNS)}
FROM json_each(?) j JOIN changes c ON c.id = j.value
JOIN revisions r ON r.item_id = c.item_id AND r.number = c.revision - 1
"""  # noqa: S608 - the columns are a constant
_SOURCES = """
SELECT id, source_key, slug, name, url, origin,
       coalesce(language, (SELECT max(r.language) FROM recipes r WHERE r.source_id = s.id AND r.retired_at IS NULL),
                page_language) AS language
FROM sources s WHERE id IN (SELECT value FROM json_each(?))
"""
_TAGS = "SELECT source_id, tag FROM source_tags WHERE source_id IN (SELECT value FROM json_each(?)) ORDER BY tag"
_MESSAGES = """
SELECT m.id, m.message_id, m.kind, m.created_at, m.notice, ch.name AS channel
FROM json_each(?) j JOIN messages m ON m.id = j.value JOIN channels ch ON ch.id = m.channel_id
"""
_TOLD = """
SELECT message_id, change_id, total FROM (
  SELECT x.message_id, x.change_id, row_number() OVER (PARTITION BY x.message_id ORDER BY x.change_id) AS n,
         count(*) OVER (PARTITION BY x.message_id) AS total
  FROM message_changes x WHERE x.also_of IS NULL AND x.message_id IN (SELECT value FROM json_each(?)))
WHERE n <= ? ORDER BY message_id, change_id
"""
_ALSO = """
SELECT message_id, also_of, change_id FROM message_changes
WHERE also_of IS NOT NULL AND told = 1 AND message_id IN (SELECT value FROM json_each(?)) ORDER BY message_id, change_id
"""
_RECEIPTS = "SELECT message_id, recipient FROM receipts WHERE message_id IN (SELECT value FROM json_each(?))"
_EDITS = (ChangeKind.REVISED, ChangeKind.RELOCATED)


def load_changes(conn: sqlite3.Connection, change_ids: Iterable[int]) -> dict[int, ChangeFacts]:
    """The facts of changes by their ids, in the order of the log."""
    rows = conn.execute(_CHANGES, (json.dumps(sorted(set(change_ids))),)).fetchall()
    sources = _load_sources(conn, {row["source_id"] for row in rows})
    edited = [row["id"] for row in rows if row["kind"] in _EDITS]
    rows_before = conn.execute(_PREVIOUS, (json.dumps(edited),)) if edited else ()
    previous = {row["change_id"]: item_of(row) for row in rows_before}
    return {
        row["id"]: ChangeFacts(
            change_id=row["id"],
            event_id=row["event_id"],
            kind=ChangeKind(row["kind"]),
            changed_at=from_text(row["changed_at"]),
            source=sources[row["source_id"]],
            fields=tuple(filter(None, row["fields"].split(","))),
            reason=row["reason"],
            item_key=row["item_key"],
            item=item_of(row) if row["item_id"] is not None else None,
            revision=row["revision"],
            previous=previous.get(row["id"]),
            episode=_episode_of(row) if row["episode_id"] is not None else None,
        )
        for row in rows
    }


def load_messages(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, MessageFacts]:
    """The facts of messages by their row ids; of a digest the first :data:`MOST_LOADED` changes."""
    wanted = json.dumps(list(ids))
    told: dict[int, list[int]] = defaultdict(list)
    totals: dict[int, int] = {}
    for row in conn.execute(_TOLD, (wanted, MOST_LOADED)):
        told[row["message_id"]].append(row["change_id"])
        totals[row["message_id"]] = row["total"]
    also: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in conn.execute(_ALSO, (wanted,)):
        also[row["message_id"], row["also_of"]].append(row["change_id"])
    received: dict[int, set[str]] = defaultdict(set)
    for row in conn.execute(_RECEIPTS, (wanted,)):
        received[row["message_id"]].add(row["recipient"])
    changes = load_changes(conn, (change for group in (*told.values(), *also.values()) for change in group))

    def with_also(message: int, change: int) -> ChangeFacts:
        others = also.get((message, change))
        found = changes[change]
        return replace(found, also=tuple(changes[other] for other in others)) if others else found

    return {
        row["id"]: MessageFacts(
            message_id=row["message_id"],
            channel=row["channel"],
            kind=row["kind"],
            created_at=from_text(row["created_at"]),
            changes=tuple(with_also(row["id"], change) for change in told[row["id"]]),
            total=totals.get(row["id"], 0),
            notice=row["notice"],
            received_by=frozenset(received.get(row["id"], ())),
        )
        for row in conn.execute(_MESSAGES, (wanted,)).fetchall()
    }


def _load_sources(conn: sqlite3.Connection, source_ids: set[int]) -> dict[int, SourceFacts]:
    wanted = json.dumps(sorted(source_ids))
    tags: dict[int, list[str]] = defaultdict(list)
    for row in conn.execute(_TAGS, (wanted,)):
        tags[row["source_id"]].append(row["tag"])
    return {
        row["id"]: SourceFacts(
            row["source_key"],
            row["slug"],
            row["name"],
            row["url"],
            row["origin"],
            tuple(tags[row["id"]]),
            row["language"],
        )
        for row in conn.execute(_SOURCES, (wanted,))
    }


def _episode_of(row: sqlite3.Row) -> EpisodeFacts:
    return EpisodeFacts(
        EpisodeClass(row["episode_class"]),
        row["episode_reason"],
        from_text(row["opened_at"]),
        from_text(row["closed_at"]) if row["closed_at"] else None,
    )
