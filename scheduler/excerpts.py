"""What changed in a long text, with a few words around it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from scheduler.inert import cut
from scheduler.worddiff import Piece, word_diff

_AROUND: Final = 60
"""Characters that are shown before and behind a change, where there is room."""
_LEAST: Final = 12
"""A change for which there are fewer characters left is not begun."""


def excerpt_edit(old: str, new: str, limit: int) -> tuple[str, str]:
    """The same places of two texts that differ, each in at most ``limit`` (60 or more) characters: whole texts that
    are short, else the words that changed, from the first one on, with some words around. What is left out shows as an
    ellipsis; the two never read alike. Time: that of :func:`scheduler.worddiff.word_diff`."""
    if max(len(old), len(new)) <= limit:
        return old, new
    around = min(_AROUND, limit // 6)
    before = after = ""
    for number, (same, gone, came) in enumerate(_hunks(word_diff(old, new))):
        is_end = not (gone or came)
        between = _thinned(same, around, behind=number > 0, ahead=not is_end)
        room = limit - 2 - max(len(before), len(after)) - len(between)
        if number and room < (0 if is_end else _LEAST):
            return before.strip() + "…", after.strip() + "…"
        shown = _cut_both(gone, came, room, around)
        before, after = f"{before}{between}{shown[0]}", f"{after}{between}{shown[1]}"
    return before.strip(), after.strip()


def _hunks(pieces: Sequence[Piece]) -> Iterator[tuple[str, str, str]]:
    """What stayed with what went and what came behind it; in the end, what stayed alone."""
    same = gone = came = ""
    for kind, text in pieces:
        if kind == "same":
            if gone or came:
                yield same, gone, came
                same = gone = came = ""
            same += text
        elif kind == "gone":
            gone += text
        else:
            came += text
    yield same, gone, came


def _thinned(text: str, around: int, *, behind: bool, ahead: bool) -> str:
    """Of what stayed, the words ``behind`` one change and those ``ahead`` of another."""
    if len(text) <= around * (behind + ahead) + 3:
        return text
    start = cut(text, around) if behind else "…"
    if not ahead:
        return start
    end = text[-around:]
    space = end.find(" ", 0, around // 2)
    end = end[space + 1 :]
    return f"{start} {end}" if behind else f"{start}{end}"


def _cut_both(gone: str, came: str, room: int, around: int) -> tuple[str, str]:
    """Within ``room``, and not before the first character that differs: a word may be as long as a text."""
    if max(len(gone), len(came)) <= room:
        return gone, came
    pairs = enumerate(zip(gone, came, strict=False))
    alike = next((place for place, (a, b) in pairs if a != b), min(len(gone), len(came)))
    if gone and came and alike > around // 2:
        gone, came = (f"…{text[alike - around // 2 :]}" for text in (gone, came))
    return cut(gone, room), cut(came, room)
