"""What people noted about items: a star, that they read it, words of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from presswatch.web.river import PAGE
from scraper.clock import to_text
from scraper.text import clean_text

MOST_NOTE = 4_000
"""Characters of a note."""
_MARKED = """
SELECT i.id, i.item_key, i.title, i.url, i.published_on, i.first_seen_at, i.status, i.revision, i.is_baseline,
       s.slug AS source, s.name AS source_name, m.starred_at, m.read_at, m.note
FROM marks m CROSS JOIN items i ON i.id = m.item_id CROSS JOIN sources s ON s.id = i.source_id
WHERE (m.starred_at IS NOT NULL OR m.note IS NOT NULL) AND i.status <> 'merged' AND m.item_id < ?
ORDER BY m.item_id DESC LIMIT ?
"""
_WRITE = """
INSERT INTO marks (item_id, {column}, changed_at) VALUES (:item, :value, :now)
ON CONFLICT (item_id) DO UPDATE SET {column} = excluded.{column}, changed_at = excluded.changed_at
"""


def load_marks(conn: sqlite3.Connection, item_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The marks of items that have any, by the item's number."""
    marks = ",".join("?" * len(item_ids))
    rows = conn.execute(f"SELECT * FROM marks WHERE item_id IN ({marks})", tuple(item_ids))  # noqa: S608
    return {row["item_id"]: dict(row) for row in rows}


def find_marked(conn: sqlite3.Connection, before: int | None) -> list[dict[str, Any]]:
    """One page of items with a star or a note, and one more, the newest first."""
    return [dict(row) for row in conn.execute(_MARKED, (before if before is not None else 1 << 62, PAGE + 1))]


def write_marks(conn: sqlite3.Connection, key: str, form: Mapping[str, str], now: datetime) -> bool:
    """What a form says of an item: ``star`` and ``read`` are ``1`` or ``0``, ``note`` is a text; what it does not say
    stays as it is. Whether there is such an item."""
    row = conn.execute("SELECT id FROM items WHERE item_key = ?", (key,)).fetchone()
    if row is None:
        return False
    at = to_text(now)
    for field, column in (("star", "starred_at"), ("read", "read_at"), ("note", "note")):
        if field in form:
            value = _note(form[field]) if field == "note" else (at if form[field] == "1" else None)
            conn.execute(_WRITE.format(column=column), {"item": row[0], "value": value, "now": at})
    return True


def _note(text: str) -> str | None:
    """People's words as they wrote them, line by line, without what is invisible; ``None`` for none."""
    lines = [clean_text(line) for line in text[: MOST_NOTE * 2].splitlines()]
    return "\n".join(lines).strip()[:MOST_NOTE] or None
