"""The edits of an item, read from the database: which fields of its listing entry or of its article said what before,
word by word."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from scheduler.worddiff import Piece, line_diff
from scraper.store.rows import ITEM_COLUMNS

_NOT_SHOWN = ("published_at", "published_precision", "published_method", "published_offset_min", "published_on")
_SHOWN = tuple(name for name in ITEM_COLUMNS if name not in _NOT_SHOWN)


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """A field and the lines that make its old and its new form; each line is pieces of text."""

    name: str
    lines: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class RevisionEdit:
    """One revision of an item (``listing``) or of its ``article`` against the one before. ``capture_sha256`` names the
    bytes that show it, ``None`` if they were not kept."""

    at: str
    of: Literal["listing", "article"]
    number: int
    fields: tuple[FieldEdit, ...]
    capture_sha256: str | None

    def to_plain(self) -> dict[str, Any]:
        """As JSON has it; a piece is ``[same|gone|new, text]``."""
        return {
            "at": self.at,
            "of": self.of,
            "revision": self.number,
            "capture_sha256": self.capture_sha256,
            "fields": [
                {"field": one.name, "lines": [[list(piece) for piece in line] for line in one.lines]}
                for one in self.fields
            ],
        }


def load_edits(conn: sqlite3.Connection, item_id: int) -> list[RevisionEdit]:
    """All edits of an item, in the order of time."""
    listing = conn.execute("SELECT * FROM revisions WHERE item_id = ? ORDER BY number", (item_id,)).fetchall()
    article = conn.execute(
        "SELECT r.* FROM article_revisions r JOIN articles a ON a.id = r.article_id WHERE a.item_id = ? "
        "ORDER BY r.number",
        (item_id,),
    ).fetchall()
    found = [*_edits(listing, "listing", _SHOWN), *_edits(article, "article", ("title", "text", "author"))]
    return sorted(found, key=lambda edit: edit.at)


def _edits(
    rows: list[sqlite3.Row], of: Literal["listing", "article"], names: tuple[str, ...]
) -> Iterator[RevisionEdit]:
    for old, new in itertools.pairwise(rows):
        fields = tuple(
            FieldEdit(name, line_diff(str(old[name] or ""), str(new[name] or "")))
            for name in names
            if old[name] != new[name]
        )
        if fields:
            yield RevisionEdit(new["recorded_at"], of, new["number"], fields, new["capture_sha256"])
