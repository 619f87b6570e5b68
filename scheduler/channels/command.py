"""A program of the operator's own, run for each message."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from scheduler.channels.base import ChannelKind, ChannelSpec
from scheduler.facts import MessageFacts
from scheduler.inert import inert_line
from scheduler.render import Rendered
from scraper.errors import ConfigError, DeliveryError

_MOST_OUTPUT: Final = 1_000_000
"""Bytes that a program may say; one that says more is ended."""
_MOST_KEPT: Final = 2_000
_KEPT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "USER",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
)
_TEMPFAIL: Final = 75


def find_fault(command: Sequence[str]) -> str | None:
    """Why this cannot be run, and what helps; ``None`` where it can."""
    program = Path(command[0]) if command else Path()
    if not program.is_absolute():
        return "is no program; write its whole path"
    try:
        is_file = program.is_file()
    except OSError as error:
        return f"{program} cannot be looked at: {error.strerror}"
    if not is_file:
        return f"there is no program {program}"
    return None if os.access(program, os.X_OK) else f"{program} is not executable; chmod +x it"


class CommandChannel:
    """The payload that a webhook would get is the program's standard input; its arguments are those configured and
    hold nothing of the message. No shell. Status 0: it has the message; 75 (EX_TEMPFAIL of sysexits.h) or a timeout:
    to be tried again; any other: a dead letter.

    Secrets of the environment are not handed on; ``PRESSWATCH_MESSAGE_ID`` is the id, the same over all attempts.
    """

    kind: Final[ChannelKind] = "command"

    def __init__(self, spec: ChannelSpec) -> None:
        """Raises :class:`ConfigError` where there is no such program."""
        if fault := find_fault(spec.command):
            raise ConfigError(fault, key=f"channels.{spec.name}.command")
        self.name = spec.name
        self._command = spec.command
        self._seconds = spec.timeout.total_seconds()

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Run it once, to its end. Raises :class:`DeliveryError`."""
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environ["PRESSWATCH_MESSAGE_ID"] = message.message_id
        with tempfile.TemporaryFile() as given:
            given.write(rendered.body + b"\n")
            given.seek(0)
            status, said = self._run(given.fileno(), environ)
        if status != 0:
            ended = f"status {status}" if status > 0 else f"signal {-status}"
            words = inert_line(said.decode("utf-8", "replace"), 200)
            text = f"the program ended with {ended}" + (f": {words}" if words else "")
            raise DeliveryError(text, channel=self.name, retryable=status == _TEMPFAIL or status < 0)

    def _run(self, given: int, environ: dict[str, str]) -> tuple[int, bytes]:
        """How it ended, and the beginning of what it said."""
        try:
            process = subprocess.Popen(
                list(self._command),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environ,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise DeliveryError(f"cannot be run: {error.strerror}", channel=self.name, retryable=True) from error
        try:
            return self._watch(process)
        except subprocess.TimeoutExpired:
            text = f"the program did not end within {self._seconds:.0f} s"
            raise DeliveryError(text, channel=self.name, retryable=True) from None
        finally:
            # What it left running in its session goes with it.
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _watch(self, process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
        end = time.monotonic() + self._seconds
        said, count = b"", 0
        assert process.stdout is not None  # noqa: S101 - it was asked for
        output = process.stdout.fileno()
        ready = select.poll()  # select() takes no descriptor beyond 1,023
        ready.register(output, select.POLLIN)
        while process.poll() is None or count == 0:
            left = end - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(self._command, self._seconds)
            # What it started may hold the pipe open after it has ended.
            if not ready.poll(min(left, 0.05) * 1000):
                if process.poll() is not None:
                    break
                continue
            piece = os.read(output, 65_536)
            if not piece:
                return process.wait(max(left, 0.01)), said
            said, count = (said + piece)[:_MOST_KEPT], count + len(piece)
            if count > _MOST_OUTPUT:
                text = f"the program wrote more than {_MOST_OUTPUT} bytes and was ended"
                raise DeliveryError(text, channel=self.name, retryable=False)
        return process.wait(), said

    def close(self) -> None:
        """Nothing stays open."""
