"""Lines for a terminal: broken between words, with what follows indented; what is longer than a line stays whole, for
an address that the terminal itself wraps can still be copied."""

from __future__ import annotations

import os
import re
from typing import IO, Final

from rich.cells import cell_len
from rich.text import Text

_WORD: Final = re.compile(r"[^ ]+ *")
_LEAST_WIDTH: Final = 20
"""Columns; on anything narrower nothing is arranged."""
_MOST: Final = 4_000
"""Characters; a longer line is left to the terminal."""


def terminal_width(stream: IO[str]) -> int | None:
    """The columns of the terminal that ``stream`` leads to; ``None`` if it leads to none. With ``FORCE_COLOR`` a pipe
    is taken for one, of ``COLUMNS``."""
    if not stream.isatty() and not os.environ.get("FORCE_COLOR"):
        return None
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said[:6]) > 0:
        return int(said[:6])
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def breaks(text: str, width: int, hang: int) -> list[int]:
    """Where lines of at most ``width`` columns end in ``text``; each but the first is to be indented by ``hang``."""
    if width < max(_LEAST_WIDTH, 2 * hang) or len(text) > _MOST:
        return []
    found, column = [], len(text) - len(text.lstrip(" "))
    for word in _WORD.finditer(text):
        wide, bare = cell_len(word[0]), cell_len(word[0].rstrip(" "))
        if column + bare > width and column > hang and hang + bare <= width:
            found.append(word.start())
            column = hang
        if column + bare > width:
            # Longer than a line: the terminal breaks it, and goes on at its left edge.
            column = (column + bare) % width - bare
        column += wide
    return found


def flowed(text: Text, width: int | None, hang: int = 0) -> Text:
    """``text`` in lines for ``width`` columns (``None``: as it is)."""
    places = breaks(text.plain, width, hang) if width is not None else []
    lines = list(text.divide(places))
    for line in lines[:-1]:
        line.right_crop(len(line) - len(line.plain.rstrip(" ")))
    return Text("\n" + " " * hang).join(lines)


def flowed_line(line: str, width: int | None, hang: int = 0) -> str:
    """The same for a line without styles."""
    return flowed(Text(line), width, hang).plain
