"""For people: tables, colours, times in their zone. Foreign text goes through :func:`plain`, and is inert."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from presswatch.cli.talk import say
from scheduler.inert import inert_line, inert_url
from scraper import durations
from scraper.clock import from_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_PIPE_WIDTH = 240
"""Columns where nobody says how wide the output is (a file, a pipe)."""
_NARROW = 160
_LEAST_OTHER = 16
"""As many as a time takes."""


def make_console(*, error: bool = False) -> Console:
    """A console on standard output (or error): no markup, no emoji codes, no highlighting."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(file=stream, markup=False, emoji=False, highlight=False, width=width)


def make_table(*columns: str, right: Sequence[str] = (), wide: Sequence[str] = ()) -> Table:
    """A table without a frame. ``wide`` columns take the room and break their lines; the others stay whole as far as
    there is room."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        broad = name in wide
        table.add_column(
            name,
            justify="right" if name in right else "left",
            no_wrap=not broad,
            overflow="fold" if broad else "ellipsis",
        )
    return table


def give_room(table: Table, wide: Sequence[str]) -> None:
    """On a narrow terminal, the other columns end early so that what people read in the ``wide`` ones has the room: an
    address that is cut off is a link all the same."""
    width = make_console().width
    for column in table.columns if wide and width < _NARROW else ():
        if column.header not in wide:
            column.max_width = max(_LEAST_OTHER, width // 6)


def show(console: Console, *parts: Any) -> None:
    """Print; without the blanks that pad a table's last column."""
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    console.file.write("\n".join(line.rstrip() for line in captured.get().split("\n")))


def flow(console: Console, text: Text, hang: int = 0) -> None:
    """Print a line; on a terminal broken between words, what follows indented by ``hang``. Elsewhere it stays one."""
    from scheduler.flow import flowed, terminal_width

    console.print(flowed(text, terminal_width(console.file), hang), soft_wrap=True)


def show_found(table: Table, left: Iterator[object], *, none: str, more: str) -> None:
    """Print a table to standard output, or say ``none`` where it is empty; and ``more`` where something is ``left``."""
    if table.row_count:
        show(make_console(), table)
    else:
        say(none)
    if next(left, None) is not None:
        say(more)


def plain(text: str | None, style: str = "", limit: int = 300, *, before: str = "") -> Text:
    """Foreign text as one inert line; ``before`` is ours, and stands as it is."""
    from rich.text import Text

    return Text(before + inert_line(text or "", limit), style=style)


def title_text(title: str, url: str | None, style: str = "") -> Text:
    """A headline; terminals that can make it a link."""
    from rich.style import Style
    from rich.text import Text

    link = inert_url(url)
    return Text(inert_line(title) or "(no title)", style=Style.parse(style) + Style(link=link) if link else style)


def local_time(instant: str | datetime | None, zone: tzinfo | None) -> str:
    """``2026-03-02 14:05`` in ``zone`` (``None``: the machine's)."""
    if instant is None:
        return ""
    moment = from_text(instant) if isinstance(instant, str) else instant
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def distance(instant: str | datetime | None, now: datetime) -> str:
    """How far off: ``3 min ago``, ``in 2 h``, ``now``; empty for none."""
    if instant is None:
        return ""
    moment = from_text(instant) if isinstance(instant, str) else instant
    return durations.distance(moment - now)


def until(instant: str | datetime | None, now: datetime) -> str:
    """When something is to come: ``in 2 h``, or ``due``."""
    moment = from_text(instant) if isinstance(instant, str) else instant
    text = distance(moment, now)
    return "due" if text == "now" or (moment is not None and moment <= now) else text


def size_text(count: int) -> str:
    """``1.2 MB``."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def joined(parts: Iterable[str | None], separator: str = " · ") -> str:
    """The parts that are there, in one line."""
    return separator.join(part for part in parts if part)
