"""Talk: single lines for a person on standard error, never data."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Collection
from datetime import UTC, datetime

from scraper.errors import PresswatchError
from scraper.text import clean_text

_LONGEST_LINE = 2_000


def say(text: str) -> None:
    """One or more lines on standard error, the first after ``presswatch:``; foreign text in them is made inert."""
    said = f"presswatch: {inert_lines(text)}"
    if sys.stderr.isatty():
        from scheduler.flow import flowed_line, terminal_width

        width = terminal_width(sys.stderr)
        said = "\n".join(flowed_line(line, width, hang=4) for line in said.split("\n"))
    print(said, file=sys.stderr, flush=True)


def say_error(error: PresswatchError) -> None:
    """What an expected error says."""
    say(str(error) or type(error).__name__)


def inert_lines(text: str) -> str:
    """``text`` with its line breaks and indents, but without anything that controls a terminal."""
    lines = text.rstrip().split("\n")
    return "\n".join(line[: len(line) - len(line.lstrip(" "))] + clean_text(line)[:_LONGEST_LINE] for line in lines)


class TalkHandler(logging.Handler):
    """Log records as talk. ``stamped`` puts time and level before each, for a service; ``structured`` makes each a JSON
    object in a line; ``without`` names loggers whose records the command shows in its own way."""

    def __init__(
        self,
        level: int = logging.WARNING,
        *,
        stamped: bool = False,
        structured: bool = False,
        without: Collection[str] = (),
    ) -> None:
        super().__init__(level)
        self._structured = structured
        self._without = frozenset(without)
        form = "%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s" if stamped else "presswatch: %(message)s"
        formatter = logging.Formatter(form, datefmt="%Y-%m-%dT%H:%M:%S")
        formatter.converter = _gmtime
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, unless it is not wanted."""
        if record.name in self._without:
            return
        try:
            # Looked up now: a progress bar stands in for the stream while it is shown.
            text = structured_line(record) if self._structured else inert_lines(self.format(record))
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            self.handleError(record)


def structured_line(record: logging.LogRecord) -> str:
    """A record as JSON in ASCII: ``time`` (UTC), ``level``, ``logger``, ``message``, and the values that whoever logged
    it gave as ``fields``."""
    said = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage()[:_LONGEST_LINE],
        **getattr(record, "fields", {}),
    }
    if record.exc_info:
        said["exception"] = logging.Formatter().formatException(record.exc_info)
    return json.dumps(said, default=str)


def _gmtime(seconds: float | None) -> time.struct_time:
    return time.gmtime(seconds)
