"""Which words of a text changed. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from scheduler.rules import is_unspaced

_MOST_WORDS: Final = 600
"""So many words between what both texts begin and end with are compared (the comparison takes time in the square of
them, at worst); more are one replacement."""
_MOST_PAIRS: Final = 30_000
"""And so many pairs of equal words: a text of one word over and over has more than one of prose, and takes minutes."""
_MOST_LINES: Final = 2_000
_FIGURE: Final = r"\d+(?:[.,:/'’]\d+)*"
_WORD: Final = re.compile(
    # An amount in groups of three (its blanks may be of any kind), a word (in which a figure keeps its points), a mark.
    r"\s+|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))+(?:[.,]\d+)?|\w+(?:[-'’]\w+|(?<=\d)[.,:/](?=\d)\w+)*|[^\w\s]"
)
_UNSPACED_PART: Final = re.compile(f"{_FIGURE}|.", re.DOTALL)


class Piece(NamedTuple):
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    text: str


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that make ``old`` (``same`` and ``gone``) and ``new`` (``same`` and ``new``), in reading order. In
    scripts without spaces between words each character is one; a figure (``2.1``, ``14:30``, ``1 200 000``) is one
    everywhere."""
    before, after = list(_words(old)), list(_words(new))
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = _middle(before[head : len(before) - tail], after[head : len(after) - tail])
    ends = Piece("same", "".join(before[:head])), Piece("same", "".join(before[len(before) - tail :]))
    return tuple(_united([ends[0], *middle, ends[1]]))


def line_diff(old: str, new: str) -> tuple[tuple[Piece, ...], ...]:
    """The lines that make both texts, without empty ones; word by word within lines that changed."""
    before, after = _lines(old), _lines(new)
    lines: list[tuple[Piece, ...]] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            lines.extend((Piece("same", line),) for line in before[a:b])
            continue
        both = min(b - a, d - c)
        lines.extend(word_diff(before[a + i], after[c + i]) for i in range(both))
        lines.extend((Piece("gone", line),) for line in before[a + both : b])
        lines.extend((Piece("new", line),) for line in after[c + both : d])
    return tuple(lines)


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        word = found[0]
        if any(is_unspaced(char) for char in word):
            yield from _UNSPACED_PART.findall(word)
        else:
            yield word


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(before), len(after)))


def _middle(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    if max(len(before), len(after)) > _MOST_WORDS or _pairs(before, after) > _MOST_PAIRS:
        yield Piece("gone", "".join(before))
        yield Piece("new", "".join(after))
        return
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(before[a:b]))
            continue
        yield Piece("gone", "".join(before[a:b]))
        yield Piece("new", "".join(after[c:d]))


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    there = Counter(after)
    return sum(count * there[word] for word, count in Counter(before).items() if not word.isspace())


def _united(given: Iterable[Piece]) -> Iterator[Piece]:
    """A space between two changed words belongs to the change: two words that are new read better than one and one."""
    pieces = [piece for piece in given if piece.text]
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
            yield Piece("gone", gone)
        if new:
            yield Piece("new", new)
        if place < len(pieces):
            yield pieces[place]
            place += 1


def _lines(text: str) -> list[str]:
    found = [line for line in text.split("\n") if line.strip()]
    return [*found[:_MOST_LINES], *(["\n".join(found[_MOST_LINES:])] if found[_MOST_LINES:] else [])]
