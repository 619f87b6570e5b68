"""Writing which fields of items go to and fro, and which have settled."""

from __future__ import annotations

from collections.abc import Sequence

from scraper.clock import to_text
from scraper.flaps import LISTED
from scraper.store.writing import Writing
from scraper.types import FlapStep


def write_flaps(writing: Writing, steps: Sequence[tuple[int, FlapStep]]) -> None:
    """Write the ``steps`` of a believed look, by item. What should have settled by now and is on the page no longer is
    over as well."""
    conn, source_id = writing.conn, writing.record.source_id
    for item_id, step in steps:
        flap = step.flap
        if flap is None:
            conn.execute(
                "UPDATE flaps SET settled_at = ? WHERE item_id = ? AND field = ?", (writing.at, item_id, step.field)
            )
            continue
        conn.execute(
            "INSERT INTO flaps(item_id, field, source_id, began_at, turns, shown, told, settles_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(item_id, field) DO UPDATE SET began_at = excluded.began_at, "
            "turns = excluded.turns, shown = excluded.shown, told = excluded.told, "
            "settles_at = excluded.settles_at, settled_at = NULL",
            (
                item_id,
                step.field,
                source_id,
                to_text(flap.began_at),
                flap.turns,
                flap.shown,
                flap.told,
                to_text(flap.settles_at),
            ),
        )
    conn.execute(
        "UPDATE flaps SET settled_at = ?1 WHERE source_id = ?2 AND settled_at IS NULL AND settles_at <= ?1 "
        "AND item_id NOT IN (SELECT item_id FROM appearances WHERE source_id = ?2 AND listed = 1 "
        "AND (missed = 0 OR field = ?3))",
        (writing.at, source_id, LISTED),
    )
