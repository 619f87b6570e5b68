"""Writing what a believed look has learnt of where a source's items are. Recipes that were replaced are kept."""

from __future__ import annotations

from scraper.store.write_episode import note_redesign
from scraper.store.writing import Writing
from scraper.types import Outcome

KEPT = 20
"""Learnt recipes of one source that are kept beside the one in use."""


def write_learnt_recipe(writing: Writing) -> None:
    """Put the recipe that a believed look ended with in force, if it is another one than before; one that was never in
    force is noted as a redesign.

    A page that goes to and fro between two forms (an experiment of its makers) has two rows, not one more a look.
    """
    record, conn = writing.record, writing.conn
    if record.outcome not in (Outcome.CHANGED, Outcome.UNCHANGED) or record.recipe is None:
        return
    selector = record.recipe.item
    if selector is not None and selector == writing.source["learnt_item"]:
        return
    rows = conn.execute(
        "SELECT id, item, retired_at FROM recipes WHERE source_id = ? AND origin = 'learnt' ORDER BY id DESC",
        (record.source_id,),
    ).fetchall()
    conn.execute(
        "UPDATE recipes SET retired_at = ? WHERE source_id = ? AND origin = 'learnt' AND retired_at IS NULL",
        (writing.at, record.source_id),
    )
    again = next((row["id"] for row in rows if row["item"] == selector), None)
    if again is not None:
        conn.execute("UPDATE recipes SET retired_at = NULL WHERE id = ?", (again,))
        return
    conn.execute(
        "INSERT INTO recipes(source_id, origin, item, created_at) VALUES (?, 'learnt', ?, ?)",
        (record.source_id, selector, writing.at),
    )
    conn.executemany("DELETE FROM recipes WHERE id = ?", [(row["id"],) for row in rows[KEPT:]])
    if any(row["retired_at"] is None for row in rows):
        note_redesign(writing)
