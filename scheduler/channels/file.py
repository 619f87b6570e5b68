"""Messages appended to a file, one JSON document a line."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Final

from scheduler.channels.base import ChannelKind
from scheduler.facts import MessageFacts
from scheduler.render import Rendered
from scraper.errors import DeliveryError


class FileChannel:
    """Appends the payload that a webhook would get. A line is on the disk before the message counts as sent.

    The file may be rotated at any time: it is opened for each message. A line that a crash cut off is closed before the
    next one is written; its message comes again, with the same id.
    """

    kind: Final[ChannelKind] = "file"

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Append. Raises :class:`DeliveryError` (retryable) if the file cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                _append(file.fileno(), rendered.body)
        except OSError as error:
            raise DeliveryError(
                f"cannot write {message.message_id} to {self._path.name}: {_why(error)}",
                channel=self.name,
                retryable=True,
            ) from error

    def close(self) -> None:
        """Nothing is kept open."""


def _why(error: OSError) -> str:
    if isinstance(error, io.UnsupportedOperation):
        return (
            'it is a pipe or a terminal, and lines are appended to files; a command (type = "command") can write there'
        )
    return error.strerror or str(error)


def _append(descriptor: int, line: bytes) -> None:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
    data = (b"\n" if torn else b"") + line + b"\n"
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])
    os.fsync(descriptor)
