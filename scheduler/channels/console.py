"""Messages in the terminal, or in whatever standard output leads to."""

from __future__ import annotations

import sys
from typing import Final, TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from scheduler.channels.base import ChannelKind
from scheduler.facts import MessageFacts
from scheduler.flow import flowed, terminal_width
from scheduler.render import Edit, Entry, Rendered
from scraper.errors import DeliveryError
from scraper.types import ChangeKind

_COLOURS: Final = {
    ChangeKind.ADDED: "green",
    ChangeKind.REVISED: "yellow",
    ChangeKind.RELOCATED: "yellow",
    ChangeKind.WITHDRAWN: "red",
    ChangeKind.REINSTATED: "green",
    ChangeKind.EPISODE_OPENED: "red",
    ChangeKind.EPISODE_CLOSED: "green",
}


class ConsoleChannel:
    """Writes one line per item, its link beneath; in colours on a terminal only (and not with ``NO_COLOR``)."""

    kind: Final[ChannelKind] = "console"

    def __init__(self, name: str, stream: TextIO | None = None) -> None:
        self.name = name
        self._stream = stream

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Print. Raises :class:`DeliveryError` if the stream cannot be written (a closed pipe, a full disk)."""
        stream = self._stream if self._stream is not None else sys.stdout
        try:
            width = terminal_width(stream)
            if width is not None:
                console = Console(file=stream, highlight=False, markup=False, emoji=False)
                _print_coloured(rendered, console, width)
            else:
                _write(stream, "\n".join(_plain_lines(rendered)) + "\n")
            stream.flush()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "the stream is closed"
            raise DeliveryError(
                f"cannot write {message.message_id}: {why}", channel=self.name, retryable=True
            ) from error

    def close(self) -> None:
        """Nothing to give back: the stream is the caller's."""


def _write(stream: TextIO, text: str) -> None:
    """A stream of a narrow encoding (an ASCII locale) shows what it can."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))


def _plain_lines(rendered: Rendered) -> list[str]:
    if not rendered.entries:
        return [rendered.text]
    lines = [line for entry in rendered.entries for line in _lines_of(entry)]
    return [*lines, f"… and {rendered.omitted} more"] if rendered.omitted else lines


def _lines_of(entry: Entry) -> list[str]:
    lines = [entry.line]
    lines += [f"    {edit.field}: {edit.old} → {edit.new}" for edit in entry.edits]
    lines += [f"    {text}" for text in (entry.detail, entry.url) if text]
    return lines


def _print_coloured(rendered: Rendered, console: Console, width: int) -> None:
    if not rendered.entries:
        console.print(Text(rendered.text), soft_wrap=True)
    for entry in rendered.entries:
        for line in _coloured_lines(entry):
            # What goes on stands deeper than what it belongs to.
            console.print(flowed(line, width, hang=6 if line.plain.startswith(" ") else 4), soft_wrap=True)
    if rendered.omitted:
        console.print(Text(f"… and {rendered.omitted} more", style="dim"), soft_wrap=True)


def _coloured_lines(entry: Entry) -> list[Text]:
    """The words of :func:`_lines_of`, in colours."""
    colour = _COLOURS.get(entry.kind, "cyan")
    head = Text.assemble((f"{entry.label}: ", Style(color=colour, bold=True)), (entry.title, Style(bold=True)))
    head.append("".join(f" · {part}" for part in entry.about), Style(dim=True))
    lines = [head, *(_coloured_edit(edit) for edit in entry.edits)]
    if entry.detail:
        lines.append(Text(f"    {entry.detail}"))
    if entry.url:
        lines.append(Text.assemble("    ", (entry.url, Style(color="blue", underline=True, link=entry.url))))
    return lines


def _coloured_edit(edit: Edit) -> Text:
    old, new = (edit.old, Style(color="red")), (edit.new, Style(color="green"))
    return Text.assemble(f"    {edit.field}: ", old, " → ", new)
