"""Telling systemd how the service is: datagrams to the socket that it names, as sd_notify(3) says; none without one.

The watchdog is fed only while the event loop turns and the database answers: a service that hangs is started anew.
"""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress


class ServiceManager:
    """Takes its variables out of ``environ``, so that no child process speaks for us."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        address = environ.pop("NOTIFY_SOCKET", "")
        usec, pid = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        mine = pid in ("", str(os.getpid()))
        self.interval: float | None = None
        """Seconds between two calls of :meth:`alive`, half of what systemd waits; ``None`` if it does not wait."""
        if self._address and mine and usec.isascii() and usec.isdigit() and int(usec) > 0:
            self.interval = int(usec) / 2_000_000

    def ready(self, status: str) -> None:
        """The service has begun, or has read its configuration anew; ``status`` is what systemctl shows."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read; :meth:`ready` follows."""
        self._send("RELOADING=1")

    def stopping(self) -> None:
        """The service ends."""
        self._send("STOPPING=1\nSTATUS=ending: letting looks and messages under way finish")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        # Nobody who listens is no reason for the service to end.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            sender.connect(self._address)
            sender.send(text.encode())
