"""The edits of an item, read from the database: which fields of its listing entry or of its article said what before,
word by word."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from scheduler.worddiff import Piece, word_diff
from scraper.store.rows import ITEM_COLUMNS

_MOST_PARAGRAPHS = 2_000
_NOT_SHOWN = ("published_at", "published_precision", "published_method", "published_offset_min", "published_on")
_SHOWN = tuple(name for name in ITEM_COLUMNS if name not in _NOT_SHOWN)


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """A field and the lines that make its old and its new form; each line is pieces of text."""

    name: str
    lines: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Edit:
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


def load_edits(conn: sqlite3.Connection, item_id: int) -> list[Edit]:
    """All edits of an item, in the order of time."""
    listing = conn.execute("SELECT * FROM revisions WHERE item_id = ? ORDER BY number", (item_id,)).fetchall()
    article = conn.execute(
        "SELECT r.* FROM article_revisions r JOIN articles a ON a.id = r.article_id WHERE a.item_id = ? "
        "ORDER BY r.number",
        (item_id,),
    ).fetchall()
    found = [*_edits(listing, "listing", _SHOWN), *_edits(article, "article", ("title", "text", "author"))]
    return sorted(found, key=lambda edit: edit.at)


def _edits(rows: list[sqlite3.Row], of: Literal["listing", "article"], names: tuple[str, ...]) -> Iterator[Edit]:
    for old, new in itertools.pairwise(rows):
        fields = tuple(
            FieldEdit(name, diff_texts(str(old[name] or ""), str(new[name] or "")))
            for name in names
            if old[name] != new[name]
        )
        if fields:
            yield Edit(new["recorded_at"], of, new["number"], fields, new["capture_sha256"])


def diff_texts(old: str, new: str) -> tuple[tuple[Piece, ...], ...]:
    """Line by line, and word by word within lines that changed."""
    before, after = _paragraphs(old), _paragraphs(new)
    lines: list[tuple[Piece, ...]] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            lines.extend((("same", line),) for line in before[a:b])
            continue
        both = min(b - a, d - c)
        lines.extend(_diff_line(before[a + i], after[c + i]) for i in range(both))
        lines.extend((("gone", line),) for line in before[a + both : b])
        lines.extend((("new", line),) for line in after[c + both : d])
    return tuple(lines)


def _diff_line(old: str, new: str) -> tuple[Piece, ...]:
    """Word by word, between the beginning and the end that both have: the comparison is bounded in words."""
    start = _common(old, new)
    while start and not old[start - 1].isspace():
        start -= 1
    rest_old, rest_new = old[start:], new[start:]
    length = _common(rest_old[::-1], rest_new[::-1])
    while length and not rest_old[-length].isspace():
        length -= 1
    end = rest_old[len(rest_old) - length :]
    middle = word_diff(rest_old.removesuffix(end), rest_new.removesuffix(end))
    return tuple(_joined([("same", old[:start]), *middle, ("same", end)]))


def _common(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((place for place, (x, y) in pairs if x != y), min(len(a), len(b)))


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    for kind, group in itertools.groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0]):
        yield kind, "".join(text for _, text in group)


def _paragraphs(text: str) -> list[str]:
    found = [line for line in text.split("\n") if line.strip()]
    return [*found[:_MOST_PARAGRAPHS], *(["\n".join(found[_MOST_PARAGRAPHS:])] if found[_MOST_PARAGRAPHS:] else [])]
