"""Items that come and go so often that it is told no more: when one has settled on being there, that is told."""

from __future__ import annotations

import sqlite3

from scraper.clock import from_text, to_text
from scraper.diff import Diff
from scraper.flaps import LISTED, WINDOW, settles_at
from scraper.store.writing import Writing, write_item_fact
from scraper.types import ChangeKind

_TURNS = """
SELECT min(changed_at) AS began_at, count(*) AS turns FROM changes
WHERE item_id = :item AND kind IN ('withdrawn', 'reinstated')
AND changed_at >= coalesce(:began, :from) AND changed_at > coalesce(:settled, '')
"""
_TOLD = """
SELECT kind FROM changes WHERE item_id = ? AND kind IN ('withdrawn', 'reinstated') AND tell = 1 ORDER BY id DESC LIMIT 1
"""
_SETTLED = """
SELECT f.item_id, i.item_key, i.revision FROM flaps f JOIN items i ON i.id = f.item_id
JOIN appearances a ON a.item_id = f.item_id AND a.source_id = f.source_id
WHERE f.source_id = ? AND f.settled_at IS NULL AND f.settles_at <= ? AND f.field = ? AND a.listed = 1 AND a.missed = 0
"""


def write_returns(writing: Writing, diff: Diff) -> None:
    """Note what is back and was told to be gone, and tell it when it has stayed for long enough, if ``diff`` is
    believed. To be called when the changes of ``diff`` are written."""
    for change in diff.changes:
        known = change.match.known
        if known is None or change.kind not in (ChangeKind.WITHDRAWN, ChangeKind.REINSTATED):
            continue
        row = writing.conn.execute(
            "SELECT began_at, settled_at FROM flaps WHERE item_id = ? AND field = ?", (known.item_id, LISTED)
        ).fetchone()
        is_open = row is not None and row["settled_at"] is None
        if is_open or (change.kind is ChangeKind.REINSTATED and _is_told_gone(writing, known.item_id)):
            _turn(writing, known.item_id, row, change.kind)
    if diff.doubt is None:
        _settle(writing)


def _is_told_gone(writing: Writing, item_id: int) -> bool:
    """Whether the last that was told of an item is its withdrawal."""
    told = writing.conn.execute(_TOLD, (item_id,)).fetchone()
    return told is not None and told["kind"] == ChangeKind.WITHDRAWN


def _turn(writing: Writing, item_id: int, row: sqlite3.Row | None, kind: ChangeKind) -> None:
    given = {
        "item": item_id,
        "began": row["began_at"] if row and row["settled_at"] is None else None,
        "settled": row["settled_at"] if row else None,
        "from": to_text(writing.now - WINDOW),
    }
    began_at, turns = writing.conn.execute(_TURNS, given).fetchone()
    writing.conn.execute(
        "INSERT INTO flaps(item_id, field, source_id, began_at, turns, shown, told, settles_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(item_id, field) DO UPDATE SET began_at = excluded.began_at, "
        "turns = excluded.turns, shown = excluded.shown, settles_at = excluded.settles_at, settled_at = NULL",
        (
            item_id,
            LISTED,
            writing.record.source_id,
            began_at,
            turns,
            "listed" if kind is ChangeKind.REINSTATED else "withdrawn",
            "withdrawn",
            to_text(settles_at(from_text(began_at), turns, writing.now)),
        ),
    )


def _settle(writing: Writing) -> None:
    conn = writing.conn
    for row in conn.execute(_SETTLED, (writing.record.source_id, writing.at, LISTED)).fetchall():
        item_id = row["item_id"]
        reason = "has settled after coming and going"
        kind, key = ChangeKind.REINSTATED, row["item_key"]
        write_item_fact(writing, kind, item_id, key, revision=row["revision"], reason=reason)
        conn.execute("UPDATE flaps SET settled_at = ? WHERE item_id = ? AND field = ?", (writing.at, item_id, LISTED))
