"""Talk: single lines for a person on standard error, never data."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Collection

from scraper.errors import PresswatchError
from scraper.text import clean_text

_LONGEST_LINE = 2_000


def say(text: str) -> None:
    """One or more lines on standard error, the first after ``presswatch:``; foreign text in them is made inert."""
    print(f"presswatch: {inert_lines(text)}", file=sys.stderr, flush=True)


def say_error(error: PresswatchError) -> None:
    """What an expected error says."""
    say(str(error) or type(error).__name__)


def inert_lines(text: str) -> str:
    """``text`` with its line breaks and indents, but without anything that controls a terminal."""
    lines = text.rstrip().split("\n")
    return "\n".join(line[: len(line) - len(line.lstrip(" "))] + clean_text(line)[:_LONGEST_LINE] for line in lines)


class TalkHandler(logging.Handler):
    """Log records as talk. ``stamped`` puts time and level before each, for a service; ``without`` names loggers whose
    records the command shows in its own way."""

    def __init__(self, level: int = logging.WARNING, *, stamped: bool = False, without: Collection[str] = ()) -> None:
        super().__init__(level)
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
            print(inert_lines(self.format(record)), file=sys.stderr, flush=True)
        except (OSError, ValueError):
            self.handleError(record)


def _gmtime(seconds: float | None) -> time.struct_time:
    return time.gmtime(seconds)
