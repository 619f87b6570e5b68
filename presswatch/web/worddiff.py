"""Which words of a text changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_WORDS = 600
"""So many differing words are compared (the comparison is quadratic at worst); more are shown as one replacement."""
_WORD = re.compile(r"\s+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+(?:[-'’]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    text: str


def word_diff(old: str, new: str) -> list[Piece]:
    """From ``old`` to ``new``, word by word; Chinese and Japanese character by character. The pieces that are not new
    spell ``old``, those that are not gone spell ``new``."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    middle = _middle(before[head : len(before) - tail], after[head : len(after) - tail])
    pieces = [
        Piece("same", "".join(before[:head])), *middle, Piece("same", "".join(before[len(before) - tail :])),
    ]  # fmt: skip
    return [piece for piece in pieces if piece.text]


def _middle(before: list[str], after: list[str]) -> Iterator[Piece]:
    if len(before) > MOST_WORDS or len(after) > MOST_WORDS:
        yield Piece("gone", "".join(before))
        yield Piece("new", "".join(after))
        return
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[i:j]))
            continue
        yield Piece("gone", "".join(before[i:j]))
        yield Piece("new", "".join(after[k:m]))
