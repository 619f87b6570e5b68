"""Which words of a text changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

from scheduler.rules import is_unspaced

_MOST = 300
"""Words; of longer texts the rest counts as one. The comparison takes time in the square of it, at worst."""
_TOKEN = re.compile(r"\w+|[^\w\s]+|\s+")

Piece = tuple[Literal["same", "gone", "new"], str]


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that make ``old`` (``same`` and ``gone``) and ``new`` (``same`` and ``new``), in reading order."""
    before, after = list(_tokens(old)), list(_tokens(new))
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(("gone", "".join(before[a:b])))
        if d > c:
            pieces.append(("new", "".join(after[c:d])))
    return tuple(_joined(pieces))


def _tokens(text: str) -> Iterator[str]:
    count, at = 0, 0
    for found in _TOKEN.finditer(text):
        # Where no spaces stand between words each character is one.
        parts = list(found[0]) if is_unspaced(found[0][0]) else [found[0]]
        for part in parts:
            if count >= _MOST:
                yield text[at:]
                return
            yield part
            count, at = count + 1, at + len(part)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """A space between two changed words belongs to the change: two words that are new read better than one and one."""
    place = 0
    while place < len(pieces):
        gone, new = "", ""
        while place < len(pieces):
            kind, text = pieces[place]
            if kind == "same" and not ((gone or new) and text.isspace() and place + 1 < len(pieces)):
                break
            gone += text if kind != "new" else ""
            new += text if kind != "gone" else ""
            place += 1
        if gone:
            yield "gone", gone
        if new:
            yield "new", new
        if place < len(pieces):
            yield pieces[place]
            place += 1
