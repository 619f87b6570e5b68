"""The way that was found to a source's listing: written with the look that found it, read with the next lease."""

from __future__ import annotations

import sqlite3

from scraper.clock import from_text
from scraper.store.writing import Writing
from scraper.types import Access, Recipe

_FIELDS = ("listing", "item", "title", "link", "date", "summary")


def way_of(conn: sqlite3.Connection, source_id: int) -> Access | None:
    """The way to this source's listing; ``None`` if it is read as it is."""
    row = conn.execute("SELECT * FROM ways WHERE source_id = ?", (source_id,)).fetchone()
    if row is None:
        return None
    recipe = Recipe(origin="hand", **{name: row[name] for name in _FIELDS}) if row["item"] else None
    return Access(row["way"], row["reason"], row["url"], recipe, row["shell_sha256"], from_text(row["decided_at"]))


def write_way(writing: Writing) -> None:
    """Remember the way that this look has found, in place of the one before."""
    access = writing.record.access
    if access is None:
        return
    parts = [getattr(access.recipe, name) if access.recipe else None for name in _FIELDS]
    writing.conn.execute(
        f"INSERT OR REPLACE INTO ways(source_id, way, reason, decided_at, url, shell_sha256, {', '.join(_FIELDS)}) "  # noqa: S608
        f"VALUES (?, ?, ?, ?, ?, ?{', ?' * len(_FIELDS)})",
        (
            writing.record.source_id,
            access.way,
            access.reason,
            writing.at,
            access.url,
            access.shell_sha256,
            *parts,
        ),
    )
