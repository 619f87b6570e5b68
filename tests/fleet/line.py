"""A line to a broker that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Self
from urllib.parse import urlsplit


class Line:
    """What lies between a client and the broker at ``url``; the client is given :attr:`url`."""

    def __init__(self, url: str) -> None:
        self._broker = urlsplit(url)
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.url = ""

    @classmethod
    @contextlib.asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Self]:
        """Open for as long as it is used."""
        line = cls(url)
        server = await asyncio.start_server(line._serve, "127.0.0.1", 0)
        line._server = server
        line.url = f"amqp://guest:guest@127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        try:
            yield line
        finally:
            line.close()

    @property
    def is_used(self) -> bool:
        """Whether a client is connected."""
        return bool(self._ends)

    def cut(self) -> None:
        """Break off what goes over it now; a client may come again."""
        for end in self._ends:
            end.transport.abort()

    def close(self) -> None:
        """Break it off for good."""
        if self._server is not None:
            self._server.close()
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._broker.hostname, self._broker.port)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            self._ends -= ends


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
